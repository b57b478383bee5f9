import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { compareAccounts } from "../harness/accounts.ts";
import { randomFrom } from "../harness/random.ts";
import { type Server, startServer } from "../harness/server.ts";
import { Talker } from "../harness/talker.ts";
import { tempFolder } from "../harness/temp.ts";

/** More rounds for a night: `KILL_ROUNDS=200 deno test -A tests/e2e/kill_test.ts`. */
const ROUNDS = Number(Deno.env.get("KILL_ROUNDS") ?? 3);
const SEED = Number(Deno.env.get("KILL_SEED") ?? Date.now() % 2 ** 31);
const TALKERS = 6;
const ROOMS = ["general", "random", "café", "x.1"];
/** A server is ended after at most this many messages were delivered. */
const MOST_MESSAGES = 12_000;

const ENV = {
  RATE_MESSAGES_PER_SECOND: "1000000",
  RATE_BURST: "1000000",
  RESUME_LIMIT: "1000000",
  HISTORY_PAGE: "1000",
};

/** Lets talkers talk while their server is ended and started again, then compares all accounts. */
async function endure(signal: Deno.Signal) {
  console.log(`KILL_SEED=${SEED} KILL_ROUNDS=${ROUNDS} ${signal}`);
  const random = randomFrom(SEED);
  await using folder = await tempFolder();
  const env = { ...ENV, STORE_URL: `sqlite:${folder.path}/snug.db` };
  let happened = () => {};
  const talkers = Array.from(
    { length: TALKERS },
    (_, index) => new Talker(`talker${index}`, ROOMS, random, () => happened()),
  );

  let isOver = false;
  const end = (server: Server, signal: Deno.Signal) => {
    isOver = true;
    server.kill(signal);
  };
  const start = async () => {
    isOver = false;
    const server = await startServer(env);
    // Also if it ends by itself, which it must not.
    server.exited.then(() => isOver = true);
    const visits = Promise.all(talkers.map((it) => it.visit(server.wsUrl, () => isOver)));
    return { server, visits };
  };

  for (let round = 0; round < ROUNDS; round++) {
    // Often early, when everybody comes back at once.
    let left = Math.floor(random() ** 2 * MOST_MESSAGES);
    happened = () => left-- === 0 && end(running.server, signal);
    const running = await start();
    await using server = running.server;
    await running.visits;
    await server.exited;
    assert(left < 0, server.stderr());
  }

  happened = () => {};
  for (const talker of talkers) talker.isTalking = false;
  {
    const running = await start();
    await using server = running.server;
    await Promise.race([running.visits, Promise.all(talkers.map(({ settled }) => settled))]);
    end(server, "SIGTERM");
    await running.visits;
    assertEquals((await server.exited).code, 0);
  }
  await using server = await startServer(env);
  console.log(`${await compareAccounts(server, ROOMS, talkers)} messages`);
}

describe("kill", () => {
  it("P1 P2 P3 P4 W14.1 a server killed in the middle of talk loses and doubles nothing", async () => {
    await endure("SIGKILL");
  });

  it("P7 P1 P2 P3 P4 nor does one that is restarted in the middle of talk", async () => {
    await endure("SIGTERM");
  });
});
