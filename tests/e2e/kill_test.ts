import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import { type Server, startServer } from "../harness/server.ts";
import { Talker } from "../harness/talker.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, texts } from "../harness/visitor.ts";

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

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function randomFrom(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** All of a room's log, read page by page by somebody who was not there. */
async function readLog(server: Server, room: string) {
  await using reader = await enter(server, { room });
  const entries: Entry[] = [...reader.joined.messages];
  while (entries.length > 0 && entries[0]!.seq > 1) {
    reader.send({ type: "history", room, before: entries[0]!.seq });
    const { messages } = await reader.until("history");
    assertGreater(messages.length, 0, `${room} has nothing before ${entries[0]!.seq}`);
    entries.unshift(...messages);
  }
  return { epoch: reader.joined.epoch, entries };
}

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
  const logs = new Map<string, Entry[]>();
  for (const room of ROOMS) {
    const { epoch, entries } = await readLog(server, room);
    logs.set(room, entries);
    assertGreater(entries.length, 0);
    // P2
    assertEquals(entries.map(({ seq }) => seq), entries.map((_, index) => index + 1));
    assert(entries.every(({ ts }, index) => index === 0 || entries[index - 1]!.ts <= ts));
    // P3 W14.1
    for (const talker of talkers) {
      const seen = talker.rooms.get(room)!;
      assertEquals(seen.epoch, epoch);
      assert(
        JSON.stringify(seen.entries) === JSON.stringify(entries),
        `${room} was seen otherwise`,
      );
    }
  }
  // P1: all that was acknowledged is there, where the ack said. P4: and nothing is there twice.
  const said: string[] = [];
  for (const talker of talkers) {
    assertEquals(talker.unacked.size, 0);
    for (const { said: { room, text }, ack } of talker.acked.values()) {
      said.push(`${room} ${text}`);
      const entry = logs.get(room)![ack.seq - 1];
      assertEquals([texts([entry!]), entry?.ts], [[text], ack.ts]);
    }
  }
  const kept = [...logs].flatMap(([room, entries]) =>
    texts(entries).map((text) => `${room} ${text}`)
  );
  assertEquals(kept.sort(), said.sort());
  console.log(`${kept.length} messages`);
}

describe("kill", () => {
  it("P1 P2 P3 P4 W14.1 a server killed in the middle of talk loses and doubles nothing", async () => {
    await endure("SIGKILL");
  });

  it("P7 P1 P2 P3 P4 nor does one that is restarted in the middle of talk", async () => {
    await endure("SIGTERM");
  });
});
