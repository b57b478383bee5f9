import { assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { Line } from "../../src/store/redis_line.ts";
import { StoreError } from "../../src/store/store.ts";
import { redisAddress } from "../../src/store_url.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";

const it = needs("redis-server");

describe("a connection to a Redis", () => {
  it("is not made again once it is closed, whatever was still heard of it", async () => {
    await using server = await RedisServer.start();
    const line = new Line(redisAddress(server.url)!, {});
    await line.opened();
    line.close();
    // As the answer to a ping that came with its end; one that is made again is a leak.
    line.renew(new StoreError("this Redis is no primary any more"));
    await assertRejects(() => line.call(["PING"]), StoreError, "there is no connection to Redis");
  });
});
