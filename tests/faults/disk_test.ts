// The disk of Redis itself fails.
import { assertEquals, assertMatch } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { SECRET } from "../gate/issuer.ts";
import { Conversation, PACE } from "../harness/conversation.ts";
import { needs } from "../harness/needs.ts";
import { EVERYTHING, RedisServer } from "../harness/redis.ts";
import { startServer, untilReady } from "../harness/server.ts";
import { answered, enter, told } from "../harness/several.ts";
import { eventually } from "../store/database.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;
/** A few hundred messages. */
const SMALL = 200_000;
const room = "general";

/** Two servers on a Redis with that disk. */
async function startChat(args: string[], mostBytes?: number) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start(args, "redis-server", mostBytes));
  const env = { ...PACE, JWT_SECRET: SECRET, WS_TOKEN: "open", STORE_URL: redis.url };
  const start = async (owner: AsyncDisposableStack) => owner.use(await startServer(env));
  const [one, two] = [await start(stack), await start(stack)];
  const owned = stack.move();
  return {
    redis,
    start: () => start(owned),
    one,
    two,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe("a Redis whose disk fails", () => {
  it("P1 P4 W7.3 refuses what must be kept, and nothing else, until it can save again", async () => {
    // It saves once a second, where anything was said.
    await using chat = await startChat(["--save", "1 1", "--stop-writes-on-bgsave-error", "yes"]);
    const { redis, one, two } = chat;
    await using conversation = await Conversation.begin([one.url, two.url]);
    await using ada = await enter(one, "ada");
    await using bob = await enter(two, "bob");
    await told(ada, "joined", bob);
    await conversation.talk();

    const inItsWay = `${redis.folder}/dump.rdb`;
    // While it can't save, it does not end either.
    await using _end = {
      [Symbol.asyncDispose]: () => Deno.remove(inItsWay, { recursive: true }).catch(() => {}),
    };
    await eventually("a folder in the way of what it saves", LIMIT_MS, async () => {
      await Deno.remove(inItsWay).catch(() => {});
      return await Deno.mkdir(inItsWay).then(() => true, () => false);
    });
    for (const server of [one, two]) {
      await server.said(/the store fails: .*MISCONF/, LIMIT_MS);
      await untilReady(server, false);
    }
    assertEquals(await answered(ada, { type: "chat", room, text: "no disk" }), "UNAVAILABLE");
    assertEquals(await answered(ada, { type: "history", room }), "history");
    ada.send({ type: "typing", room });
    await bob.until("typing", LIMIT_MS);
    await using late = await enter(await chat.start(), "late");
    assertEquals(late.joined.messages.length > 0, true);

    await Deno.remove(inItsWay);
    for (const server of [one, two]) await untilReady(server);
    assertEquals(await answered(ada, { type: "chat", room, text: "a disk" }), "ack");
    await conversation.more();
    assertEquals((await conversation.end(two)).lost, []);
    for (const { gaps } of conversation.people) assertEquals(gaps, 0);
  });

  it("P1 P4 W7.3 with appendfsync always ends before it acknowledges what is not on it", async () => {
    await using chat = await startChat(EVERYTHING, SMALL);
    const { redis, one, two } = chat;
    await using conversation = await Conversation.begin([one.url, two.url]);
    await conversation.talk();
    assertMatch(await redis.ended(), /AOF.*always.*Exiting/);
    for (const server of [one, two]) await untilReady(server, false);
    await redis.again();
    for (const server of [one, two]) await untilReady(server);
    await conversation.more();
    assertEquals((await conversation.end(two)).lost, []);
    for (const { gaps } of conversation.people) assertEquals(gaps, 0);
  });
});
