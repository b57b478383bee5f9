import { assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openRedis } from "../../src/store/redis_client.ts";
import { Keys } from "../../src/store/redis_keys.ts";
import { RedisRecords } from "../../src/store/redis_records.ts";
import { needs } from "../harness/needs.ts";
import { open } from "./on_redis.ts";

const it = needs("redis-server");

describe("records in a Redis", () => {
  it("drops records that have expired, however many", async () => {
    await using opened = await open();
    const redis = await openRedis(opened.redis.url);
    try {
      const records = new RedisRecords(redis, new Keys(redis));
      const keys = Array.from({ length: 2500 }, (_, n) => String(n));
      await Promise.all(keys.map((key) => records.put("ban", key, "x", Number(key) + 1)));
      await records.put("ban", "kept", "x", null);
      await records.sweep(10_000);
      assertEquals(await redis.call("HKEYS", "snug:records:{ban}"), ["kept"]);
    } finally {
      redis.close();
    }
  });
});
