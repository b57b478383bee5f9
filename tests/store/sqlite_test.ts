import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openStore } from "../../src/store/open.ts";
import type { Draft } from "../../src/store/store.ts";
import { storeContract } from "./contract.ts";
import { Database, tempDatabase } from "./database.ts";
import { draft, drafts, entryOf, EVERYTHING, seqs } from "./drafts.ts";
import { retain } from "./retaining.ts";

storeContract("sqlite:", async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await tempDatabase());
  const store = await openStore(url, "full");
  stack.defer(() => store.close());
  const owned = stack.move();
  return { store, [Symbol.asyncDispose]: () => owned.disposeAsync() };
});

describe("a sqlite: store that is opened again", () => {
  it("P1 has every entry, head, ref and kept value, and seqs go on", async () => {
    await using database = await tempDatabase();
    const said = [
      draft("a", "first", { ref: "r-1", ts: 7000, epoch: "ea" }),
      draft("b", "nul \0 and 😀", { uid: "guest:bob", user: "bob" }),
      draft("a", "second", { replyTo: 1, ts: 1 }),
    ];
    const appended = await database.use(async (store) => {
      assertEquals(await store.keep("secret", "kept"), "kept");
      await store.put("ban", "guest:bob", "for good", null);
      return await store.append(said);
    });
    const [first, other, second] = said.map((one, index) => entryOf(one, appended[index]!));

    await database.use(async (store) => {
      const page = await store.page("a", 100, EVERYTHING);
      assertEquals(page, { messages: [first!, second!], more: false, seq: 2, topic: "" });
      assertEquals(await store.replay("b", 0, 9, EVERYTHING), [other!]);
      assertEquals(await store.head("a"), { epoch: "ea", seq: 2, first: 1, topic: "" });
      const active = await store.active(0, 10);
      assertEquals(active.map(({ room, seq }) => `${room} ${seq}`), ["a 2", "b 1"]);
      assertEquals(await store.keep("secret", "another"), "kept");
      assertEquals(await store.get("ban", "guest:bob", 0), "for good");
      const [next] = await store.append([draft("a", "third", { ts: 1, epoch: "new" })]);
      assertEquals(next, { epoch: "ea", seq: 3, ts: 7000, isNew: true });
    });
  });

  it("P4 W7.2 gives a retry the position it got before, and adds nothing", async () => {
    await using database = await tempDatabase();
    const said = drafts("a", 3).map((one, index) => ({ ...one, ref: `r-${index}` }));
    const first = await database.use((store) => store.append(said));
    await database.use(async (store) => {
      const again = await store.append(said.map((one) => ({ ...one, ts: 9000, text: "other" })));
      assertEquals(again, first.map((one) => ({ ...one, isNew: false })));
      assertEquals((await store.head("a"))!.seq, 3);
      const bob = draft("a", "of another user", { ref: "r-0", uid: "guest:bob" });
      assertEquals(seqs(await store.append([bob])), [4]);
    });
  });

  it("P1 W5.10 has what was done to messages, and the topic", async () => {
    await using database = await tempDatabase();
    const by = { room: "a", epoch: "e1", ts: 2000, uid: "guest:bob", user: "bob" };
    const done: Draft[] = [
      { type: "edited", ...by, of: 1, text: "edited" },
      { type: "reaction", ...by, of: 1, emoji: "👍", on: true },
      { type: "deleted", ...by, of: 2 },
      { type: "topic", ...by, text: "topic" },
    ];
    const said = drafts("a", 2, { uid: "guest:bob" });
    await database.use((store) => store.append<Draft>([...said, ...done]));
    await database.use(async (store) => {
      const { messages, topic } = await store.page("a", 100, EVERYTHING, "guest:bob");
      const [first, second] = messages;
      assertEquals([first!.text, first!.editedTs, second!.deleted], ["edited", 2000, true]);
      assertEquals(first!.reactions, [
        { emoji: "👍", count: 1, mine: true, users: [{ uid: "guest:bob", user: "bob" }] },
      ]);
      assertEquals([topic, (await store.head("a"))!.topic], ["topic", "topic"]);
      const [again] = await store.append([done[1]!]);
      assertEquals(again, { epoch: "e1", seq: 4, ts: 2000, isNew: false });
      assertEquals(await store.append([done[2]!]), [{ refused: "missing" }]);
    });
  });

  it("W4.6 keeps no deleted text anywhere in the file, nor what retention took", async () => {
    await using database = await tempDatabase();
    // Long ones lie on pages of their own, and a few are cut in two by the ends of those.
    const secrets = ["secret ".repeat(700), "secret", "secret ".repeat(700)];
    const about = { room: "a", epoch: "e1", ts: 2000, uid: "guest:ann", user: "ann", of: 2 };
    await database.use(async (store) => {
      await store.append([draft("a", secrets[0]!), draft("a", secrets[1]!)]);
      await store.append([{ type: "edited", ...about, text: secrets[2]! }]);
    });
    const count = async () =>
      new TextDecoder("latin1").decode(await database.bytes()).split("secret").length - 1;
    assertGreater(await count(), 1350);
    await database.use((store) => store.append([{ type: "deleted", ...about }]));
    assertLess(await count(), 701);
    assertGreater(await count(), 650);
    await database.use((store) => retain(store, { messages: 1 }));
    assertEquals(await count(), 0);
  });

  it("W14.2 knows nothing of rooms that had no entries", async () => {
    await using database = await tempDatabase();
    await database.use((store) => store.head("empty"));
    await database.use(async (store) => {
      assertEquals(await store.head("empty"), undefined);
      const [first] = await store.append([draft("empty", "first", { epoch: "new" })]);
      assertEquals(first!.epoch, "new");
    });
  });

  it("P1 P4 has all that was acknowledged before a kill in the middle of its work", async () => {
    await using database = await tempDatabase();
    const said = drafts("a", 300).map((one) => ({ ...one, ref: `r-${one.text}` }));
    await using holder = database.hold();
    const written = holder.write(said.map((one) => `${JSON.stringify([one])}\n`).join(""));
    await holder.said(/"seq":20,/);
    holder.kill("SIGKILL");
    await Promise.all([holder.exited, written.catch(() => {})]);
    const acknowledged = holder.stdout().match(/"seq":\d+,.*\n/g)!.length;
    assertGreater(acknowledged, 19);

    await database.use(async (store) => {
      const { messages } = await store.page("a", 1000, EVERYTHING);
      assert(messages.length >= acknowledged, `${messages.length} of ${acknowledged}`);
      const expected = said.slice(0, messages.length).map(({ text }) => text);
      assertEquals(messages.map(({ text }) => text), expected);
      const again = await store.append(said);
      assertEquals(seqs(again), said.map((_, index) => index + 1));
      assertEquals(again.filter(({ isNew }) => !isNew).length, messages.length);
    });
  });
});

describe("a sqlite: store of more rooms than it keeps in mind", () => {
  it("P2 P4 knows where each of them is, also in the middle of a call", async () => {
    await using database = await tempDatabase();
    const said = Array.from({ length: 21_000 }, (_, n) => draft(`room-${n}`, "1", { ref: "r" }));
    await database.use(async (store) => {
      const first = await store.append([...said, draft("room-0", "2")]);
      assertEquals(new Set(seqs(first.slice(0, -1))), new Set([1]));
      assertEquals(first.at(-1)!.seq, 2);
      const again = await store.append([...said, ...drafts("room-20999", 1)]);
      assertEquals(again.filter(({ isNew }) => isNew).length, 1);
      assertEquals(again.at(-1)!.seq, 2);
      assertEquals((await store.active(0, 200)).length, 200);
    });
  });
});

describe("the files of a sqlite: store", () => {
  it("are one beside its lock when it is closed", async () => {
    await using database = await tempDatabase();
    await database.use((store) => store.append(drafts("a", 10)));
    assertEquals(await database.files(), ["snug.db", "snug.db.lock"]);
  });

  it("are made where their folders are missing", async () => {
    await using database = await tempDatabase();
    const deep = new Database(`${database.folder}/not/yet`);
    await deep.use((store) => store.append(drafts("a", 1)));
    assertGreater((await deep.bytes()).length, 0);
  });

  it("may have an empty one to begin with, and names with spaces and signs", async () => {
    await using database = await tempDatabase();
    const odd = new Database(database.folder, "söme %20 #1?mode=memory&x='.db");
    await Deno.writeTextFile(odd.path, "");
    await odd.use((store) => store.append(drafts("a", 2)));
    assertEquals(await odd.use((store) => store.head("a")), {
      epoch: "e1",
      seq: 2,
      first: 1,
      topic: "",
    });
  });
});
