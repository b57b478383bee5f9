// What `authored` and `disown` promise of one user's entries.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import type { Draft, Store } from "../../src/store/store.ts";
import type { Open } from "./contract.ts";
import { draft, drafts, EVERYTHING } from "./drafts.ts";

const ANN = "guest:ann";
const BOB = { uid: "guest:bob", user: "bob" };

/** All that a user said, and the parts in which it is found. */
async function all(store: Store, uid: string) {
  const entries: Entry[] = [];
  const parts: [after: number, next: number][] = [];
  for (let after = 0;;) {
    const found = await store.authored(uid, after);
    entries.push(...found.entries);
    if (found.next === undefined) return { entries, parts };
    parts.push([after, found.next]);
    after = found.next;
  }
}

function by(about: object, body: object): Draft {
  return { room: "a", epoch: "e1", ts: 2000, ...about, ...body } as Draft;
}

export function authorsContract(open: Open) {
  it("W15.13 finds all of a user's entries, of every kind and room, in parts, and nobody else's", async () => {
    await using opened = await open();
    const { store } = opened;
    const ann = { uid: ANN, user: "ann" };
    const said = [draft("a", "one\0"), draft("@guest:ann,guest:bob", "two")];
    const done = [
      by(ann, { type: "edited", of: 1, text: "uno" }),
      by(ann, { type: "reaction", of: 1, emoji: "👍", on: true }),
      by(ann, { type: "topic", text: "news" }),
    ];
    await store.append([
      ...said,
      draft("a", "his", BOB),
      ...done,
      by(BOB, {
        type: "reaction",
        of: 1,
        emoji: "👍",
        on: true,
      }),
    ]);
    // More than one part of any store.
    await store.append(drafts("many", 300));
    await store.append(drafts("bobs", 5000, BOB));
    await store.append(drafts("last", 1));
    const { entries } = await all(store, ANN);
    const first = entries.slice(0, 5);
    assertEquals(first.map(({ type, room, seq }) => [type, room, seq]).sort(), [
      ["chat", "@guest:ann,guest:bob", 1],
      ["chat", "a", 1],
      ["edited", "a", 3],
      ["reaction", "a", 4],
      ["topic", "a", 5],
    ]);
    assertEquals(first.find(({ seq, room }) => room === "a" && seq === 1), {
      ...{ type: "chat", room: "a", seq: 1, ts: 1000, uid: ANN, user: "ann", text: "one\0" },
    });
    assertEquals(entries.length, 5 + 300 + 1);
    assertEquals((await all(store, "guest:bob")).entries.length, 5002);
    assertEquals((await all(store, "nobody")).entries, []);
  });

  it("W15.13 puts another name under them, and empties topics and edits, where they are the user's", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([
      ...drafts("a", 1),
      draft("a", "his", BOB),
      by({ uid: ANN, user: "ann" }, { type: "edited", of: 1, text: "uno" }),
      by({ uid: ANN, user: "ann" }, { type: "topic", text: "news" }),
      by(BOB, { type: "topic", text: "his" }),
      by({ uid: ANN, user: "ann" }, { type: "reaction", of: 2, emoji: "x", on: true }),
      by(BOB, { type: "reaction", of: 2, emoji: "x", on: true }),
    ]);
    const { parts } = await all(store, ANN);
    for (const [after, next] of parts) await store.disown(ANN, after, next, "gone");
    const shown = (await store.replay("a", 0, 9, EVERYTHING))!.map((entry) => [
      entry.seq,
      entry.uid,
      entry.user,
      "text" in entry && entry.text,
      "deleted" in entry,
    ]);
    assertEquals(shown, [
      [1, ANN, "gone", "1", false],
      [2, "guest:bob", "bob", "his", false],
      [3, ANN, "gone", "", true],
      [4, ANN, "gone", "", false],
      [5, "guest:bob", "bob", "his", false],
      [6, ANN, "gone", false, false],
      [7, "guest:bob", "bob", false, false],
    ]);
    const { messages, topic } = await store.page("a", Infinity, EVERYTHING);
    assertEquals([messages.map(({ user }) => user), topic], [["gone", "bob"], "his"]);
    const [reaction] = messages[1]!.reactions!;
    assertEquals(reaction!.users, [{ uid: ANN, user: "gone" }, BOB]);
  });

  it("W15.13 leaves what is said after a part was read to the next one", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 2));
    const { next } = await store.authored(ANN, 0);
    await store.append([
      draft("a", "late"),
      by({ uid: ANN, user: "ann" }, { type: "topic", text: "news" }),
    ]);
    await store.disown(ANN, 0, next!, "gone");
    const entries = (await store.replay("a", 0, 9, EVERYTHING))!;
    assertEquals(entries.map(({ user }) => user), ["gone", "gone", "ann", "ann"]);
    const later = await store.authored(ANN, next!);
    assertEquals(later.entries.map(({ seq }) => seq), [3, 4]);
    await store.disown(ANN, next!, later.next!, "gone");
    assertEquals((await store.page("a", 9, EVERYTHING)).messages.map(({ user }) => user), [
      ...["gone", "gone", "gone"],
    ]);
  });

  it("W15.13 drops a user's markers and what is meant for them", async () => {
    await using opened = await open();
    const { marks } = opened.store;
    await opened.store.append(drafts("a", 2));
    const mark = (uid: string) => ({ uid, user: "x", room: "a", seq: 1, at: 1 });
    await marks.mark([mark(ANN), mark("guest:bob")]);
    await opened.store.append(drafts("a", 1, { uid: "eve", mentions: [ANN, "guest:bob"] }));
    await marks.forgetUser(ANN);
    assertEquals([await marks.knows(ANN), await marks.marker(ANN, "a")], [false, 0]);
    assertEquals(await marks.readers("a", 9), [{ uid: "guest:bob", user: "x" }]);
    await marks.mark([mark(ANN)]);
    assertEquals(await marks.unread(ANN, [{ room: "a" }]), [{ unread: 1, mentions: 0 }]);
    assertEquals((await marks.unread("guest:bob", [{ room: "a" }]))[0]!.mentions, 1);
  });
}
