import { assertEquals, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openStore, renewStore } from "../../src/store/open.ts";
import { StoreRefusal } from "../../src/store/store.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { drafts } from "./drafts.ts";
import { open } from "./on_redis.ts";

const it = needs("redis-server");

const marked = (redis: RedisServer) => redis.cli("HGET", "snug:kept", "format");

describe("the format of a Redis", () => {
  it("is marked by the first start, also where logs are that nobody marked", async () => {
    await using opened = await open();
    const { store, redis } = opened;
    assertEquals(await marked(redis), "1");
    await store.append(drafts("a", 2));
    await redis.cli("HDEL", "snug:kept", "format");
    const other = await openStore(redis.url, "full");
    try {
      assertEquals([await marked(redis), (await other.head("a"))!.seq], ["1", 2]);
    } finally {
      await other.close();
    }
  });

  it("of a newer Snug is refused, by its commands too, and left as it is", async () => {
    await using redis = await RedisServer.start();
    for (const format of ["2", "10", "none"]) {
      await redis.cli("HSET", "snug:kept", "format", format);
      await redis.cli("HSET", "snug:head:{a}", "epoch", "as it is");
      for (const use of [() => openStore(redis.url, "full"), () => renewStore(redis.url)]) {
        const { message } = await assertRejects(() => use() as Promise<unknown>, StoreRefusal);
        assertEquals(
          message,
          `the Redis of STORE_URL was written by a newer Snug (format ${format}, this one knows 1): ` +
            "start that one, or put back a backup from before it",
        );
      }
      const left = [await marked(redis), await redis.cli("HGET", "snug:head:{a}", "epoch")];
      assertEquals(left, [format, "as it is"]);
    }
  });
});
