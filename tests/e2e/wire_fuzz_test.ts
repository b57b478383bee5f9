// The real server under frames, bytes and handshakes that no honest client sends. `FUZZ_RUNS` says
// how many; `FUZZ_SEED` sends the same again.
import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { roll, RUNS } from "../core/fuzz.ts";
import { assertServerFrame } from "../core/server_message.ts";
import { WildFrames } from "../core/wild_frames.ts";
import { wildHandshake } from "../core/wild_handshake.ts";
import { openClient } from "../harness/client.ts";
import { openFiles, residentBytes } from "../harness/memory.ts";
import { frame, OPCODE, openRaw, openRawClient, type Raw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { isLinux } from "../harness/tcp.ts";
import { enter, heard, say, settled, type Visitor } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";
import type { Dice } from "../simulation/dice.ts";

const LIMIT_MS = 20_000;
/** Frames for each run, and between two words of those who behave. */
const FRAMES = 20;
const LOOK = 50;
/** What the server may hold more at the end, in bytes. */
const GROWTH = 150 * 1024 * 1024;
const MAX_CONNECTIONS = 12;
/** What those who misbehave may put into the log of a room that they are in. */
const ENTRIES = ["chat", "edited", "deleted", "reaction", "topic"] as const;

const ROOMS = ["general", "random", "café"];
const PEOPLE = ["ada", "guest:ada", "nobody"];
const ROOMY = {
  MAX_CONNECTIONS: `${MAX_CONNECTIONS}`,
  MAX_CONNECTIONS_PER_IP: "1000000",
  RATE_BURST: "1000000",
  RATE_MESSAGES_PER_SECOND: "1000000",
  DRAIN_MS: "1000",
};

for (const transport of ["deno", "ws"]) {
  describe(`wire, fuzzed, ${transport}`, { ignore: !isLinux }, () => {
    /** Lets two talk while something bad is done, again and again. */
    const beside = (times: number, act: (server: Server, dice: Dice) => Promise<void>) =>
      roll(1, async (dice) => {
        await using server = await startServer({ ...ROOMY, TRANSPORT: transport });
        await using ada = await enter(server);
        await using bob = await enter(server, { isPlain: true });
        const files = openFiles(server.pid);
        let bytes = 0;
        for (let time = 0; time < times; time++) {
          await act(server, dice);
          if (time === times >> 1) bytes = residentBytes(server.pid);
          if (time % LOOK === 0) await say(ada, `after ${time}`);
        }
        await say(bob, "after all of it");
        await unharmed(server, [ada, bob]);
        assertLess(residentBytes(server.pid), bytes + GROWTH);
        assertLess(openFiles(server.pid), files + 2 * MAX_CONNECTIONS);
      });

    it("P5 W3.3 frames of every kind of wrong are answered, and others talk on", async () => {
      await beside(RUNS, async (server, dice) => {
        const frames = new WildFrames(dice, ROOMS, PEOPLE);
        const protocols = dice.chance(0.5) ? ["snug.v1"] : [];
        await using client = await openClient(server.wsUrl, { protocols });
        for (let sent = 0; sent < FRAMES; sent++) client.sendRaw(frames.next());
        // It may have been closed for one that was too big.
        const answered = settled(client).catch(() => client.closed);
        await within(LIMIT_MS, "an answer", answered);
        for (const came of client.frames) if (typeof came === "string") assertServerFrame(came);
      });
    });

    it("P5 bytes that are no frames end a connection at most, and others talk on", async () => {
      await beside(RUNS, async (server, dice) => {
        const frames = new WildFrames(dice, ROOMS, PEOPLE);
        await using raw = await openRawClient(server.url, "/ws?heartbeat=off");
        for (let sent = dice.between(1, 5); sent > 0; sent--) await raw.write(bytes(frames, dice));
      });
    });

    it("P6 handshakes of every kind of wrong get an answer or an end, and keep no place", async () => {
      await beside(10 * RUNS, async (server, dice) => {
        await using raw = await openRaw(server.url);
        await raw.write(wildHandshake(dice, new URL(server.url).host));
        raw.end();
        await raw.ended(LIMIT_MS);
        assertAnswer(raw);
      });
    });
  });
}

/** Two can still talk, nothing is in the log that is a fault, and all places are free. */
async function unharmed(server: Server, talkers: Visitor[]) {
  for (const client of talkers) {
    await settled(client);
    for (const came of client.frames) if (typeof came === "string") assertServerFrame(came);
  }
  const [first, second] = talkers.map((client) =>
    ENTRIES.flatMap((type) => heard(client, type)).map(({ seq }) => seq).toSorted((a, b) => a - b)
  );
  assertEquals(first, second);
  assertEquals(first, first!.map((_, index) => index + 1));
  await using stack = new AsyncDisposableStack();
  const deadline = performance.now() + LIMIT_MS;
  for (let free = talkers.length; free < MAX_CONNECTIONS;) {
    const client = await openClient(server.wsUrl).catch(() => undefined);
    if (client) free++;
    if (client) stack.use(client);
    assertLess(performance.now(), deadline, "places are not free again");
  }
  assertEquals(/^.*\[ERR\][^]{0,500}/m.exec(server.stderr())?.[0], undefined);
}

/** The bytes of a frame in which something is wrong. */
function bytes(frames: WildFrames, dice: Dice): Uint8Array<ArrayBuffer> {
  const next = frames.next();
  const opcode = dice.chance(0.8)
    ? typeof next === "string" ? OPCODE.text : OPCODE.binary
    : dice.below(16);
  const made = frame(opcode, next, { isLast: dice.chance(0.9), isMasked: dice.chance(0.9) });
  if (dice.chance(0.3)) made[dice.below(Math.min(14, made.length))]! ^= 1 << dice.below(8);
  return dice.chance(0.1) ? made.slice(0, dice.below(made.length)) : made;
}

function assertAnswer({ unread }: Raw) {
  if (unread === "") return;
  const [, status] = /^HTTP\/1\.[01] (\d{3}) /.exec(unread) ?? [];
  assert(status !== undefined && status !== "500", unread);
}
