import { assert, assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { RedisAuthors } from "../../src/store/redis_authors.ts";
import { openRedis } from "../../src/store/redis_client.ts";
import { Keys } from "../../src/store/redis_keys.ts";
import { heapBytes } from "../harness/memory.ts";
import { needs } from "../harness/needs.ts";
import { drafts } from "./drafts.ts";
import { open } from "./on_redis.ts";

const it = needs("redis-server");

describe("what one user said, in a Redis", () => {
  it("keeps nothing of a walk through the logs that is over", async () => {
    await using opened = await open();
    const redis = await openRedis(opened.redis.url);
    try {
      await opened.store.append(drafts("a", 1));
      const rooms = ["a", ...Array.from({ length: 5000 }, (_, n) => `room-${n}`)];
      const authors = new RedisAuthors(redis, new Keys(redis), {
        rooms: () => Promise.resolve(rooms),
        head: (room) => room === "a" ? opened.store.head(room) : Promise.resolve(undefined),
      });
      const walk = async () => {
        const { next } = await authors.authored("guest:ann", 0);
        assertEquals((await authors.authored("guest:ann", next!)).next, undefined);
      };
      await walk();
      const before = heapBytes();
      for (let times = 0; times < 100; times++) await walk();
      const grown = heapBytes() - before;
      assert(grown < 5_000_000, `${grown} bytes`);
    } finally {
      redis.close();
    }
  });
});
