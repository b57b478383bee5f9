import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { describe, it as always } from "@std/testing/bdd";
import fc from "fast-check";
import { openStore } from "../../src/store/open.ts";
import { type Draft, type Head, type Store, StoreError } from "../../src/store/store.ts";
import { find, needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { storeContract } from "./contract.ts";
import { aFiledDraft, assertSameFiles, filedInRun, uploadFor } from "./contract_files_model.ts";
import { assertSame, Model, runs } from "./contract_model.ts";
import { eventually } from "./database.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";
import { EVERY } from "./everything.ts";
import { retain } from "./retaining.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

/** So many stores on one Redis. */
async function open(count = 1, { args, options = "" }: { args?: string[]; options?: string } = {}) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start(args));
  const stores: Store[] = [];
  while (stores.length < count) {
    const store = await openStore(redis.url + options, "full");
    stack.defer(() => store.close());
    stores.push(store);
  }
  const owned = stack.move();
  const [store, other] = stores as [Store, Store];
  return { redis, store, other, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** As a room follows: up to a position, and what it is told. */
function follower(position: { epoch: string; seq: number }) {
  const told: Head[] = [];
  const heard: number[] = [];
  return {
    position,
    told,
    heard,
    follower: {
      position,
      heard: (_: string, entries: readonly { seq: number }[]) => {
        heard.push(...entries.map(({ seq }) => seq));
      },
      told: (head: Head) => void told.push(head),
      failed: () => {},
    },
  };
}

// Without a Redis the contract is one test that is skipped.
if (find("redis-server") || Deno.env.get("REQUIRE_ALL") === "1") storeContract("redis:", open);
else it("a redis: store keeps the contract", () => {});

describe("a redis: store", () => {
  it("P2 P4 is one store for all who share it, whatever they do", async () => {
    await using opened = await open(2);
    const { store, other } = opened;
    const calls = fc.array(
      fc.tuple(fc.boolean(), fc.array(aFiledDraft, { maxLength: 6 })),
      { maxLength: 8 },
    );
    await runs(calls, async (made, prefix) => {
      const uploads = await uploadFor(store, prefix);
      const model = new Model(uploads.map((one) => ({ ...one })));
      for (const [isOther, call] of made) {
        const said = call.map((one) => filedInRun(prefix, one));
        const appended = await (isOther ? other : store).append(said);
        assertEquals(appended, said.map((one) => model.append(one)));
      }
      for (const room of model.logs.keys()) {
        await assertSame(store, room, model);
        await assertSame(other, room, model);
      }
      await assertSameFiles(other, uploads, model);
    });
  });

  it("W4.6 has nothing of a deleted text in its memory or on its disk", async () => {
    await using opened = await open(1, { args: ["--save", "", "--rdbcompression", "no"] });
    const { store, redis } = opened;
    const change = (body: object) => ({ ...draft("a", ""), ...body }) as Draft;
    await store.append([draft("a", "the secret heron"), draft("a", "kept in place")]);
    await store.append([change({ type: "edited", of: 1, text: "still secret" })]);
    const saved = async () => {
      await redis.cli("SAVE");
      return new TextDecoder().decode(await Deno.readFile(`${redis.folder}/dump.rdb`));
    };
    assert((await saved()).includes("secret"));
    await store.append([change({ type: "deleted", of: 1 })]);
    const left = await saved();
    assertEquals([left.includes("secret"), left.includes("kept in place")], [false, true]);
  });

  it("works where keys of one call must be in one slot", async () => {
    await using opened = await open(0, { args: ["--cluster-enabled", "yes"] });
    const { redis } = opened;
    await redis.cli("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await eventually(
      "the cluster",
      LIMIT_MS,
      async () => (await redis.cli("CLUSTER", "INFO")).includes("cluster_state:ok"),
    );
    const store = await openStore(redis.url, "full");
    try {
      await store.append([...EVERY, ...drafts("a}b", 2, { ref: "r" })]);
      await store.marks.mark([{ uid: "bob", user: "Bob", room: "a", seq: 1, at: 1 }]);
      await store.append([draft("a", "for Bob", { mentions: ["bob"] })]);
      await uploadFor(store, "x");
      assertEquals((await store.files.waste(Infinity)).length, 4);
      assertEquals(await store.marks.unread("bob", [{ room: "a" }]), [{ unread: 1, mentions: 1 }]);
      assertEquals((await store.marks.direct("bob", 9)).map(({ seq }) => seq), [1]);
      assertEquals(await store.marks.readers("a", 9), [{ uid: "bob", user: "Bob" }]);
      const head = await store.feed!.follow("a", follower({ epoch: "", seq: 0 }).follower);
      assertEquals((await store.replay("a", 0, head.seq, EVERYTHING))!.length, head.seq);
      assertEquals((await store.page("a", Infinity, EVERYTHING, "bob")).seq, head.seq);
      assertEquals((await store.active(0, 9)).length, 2);
      const { entries, next } = await store.authored("bob", 0);
      await store.disown("bob", 0, next!, "gone");
      assertEquals(entries.length, 1);
      await store.put("ban", "x", "1", null);
      await store.remove("ban", "x");
      await store.marks.forgetUser("bob");
      assertEquals(await retain(store, { messages: 0 }).then(({ size }) => size), 3);
    } finally {
      await store.close();
    }
  });

  it("W14.1 W14.2 begins a new epoch where it has lost what was given out", async () => {
    await using opened = await open();
    const { store, redis } = opened;
    await store.append(drafts("a", 3));
    await redis.cli("COPY", "snug:head:{a}", "before");
    await store.append(drafts("a", 2));
    const { follower: room, position } = follower({ epoch: "e1", seq: 0 });
    assertEquals((await store.feed!.follow("a", room)).epoch, "e1");

    // As a replica that took over without the last of it. Nobody asks before the append does.
    await redis.cli("COPY", "before", "snug:head:{a}", "REPLACE");
    position.seq = 5;
    const [next] = await store.append(drafts("a", 1));
    assertEquals(next!.seq, 4);
    assertNotEquals(next!.epoch, "e1");
    assertEquals((await store.head("a"))!.epoch, next!.epoch);

    await redis.cli("COPY", "before", "snug:head:{a}", "REPLACE");
    const head = (await store.head("a"))!;
    assertNotEquals(head.epoch, "e1");
    const [after] = await store.append(drafts("a", 1));
    assertEquals([after!.epoch, after!.seq], [head.epoch, 4]);

    await redis.cli("FLUSHALL");
    const [first] = await store.append(drafts("a", 1));
    assertEquals(first!.seq, 1);
    assertNotEquals(first!.epoch, "e1");
  });

  it("W7.2 W10.13 lists a conversation whose first message was kept, and then tried again", async () => {
    await using opened = await open();
    const { store, redis } = opened;
    const first = draft("@ann,bob", "hi", { uid: "ann", ref: "1" });
    await store.append([first]);
    // As if the connection had been lost right after the log had it.
    for (const key of ["conversations", "direct:{ann}", "direct:{bob}"]) {
      assertEquals(await redis.cli("DEL", `snug:${key}`), "1");
    }
    assertEquals((await store.append([first]))[0]!.isNew, false);
    assertEquals((await store.marks.direct("bob", 9)).map(({ room }) => room), ["@ann,bob"]);
    assertEquals((await store.authored("ann", 0)).entries.length, 1);
  });

  it("W14.1 begins no log anew in the epoch of one that was lost whole", async () => {
    await using opened = await open(2);
    const { store, other, redis } = opened;
    const { follower: room, position } = follower({ epoch: "", seq: 0 });
    const { epoch } = await store.feed!.follow("a", room);
    await store.append(drafts("a", 2, { epoch }));
    Object.assign(position, { epoch, seq: 2 });
    const keys = await redis.cli("--raw", "KEYS", "*:{a}*");
    await redis.cli("DEL", ...keys.trim().split("\n"));

    // Asked by who remembers; then nobody does.
    const head = await store.head("a");
    assertNotEquals(head?.epoch, epoch);
    store.feed!.unfollow("a");
    for (const one of [store, other]) {
      const next = await one.feed!.follow("a", follower({ epoch: "", seq: 0 }).follower);
      assertEquals(next, { epoch: head!.epoch, seq: 0, first: 1, topic: "" });
    }
    assertEquals((await other.page("a", Infinity, EVERYTHING)).messages, []);
    const [first] = await other.append(drafts("a", 1, { epoch }));
    assertEquals([first!.epoch, first!.seq], [head!.epoch, 1]);
    assertEquals(seqs((await other.page("a", Infinity, EVERYTHING)).messages), [1]);
  });

  it("W14.1 begins a log in the same epoch everywhere, and in another when all was lost", async () => {
    await using opened = await open(2);
    const { store, other, redis } = opened;
    const nobody = follower({ epoch: "", seq: 0 }).follower;
    const epochs = async (room: string) => {
      const heads = [
        await store.feed!.follow(room, nobody),
        await other.feed!.follow(room, nobody),
      ];
      assertEquals(heads[0], heads[1]);
      return heads[0]!.epoch;
    };
    const [a, b] = [await epochs("a"), await epochs("b")];
    assertNotEquals(a, b);
    assertEquals(await epochs("a"), a);
    await redis.cli("FLUSHALL");
    assertNotEquals(await epochs("a"), a);
  });

  it("tells of what others append, not of its own, and of rooms that it follows alone", async () => {
    await using opened = await open(2);
    const { store, other } = opened;
    const [a, b] = [follower({ epoch: "e1", seq: 0 }), follower({ epoch: "e1", seq: 0 })];
    await store.feed!.follow("a", a.follower);
    await store.feed!.follow("b", b.follower);
    store.feed!.unfollow("b");
    await store.append(drafts("a", 1));
    await other.append([...drafts("a", 2), ...drafts("b", 2)]);
    await eventually("what was appended", LIMIT_MS, () => Promise.resolve(a.heard.length === 2));
    await eventually("the head", LIMIT_MS, () => Promise.resolve(a.told.at(-1)?.seq === 3));
    assertEquals([a.heard, b.heard, b.told], [[2, 3], [], []]);
  });

  it("W19.3 W19.7 counts files once, whoever removes them and is killed in between", async () => {
    await using opened = await open(2);
    const { store, other, redis } = opened;
    const uploads = await uploadFor(store, "x");
    const both = [await store.files.waste(1001), await other.files.waste(1001)]
      .map((waste) => waste.map(({ id }) => id).sort());
    const ids = uploads.map(({ id }) => id);
    assertEquals(both, [ids, ids]);
    // Killed after it began to forget: it is given again.
    await redis.cli("HDEL", "snug:all:{files}", ids[0]!);
    await redis.cli("DECRBY", "snug:bytes:{files}", "5000");
    await store.files.forget(ids.slice(1));
    assertEquals((await store.files.waste(1001)).map(({ id }) => id), [ids[0]]);
    for (const { files } of [other, store]) await files.forget(ids);
    assertEquals([await other.files.bytes(), await other.files.waste(1001)], [0, []]);
    assertEquals(await redis.cli("KEYS", "*"), "snug:bytes:{files}");
  });

  it("P1 waits for as many replicas as were asked for", async () => {
    await using opened = await open(1, { options: "?replicas=1" });
    const { store, redis } = opened;
    const said = drafts("a", 1, { ref: "r" });
    const error = await assertRejects(() => store.append(said), StoreError);
    assertEquals(error.message, "0 of 1 replicas have it");
    await using _replica = await RedisServer.start(
      ["--save", "", "--replicaof", "127.0.0.1", String(redis.port)],
    );
    await eventually(
      "the replica",
      LIMIT_MS,
      async () => (await redis.cli("INFO", "replication")).includes("state=online"),
    );
    const [kept] = await store.append(said);
    assertEquals([kept!.seq, kept!.isNew], [1, false]);
  });

  it("W14.3 cuts the oldest of all rooms until they hold no more bytes than they may", async () => {
    await using opened = await open();
    const { store } = opened;
    const said = Array.from(
      { length: 1000 },
      (_, n) => draft(`room-${n % 3}`, "x".repeat(1000), { ts: n + 1 }),
    );
    await store.append(said);
    assertEquals((await retain(store, { bytes: 2_000_000 })).size, 0);
    const firsts = await retain(store, { bytes: 100_000 });
    const kept = [];
    for (const [room, first] of firsts) {
      const entries = (await store.replay(room, first - 1, 1000, EVERYTHING))!;
      kept.push(...entries.map(({ ts }) => ts));
    }
    // Up to a step more goes, of one room.
    assert(kept.length > 100_000 / 1050 - 130 && kept.length < 100_000 / 1000, `${kept.length}`);
    assert(Math.min(...kept) > 1000 - 3 * 130, `${Math.min(...kept)}`);
    assertEquals([...await retain(store, { bytes: 100_000 })], []);
  });

  it("says at the start what it keeps, and that it has no search", async () => {
    for (
      const [args, sentence] of [
        [["--appendonly", "yes", "--appendfsync", "always"], /on its disk before it is ack/],
        [["--appendonly", "yes", "--appendfsync", "everysec"], /may lose the last/],
        [["--save", "60", "1"], /saves now and then/],
        [["--save", ""], /nothing on its disk/],
        [["--save", "", "--rename-command", "CONFIG", "no"], /does not let us see/],
      ] as const
    ) {
      await using opened = await open(1, { args: [...args] });
      const [keeping, search] = opened.store.advice!;
      assert(sentence.test(keeping!), keeping);
      assertEquals(search, "With Redis, messages can't be searched.");
      assertEquals(opened.store.search, undefined);
    }
    const args = ["--save", "", "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
    await using opened = await open(1, { args });
    assert(opened.store.advice!.some((one) => one.includes("set noeviction")));
  });

  it("keeps apart what has another prefix, and is let in by a user's password", async () => {
    await using opened = await open();
    const { redis } = opened;
    await redis.cli("ACL", "SETUSER", "snug", "on", ">s3cret", "~one:*", "&one:*", "+@all");
    const url = redis.url.replace("//", "//snug:s3cret@");
    const store = await openStore(`${url}?prefix=one:`, "full");
    try {
      await store.append(drafts("a", 1));
      assertEquals(await opened.store.head("a"), undefined);
      await store.feed!.follow("a", follower({ epoch: "", seq: 0 }).follower);
    } finally {
      await store.close();
    }
    const wrong = redis.url.replace("//", "//snug:wr0ng@");
    const error = await assertRejects(() => openStore(wrong, "full"), StoreError);
    assert(/^can't use the Redis of STORE_URL: WRONGPASS/.test(error.message), error.message);
    assert(!error.message.includes("wr0ng"));
  });
});

describe("without a Redis", () => {
  always("a start is refused in words", async () => {
    const error = await assertRejects(() => openStore("redis://127.0.0.1:1", "full"), StoreError);
    assert(/^can't use the Redis of STORE_URL: .*ECONNREFUSED/.test(error.message), error.message);
  });
});
