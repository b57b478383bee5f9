import { assertEquals, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openRedis } from "../../src/store/redis_client.ts";
import { StoreError } from "../../src/store/store.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { Relay } from "../harness/relay.ts";
import { within } from "../harness/within.ts";
import { eventually } from "./database.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

async function open() {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await RedisServer.start());
  const redis = await openRedis(server.url);
  stack.defer(() => redis.close());
  const owned = stack.move();
  return { server, redis, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe("the connection to a Redis", () => {
  it("lets no subscription wait for good, however often it is cut, and has all of them again", async () => {
    await using opened = await open();
    const { redis } = opened;
    const heard = new Set<string>();
    let backs = 0;
    const subscriber = redis.subscribe(() => backs++);
    const channels = Array.from({ length: 60 }, (_, n) => `channel-${n}`);
    for (const channel of channels) {
      const cut = redis.call("CLIENT", "KILL", "TYPE", "pubsub").catch(() => {});
      const added = subscriber.add(channel, (said) => heard.add(`${channel} ${said}`));
      await within(LIMIT_MS, "an answer", added.catch(() => {}));
      await cut;
    }
    await eventually("all channels", LIMIT_MS, async () => {
      for (const channel of channels) await redis.call("PUBLISH", channel, "hi");
      return heard.size === channels.length;
    });
    assertEquals(backs > 1, true);
  });

  it("refuses at once while there is none, and is there again by itself", async () => {
    await using opened = await open();
    const { server, redis } = opened;
    await redis.call("SET", "a", "1");
    await server.kill();
    await eventually(
      "a refusal",
      LIMIT_MS,
      () =>
        redis.call("GET", "a").then(
          () => false,
          ({ message }) => message === "there is no connection to Redis",
        ),
    );
    await server.again();
    await eventually(
      "an answer",
      LIMIT_MS,
      () => redis.call("GET", "a").then((value) => value === null, () => false),
    );
  });

  it("looks for the primary anew when its own takes no more writes", async () => {
    await using before = await RedisServer.start();
    await using after = await RedisServer.start();
    await using way = Relay.start(before.port);
    const redis = await openRedis(`redis://127.0.0.1:${way.port}`);
    try {
      await redis.call("SET", "a", "1");
      // A planned change: the old one lives on, and so do the connections to it.
      way.lead(after.port, { ends: false });
      await before.cli("REPLICAOF", "127.0.0.1", String(after.port));
      const error = await assertRejects(() => redis.call("SET", "a", "2"), StoreError);
      assertEquals(error.message, "this Redis is a replica, which takes no writes");
      await eventually(
        "the other",
        LIMIT_MS,
        () => redis.call("SET", "a", "2").then(() => true, () => false),
      );
      assertEquals(await after.cli("GET", "a"), "2");
    } finally {
      redis.close();
    }
  });

  it("says what Redis says, and nothing of what was sent", async () => {
    await using opened = await open();
    const error = await assertRejects(() => opened.redis.call("NONE", "secret"), StoreError);
    assertEquals(error.message, "ERR unknown command 'NONE'");
  });
});
