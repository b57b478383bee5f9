import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it as always } from "@std/testing/bdd";
import fc from "fast-check";
import { openStore, renewStore } from "../../src/store/open.ts";
import { type Draft, StoreError } from "../../src/store/store.ts";
import { find, needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { storeContract } from "./contract.ts";
import { aFiledDraft, assertSameFiles, filedInRun, uploadFor } from "./contract_files_model.ts";
import { assertSame, Model, runs } from "./contract_model.ts";
import { eventually } from "./database.ts";
import { draft, drafts, EVERYTHING } from "./drafts.ts";
import { EVERY } from "./everything.ts";
import { follower, open } from "./on_redis.ts";
import { retain } from "./retaining.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;
/** What docs/OPERATIONS.md says that a user needs. */
const RIGHTS = "+@read +@write +@scripting +@connection +@pubsub +info".split(" ");

/** A node of a cluster, which has these slots. */
async function clusterNode(first: string, last: string): Promise<RedisServer> {
  const redis = await RedisServer.start(["--save", "", "--cluster-enabled", "yes"]);
  await redis.cli("CLUSTER", "ADDSLOTSRANGE", first, last);
  return redis;
}

const untilCluster = (redis: RedisServer, is: string) =>
  eventually(is, LIMIT_MS, async () => (await redis.cli("CLUSTER", "INFO")).includes(is));

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

  it("is on no cluster of several nodes: a start says what it needs", async () => {
    await using one = await clusterNode("0", "8191");
    await using two = await clusterNode("8192", "16383");
    assertEquals(await one.cli("CLUSTER", "MEET", "127.0.0.1", String(two.port)), "OK");
    for (const node of [one, two]) {
      // Until a node has heard of the other one's slots, it takes itself for all there is.
      await untilCluster(node, "cluster_size:2");
      const { message } = await assertRejects(() => openStore(node.url, "full"), StoreError);
      assertEquals(
        message,
        "the Redis of STORE_URL is one node of a cluster; expected a single one, or what answers for " +
          "all nodes at one address",
      );
    }
  });

  it("is on a cluster of one node, where the keys of one call must be in one slot", async () => {
    await using redis = await clusterNode("0", "16383");
    await untilCluster(redis, "cluster_state:ok");
    const store = await openStore(redis.url, "full");
    try {
      await store.append([...EVERY, ...drafts("a}b", 2, { ref: "r" })]);
      for (const uid of ["bob", "}brace"]) {
        await store.marks.mark([{ uid, user: "Bob", room: "a", seq: 1, at: 1 }]);
      }
      await store.append([draft("a", "for Bob", { mentions: ["bob"] })]);
      await uploadFor(store, "x");
      assertEquals((await store.files.waste(Infinity)).length, 4);
      assertEquals(await store.marks.unread("bob", [{ room: "a" }]), [{ unread: 1, mentions: 1 }]);
      assertEquals((await store.marks.direct("bob", 9)).map(({ seq }) => seq), [1]);
      await store.marks.forgetUser("}brace");
      assertEquals(await store.marks.readers("a", 9), [{ uid: "bob", user: "Bob" }]);
      const head = await store.feed!.follow("a", follower({ epoch: "", seq: 0 }).follower);
      assertEquals((await store.replay("a", 0, head.seq, EVERYTHING))!.length, head.seq);
      assertEquals((await store.page("a", Infinity, EVERYTHING, "bob")).seq, head.seq);
      assertEquals((await store.active(0, 9)).length, 2);
      const { entries, next } = await store.authored("bob", 0);
      await store.disown("bob", 0, next!, "gone");
      assertEquals(entries.length, 1);
      await store.put("ban", "x", "1", null);
      assertEquals(await store.replace("ban", "x", "2", 9), true);
      await store.remove("ban", "x");
      await store.marks.forgetUser("bob");
      assertEquals(await retain(store, { messages: 0 }).then(({ size }) => size), 3);
    } finally {
      await store.close();
    }
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

  it("tells of what others append, not of its own, and of rooms that it follows alone", async () => {
    await using opened = await open(2);
    const { store, other } = opened;
    const [a, b] = [follower({ epoch: "e1", seq: 0 }), follower({ epoch: "e1", seq: 0 })];
    await store.feed!.follow("a", a.follower);
    await store.feed!.follow("b", b.follower);
    store.feed!.unfollow("b");
    // It may have been told of the head with its first connection.
    b.told.splice(0);
    await store.append(drafts("a", 1, { ts: 1234 }));
    await other.append([...drafts("a", 2, { ts: 2345 }), ...drafts("b", 2)]);
    await eventually("what was appended", LIMIT_MS, () => Promise.resolve(a.heard.length === 2));
    await eventually("the head", LIMIT_MS, () => Promise.resolve(a.told.at(-1)?.seq === 3));
    assertEquals([a.heard, a.afters, b.heard, b.told], [[2, 3], [1234], [], []]);
  });

  it("keeps apart what is in another database of the same Redis", async () => {
    await using opened = await open();
    const { store, redis } = opened;
    const other = await openStore(`${redis.url}/1`, "full");
    try {
      const [room, elsewhere] = [
        follower({ epoch: "e1", seq: 0 }),
        follower({ epoch: "", seq: 0 }),
      ];
      await store.feed!.follow("a", room.follower);
      await other.feed!.follow("a", elsewhere.follower);
      const third = await openStore(redis.url, "full");
      try {
        await third.append(drafts("a", 2));
      } finally {
        await third.close();
      }
      await eventually("it", LIMIT_MS, () => Promise.resolve(room.heard.length === 2));
      await eventually("a head", LIMIT_MS, () => Promise.resolve(elsewhere.told.length > 0));
      assertEquals([elsewhere.heard, elsewhere.told[0]!.seq], [[], 0]);
    } finally {
      await other.close();
    }
  });

  it("W5.2 gives a page at once, whatever its texts are made of", async () => {
    await using opened = await open();
    const { store } = opened;
    const texts = ["1".repeat(1_000_000), "1 ".repeat(500_000), "1\n".repeat(300_000)];
    await store.append(texts.map((text) => draft("a", text)));
    const { messages } = await store.page("a", Infinity, EVERYTHING);
    assert(messages.every(({ text }, index) => text === texts[index]));
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

  it("says at the start what it keeps, and that it has no search", async () => {
    for (
      const [args, sentence] of [
        [["--appendonly", "yes", "--appendfsync", "always"], /on its disk before it is ack/],
        [["--appendonly", "yes", "--appendfsync", "everysec"], /may lose the last/],
        [["--save", "60", "1"], /saves now and then/],
        [["--save", ""], /nothing on its disk/],
        [["--save", "", "--rename-command", "CONFIG", "no"], /does not let us see.*CONFIG GET/],
      ] as const
    ) {
      await using opened = await open(1, { args: [...args] });
      const [keeping, search] = opened.store.advice!;
      assert(sentence.test(keeping!), keeping);
      assertEquals(search, "With Redis, messages can't be searched.");
      assertEquals(opened.store.search, undefined);
    }
    for (const [policy, drops] of [["allkeys-lru", true], ["volatile-lru", false]] as const) {
      const args = ["--save", "", "--maxmemory", "100mb", "--maxmemory-policy", policy];
      await using opened = await open(1, { args });
      const said = opened.store.advice!.some((one) => one.includes("set noeviction"));
      assertEquals([policy, said], [policy, drops]);
    }
  });

  it("keeps apart what has another prefix, and is let in by a user's password", async () => {
    await using opened = await open();
    const { redis } = opened;
    await redis.cli("ACL", "SETUSER", "snug", "on", ">s3cret", "~one:*", "&one:*", ...RIGHTS);
    const url = redis.url.replace("//", "//snug:s3cret@");
    const store = await openStore(`${url}?prefix=one:`, "full");
    const other = await openStore(`${redis.url}?prefix=one:`, "full");
    try {
      await store.append(EVERY);
      assertEquals(await opened.store.head("a"), undefined);
      const { follower: room, heard, told } = follower({ epoch: "", seq: 0 });
      await store.feed!.follow("a", room);
      await eventually("a head", LIMIT_MS, () => Promise.resolve(told.length > 0));
      await other.append(drafts("a", 1));
      await eventually("what is said", LIMIT_MS, () => Promise.resolve(heard.length > 0));
      await store.marks.mark([{ uid: "bob", user: "Bob", room: "a", seq: 1, at: 1 }]);
      await uploadFor(store, "x");
      await store.ping!();
      assertEquals(await renewStore(`${url}/0?prefix=one:`), 2);
    } finally {
      await store.close();
      await other.close();
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
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `rediss://127.0.0.1:${silent.addr.port}`;
    const { message } = await assertRejects(() => openStore(url, "full"), StoreError);
    assert(
      message.endsWith("Redis does not answer (rediss:// is with TLS, redis:// without)"),
      message,
    );
  });
});
