// Several servers on one Redis: one chat.
import { assertEquals, assertGreater } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { compareAccounts } from "../harness/accounts.ts";
import { needs } from "../harness/needs.ts";
import { randomFrom } from "../harness/random.ts";
import { EVERYTHING, RedisServer } from "../harness/redis.ts";
import { type Env, type Server, startServer } from "../harness/server.ts";
import { Talker } from "../harness/talker.ts";
import { within } from "../harness/within.ts";

const it = needs("redis-server");

const SEED = Number(Deno.env.get("INSTANCES_SEED") ?? Date.now() % 2 ** 31);
/** More for a night. */
const MESSAGES = Number(Deno.env.get("INSTANCES_MESSAGES") ?? 6000);
const TALKERS = 6;
const LIMIT_MS = 60_000;
const ROOMS = ["general", "random", "café"];
const ENV: Env = {
  RATE_MESSAGES_PER_SECOND: "1000000",
  RATE_BURST: "1000000",
  RESUME_LIMIT: "1000000",
  HISTORY_PAGE: "1000",
};

type Trouble = { redis: RedisServer; servers: Server[]; start(): Promise<Server> };

/**
 * Lets talkers talk on two servers, each connection on another, while `trouble` is made when a third
 * of it is said, and then again; compares all accounts.
 */
async function endure(trouble: (at: Trouble, time: number) => Promise<void>, args?: string[]) {
  console.log(`INSTANCES_SEED=${SEED} INSTANCES_MESSAGES=${MESSAGES}`);
  const random = randomFrom(SEED);
  await using redis = await RedisServer.start(args);
  await using stack = new AsyncDisposableStack();
  const env = { ...ENV, STORE_URL: redis.url };
  const start = async () => stack.use(await startServer(env));
  const servers = [await start(), await start()];

  let count = 0;
  let times = Promise.withResolvers<void>();
  let isSo = () => ++count % MESSAGES === 0;
  const happened = () => {
    if (isSo()) times.resolve();
  };
  const talkers = Array.from(
    { length: TALKERS },
    (_, index) => new Talker(`talker${index}`, ROOMS, random, happened),
  );
  let isOver = false;
  stack.defer(() => {
    isOver = true;
  });
  const anyone = () => servers[Math.floor(random() * servers.length)]!.wsUrl;
  const visits = Promise.all(talkers.map((talker) => talker.visit(anyone, () => isOver)));
  const during = (what: string, done: Promise<unknown>) =>
    within(LIMIT_MS, what, Promise.race([done, visits]));
  for (const time of [0, 1]) {
    await during("talk", times.promise);
    times = Promise.withResolvers();
    await trouble({ redis, servers, start }, time);
  }
  await during("talk", times.promise);
  for (const talker of talkers) talker.isTalking = false;
  await during("acks", Promise.all(talkers.map(({ settled }) => settled)));
  // What others said may still be on its way from the other server.
  times = Promise.withResolvers();
  isSo = () => talkers.every((talker) => seenBy(talker) === count);
  count = talkers.reduce((sum, { acked }) => sum + acked.size, 0);
  happened();
  await during("everything to be everywhere", times.promise);
  isOver = true;
  for (const server of servers) server.kill("SIGTERM");
  await visits;
  for (const server of servers) assertEquals((await server.exited).code, 0);

  await using reader = await startServer(env);
  assertGreater(await compareAccounts(reader, ROOMS, talkers), MESSAGES / TALKERS);
}

function seenBy(talker: Talker): number {
  return ROOMS.reduce((sum, room) => sum + talker.rooms.get(room)!.entries.length, 0);
}

describe("several instances", () => {
  it("P1 P2 P3 P4 give everybody one order, wherever they come back", async () => {
    await endure(() => Promise.resolve());
  });

  it("P3 heal what announcements were lost", async () => {
    await endure(async ({ redis }) => {
      for (let times = 0; times < 20; times++) await redis.cli("CLIENT", "KILL", "TYPE", "pubsub");
    });
  });

  it("P1 P2 P3 P4 lose and double nothing when one of them is killed", async () => {
    await endure(async ({ servers, start }, time) => {
      const [killed] = servers.splice(time, 1) as [Server];
      killed.kill("SIGKILL");
      await killed.exited;
      servers.push(await start());
    });
  });

  it("P1 P2 P3 P4 go on when Redis is killed and is there again with its log", async () => {
    await endure(async ({ redis }) => {
      await redis.kill();
      await redis.again();
    }, EVERYTHING);
  });
});
