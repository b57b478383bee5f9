import { assertEquals, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openRedis, Script } from "../../src/store/redis_client.ts";
import { StoreError, StoreRefusal } from "../../src/store/store.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { within } from "../harness/within.ts";
import { eventually } from "./database.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;
const WRITE = new Script("return redis.call('SET', KEYS[1], '1')");

async function open(options = "") {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await RedisServer.start());
  const redis = await openRedis(server.url + options);
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
    await eventually("a connection", LIMIT_MS, () => Promise.resolve(backs === 1));
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

  it("says that it is back when that for commands is, where it was lost alone", async () => {
    await using opened = await open();
    const { server, redis } = opened;
    const answers: unknown[] = [];
    const back = () => redis.call("PING").then((answer) => answers.push(answer));
    const subscriber = redis.subscribe(back);
    await eventually("a connection", LIMIT_MS, () => Promise.resolve(answers.length === 1));
    await subscriber.add("channel", () => {});
    assertEquals(await server.cli("CLIENT", "KILL", "TYPE", "normal"), "1");
    await eventually("another", LIMIT_MS, () => Promise.resolve(answers.length === 2));
    assertEquals(answers, ["PONG", "PONG"]);
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

  it("hears a channel that was let go of and is wanted again at once", async () => {
    await using opened = await open();
    const { redis } = opened;
    const subscriber = redis.subscribe(() => {});
    const heard: string[] = [];
    const add = () => subscriber.add("channel", (said) => heard.push(said));
    await eventually("a connection", LIMIT_MS, () => add().then(() => true, () => false));
    const removed = subscriber.remove("channel");
    await add();
    await removed;
    await redis.call("PUBLISH", "channel", "hi");
    await eventually("what is said there", LIMIT_MS, () => Promise.resolve(heard.length > 0));
  });

  it("looks for the primary anew where its own is none any more", async () => {
    await using opened = await open("?replicas=1");
    const { server, redis } = opened;
    redis.subscribe(() => {});
    /** Of the lines for commands and for what replicas must have, and that for subscriptions. */
    const connections = async () =>
      (await server.cli("CLIENT", "LIST")).split("\n").filter((one) => one.includes("name=snug"))
        .map((one) => one.split(" ", 1)[0]!);
    const areThree = async () => (await connections()).length === 3;
    await eventually("three connections", LIMIT_MS, areThree);
    await server.cli("REPLICAOF", "127.0.0.1", "1");
    for (
      const [ask, words] of [
        [() => redis.call("SET", "a", "1"), "READONLY"],
        [() => redis.run(WRITE, ["a"], []), "READONLY"],
        [() => redis.appends.run(WRITE, ["a"], []), "READONLY"],
        [() => redis.ping(), "this Redis is no primary any more"],
      ] as const
    ) {
      const before = await connections();
      // One that has just come may not be known here yet.
      await eventually(words, LIMIT_MS, async () => {
        const error = await assertRejects(() => ask() as Promise<unknown>, StoreError);
        return error.message.includes(words);
      });
      await eventually("three others", LIMIT_MS, async () => {
        const now = await connections();
        return now.length === 3 && !now.some((one) => before.includes(one));
      });
    }
  });

  it("says soon whether it is there", async () => {
    await using opened = await open();
    const { server, redis } = opened;
    const answers = () => redis.ping().then(() => true, () => false);
    await eventually("an answer", LIMIT_MS, answers);
    server.signal("SIGSTOP");
    const error = await assertRejects(() => redis.ping(), StoreError);
    assertEquals(error.message, "Redis does not answer");
    server.signal("SIGCONT");
    await eventually("an answer again", LIMIT_MS, answers);
  });

  it("goes through a socket of this machine, as a user, to a database of its own", async () => {
    await using server = await RedisServer.start(["--save", "", "--unixsocket", "redis.sock"]);
    await server.cli("ACL", "SETUSER", "snug", "on", ">p@ss/w?rd", "~x:*", "&x:*", "+@all");
    const at = `${server.folder}/redis.sock?db=2&prefix=x:`;
    const redis = await openRedis(`unix://snug:p%40ss%2Fw%3Frd@${at}`);
    try {
      await redis.call("SET", "x:a", "1");
      assertEquals(await server.cli("-n", "2", "GET", "x:a"), "1");
      const heard: string[] = [];
      const subscriber = redis.subscribe(() => {});
      const add = () => subscriber.add("x:b", (said) => heard.push(said));
      await eventually("a connection", LIMIT_MS, () => add().then(() => true, () => false));
      await redis.call("PUBLISH", "x:b", "hi");
      await eventually("what is said", LIMIT_MS, () => Promise.resolve(heard.includes("hi")));
    } finally {
      redis.close();
    }
    const error = await assertRejects(() => openRedis(`unix://snug:wr0ng@${at}`), StoreError);
    assertEquals(error.message.split(" ", 1), ["WRONGPASS"]);
    assertEquals(error.message.includes("wr0ng"), false);
  });

  it("tells apart what waiting does not mend", async () => {
    await using server = await RedisServer.start(["--save", "", "--databases", "1"]);
    const at = server.url.replace("redis://", "");
    for (
      const [url, words] of [
        [`redis://nobody:wr0ng@${at}`, "WRONGPASS"],
        [`redis://:wr0ng@${at}`, "ERR AUTH"],
        [`redis://${at}/1`, "ERR DB index is out of range"],
      ] as const
    ) {
      await assertRejects(() => openRedis(url), StoreRefusal, words);
    }
    await server.cli("CONFIG", "SET", "requirepass", "s3cret");
    await assertRejects(() => openRedis(server.url), StoreRefusal, "NOAUTH");
  });

  it("says what Redis says, and nothing of what was sent", async () => {
    await using opened = await open();
    const error = await assertRejects(() => opened.redis.call("NONE", "secret"), StoreError);
    assertEquals(error.message, "ERR unknown command 'NONE'");
  });
});
