// What the user of STORE_URL may do in Redis.
import { assertEquals, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openStore } from "../../src/store/open.ts";
import { StoreRefusal } from "../../src/store/store.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { eventually } from "./database.ts";
import { drafts, EVERYTHING } from "./drafts.ts";
import { follower } from "./on_redis.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;
const OPERATIONS = new URL("../../docs/OPERATIONS.md", import.meta.url);

/** The words of the line in docs/OPERATIONS.md that makes a user, as they are given to Redis. */
async function documented(): Promise<string[]> {
  const text = await Deno.readTextFile(OPERATIONS);
  const [, line] = /^ *(ACL SETUSER .*)$/m.exec(text)!;
  return line!.split(" ");
}

const urlOf = (redis: RedisServer) => redis.url.replace("//", "//snug:a-long-random-one@");

describe("a user of a Redis", () => {
  it("with the documented rights may do all that Snug does, with replicas too", async () => {
    await using redis = await RedisServer.start();
    const follow = ["--save", "", "--replicaof", "127.0.0.1", String(redis.port)];
    await using _replica = await RedisServer.start(follow);
    const isOnline = async () => (await redis.cli("INFO", "replication")).includes("state=online");
    await eventually("the replica", LIMIT_MS, isOnline);
    assertEquals(await redis.cli(...await documented()), "OK");
    const store = await openStore(`${urlOf(redis)}?replicas=1`, "full");
    const other = await openStore(urlOf(redis), "full");
    try {
      const said: string[] = [];
      await other.bus!.listen((_, message) => said.push(message));
      const { follower: room, heard } = follower({ epoch: "", seq: 0 });
      await other.feed!.follow("a", room);
      await eventually("the bus", LIMIT_MS, () => {
        store.bus!.say("hi");
        return Promise.resolve(said.length > 0);
      });
      await eventually("an entry", LIMIT_MS, async () => {
        await store.append(drafts("a", 1));
        return heard.length > 0;
      });
      const { seq } = await store.page("a", Infinity, EVERYTHING);
      assertEquals((await other.replay("a", 0, seq, EVERYTHING))!.length, seq);
      await store.check();
      await store.ping!();
    } finally {
      await store.close();
      await other.close();
    }
  });

  it("without its channels is refused at the start, with the right that is missing", async () => {
    await using redis = await RedisServer.start();
    await redis.cli(...await documented());
    const missing: [taken: string[], says: string][] = [
      [["resetchannels"], "NOPERM"],
      [["resetchannels", "&snug:0:bus*"], "NOPERM"],
      [["resetchannels", "&snug:0:appended:*"], "NOPERM"],
      [["-publish"], "'publish' command"],
      [["-subscribe"], "'subscribe' command"],
    ];
    for (const [taken, says] of missing) {
      await redis.cli(...await documented());
      assertEquals(await redis.cli("ACL", "SETUSER", "snug", ...taken), "OK");
      const { message } = await assertRejects(() => openStore(urlOf(redis), "full"), StoreRefusal);
      const [begin, end] = message.split(" (Redis says: ");
      assertEquals(
        begin,
        "the user of STORE_URL may not use the channels snug:*; " +
          "ACL SETUSER … &snug:* +@pubsub gives that right",
      );
      assertEquals([taken, end!.includes(says)], [taken, true]);
    }
  });
});
