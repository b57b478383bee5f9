import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry, ServerMessage } from "../../src/protocol.ts";
import { residentBytes } from "../harness/memory.ts";
import { frame, OPCODE } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { isLinux, openTcp, type Tcp } from "../harness/tcp.ts";
import { enter, heard, say, settled, type Visitor } from "../harness/visitor.ts";

/** Connections that read nothing; more of them by the environment. */
const SLOW = Number(Deno.env.get("SLOW_READERS") ?? 300);
/** Of those, as many read on at the end. */
const READ_ON = 10;
const OUTBOX_BYTES = 262_144;
/** What the heap may grow by beside the outboxes, garbage included. */
const HEAP_BYTES = 48 * 1024 * 1024;
/** Rounds of talk while the slow ones are still served, and at most until they are gone. */
const SERVED_ROUNDS = 15;
const MOST_ROUNDS = 2000;
const BURST = 10;
/** How many times as long a round trip may take beside slow readers. */
const SLOWDOWN = 5;

const ENV = {
  RATE_BURST: "1000000",
  RATE_MESSAGES_PER_SECOND: "1000000",
  MAX_CONNECTIONS_PER_IP: "5000",
  OUTBOX_BYTES: `${OUTBOX_BYTES}`,
  PRESENCE_GRACE_MS: "0",
};

// Short of what Deno's own client writes in two halves.
const TEXT = "x".repeat(700);

describe("slow reader", { ignore: !isLinux }, () => {
  it("P5 hundreds that read nothing end with 4009, in bounded memory, and hold up nobody", async () => {
    await using server = await startServer(ENV);
    await using stack = new AsyncDisposableStack();
    const ada = stack.use(await enter(server));
    const eve = stack.use(await enter(server, { isPlain: true }));
    const noisy = stack.use(await openTcp(`${server.wsUrl}/chat/general`));
    const drained = noisy.drain();
    const healthy = 3;

    const slow: Tcp[] = [];
    for (let i = 0; i < SLOW; i++) slow.push(stack.use(await openSlow(server)));
    const residentBefore = residentBytes(server.pid);
    let resident = 0;
    const round = async () => {
      const tookMs = await talk(noisy, ada);
      resident = Math.max(resident, residentBytes(server.pid));
      return tookMs;
    };
    const served: number[] = [];
    for (let i = 0; i < SERVED_ROUNDS; i++) served.push(await round());
    const beside: number[] = [];
    const members = countOf(ada);
    while (members() !== healthy) {
      assertLess(beside.length, MOST_ROUNDS, "who reads nothing is still in the room");
      beside.push(await round());
    }
    assertLess(median(beside), SLOWDOWN * median(served));
    assertLess(resident - residentBefore, SLOW * OUTBOX_BYTES + HEAP_BYTES);

    const head = (SERVED_ROUNDS + beside.length) * (BURST + 1);
    for (const client of [ada, eve]) {
      await settled(client);
      assertGapless(heard(client, "chat"), head);
    }
    for (const tcp of slow.slice(0, READ_ON)) {
      const { messages, close } = await tcp.readUntil(() => false);
      const seen = messages.filter(isEntry);
      assertGapless(seen, seen.length);
      assertGreater(head, seen.length);
      // TRANSPORT=ws cuts who has not read the close in time.
      if (close !== undefined || Deno.env.get("E2E_TRANSPORT") !== "ws") assertEquals(close, 4009);
    }
    for (const tcp of slow) tcp[Symbol.dispose]();
    await server.said(new RegExp(`(?:4009 "too slow".*\\n.*){${SLOW}}`));
    noisy.end();
    await drained;
  });

  it("P5 at half an outbox typing, binary and presence are dropped, entries are not", async () => {
    await using server = await startServer({ ...ENV, OUTBOX_BYTES: "4000000" });
    await using ada = await enter(server);
    await using bob = await enter(server);
    using slow = await openSlow(server);
    // Three quarters of the outbox, or a little less where the kernel takes some.
    using noisy = await openTcp(`${server.wsUrl}/chat/general`);
    const drained = noisy.drain();
    for (let said = 0; said < 3_000_000; said += TEXT.length * (BURST + 1)) await talk(noisy, ada);
    const passing = async () => {
      ada.send({ type: "typing", room: "general" });
      ada.sendRaw(new Uint8Array([7, ...new TextEncoder().encode("general"), 1]));
      const guest = await enter(server);
      const { uid, user } = guest.welcome;
      const isIts = (it: { uid: string }) => it.uid === uid;
      await bob.until((message) => message.type === "presence" && message.joined.some(isIts));
      await guest[Symbol.asyncDispose]();
      await bob.until((message) => message.type === "presence" && message.left.some(isIts));
      const isPassing = (message: ServerMessage) =>
        message.type === "typing" ||
        message.type === "system" && message.text.startsWith(`${user} `);
      const isLast = (message: ServerMessage) =>
        isPassing(message) && "text" in message && message.text.endsWith("left");
      return { isPassing, isLast };
    };
    const dropped = await passing();
    await say(ada, "last");
    await settled(bob);
    const binaries = bob.frames.filter((frame) => typeof frame !== "string").length;
    assertEquals([heard(bob, "typing").length, binaries], [1, 1]);

    const came = await slow.readUntil((message) =>
      message.type === "chat" && message.text === "last"
    );
    assertEquals(came.close, undefined);
    assertEquals(came.messages.filter(isEntry), heard(bob, "chat"));
    assertEquals([came.messages.filter(dropped.isPassing), came.binaries], [[], 0]);
    // Who reads again gets them again.
    const { isPassing, isLast } = await passing();
    const again = await slow.readUntil(isLast);
    const passed = again.messages.filter(isPassing).map(({ type }) => type);
    assertEquals([passed, again.binaries], [["typing", "system", "system"], 1]);
    noisy.end();
    await drained;
  });
});

/** A plain member of "general" that reads nothing any more. */
function openSlow(server: Server): Promise<Tcp> {
  return openTcp(`${server.wsUrl}/chat/general?heartbeat=off`, { isSmall: true });
}

const SAYING = frame(OPCODE.text, JSON.stringify({ type: "chat", text: TEXT }));
const BURST_OF_FRAMES = new Uint8Array(Array(BURST).fill([...SAYING]).flat());

/** One says many things, the other one: how long the other's ack took, in milliseconds. */
async function talk(many: Tcp, one: Visitor): Promise<number> {
  await many.write(BURST_OF_FRAMES);
  const begun = performance.now();
  await say(one, TEXT);
  return performance.now() - begun;
}

/** Tells how many users a member was last told of. */
function countOf(client: Visitor): () => number | undefined {
  let read = 0;
  let count: number | undefined;
  return () => {
    const frames = client.frames.slice(read);
    read += frames.length;
    for (const line of frames.join("\n").split("\n")) {
      if (line.includes('"type":"presence"')) ({ count } = JSON.parse(line));
    }
    return count;
  };
}

function isEntry(message: ServerMessage): message is Entry {
  return message.type === "chat";
}

function assertGapless(entries: readonly Entry[], count: number) {
  const expected = Array.from({ length: count }, (_, index) => index + 1);
  assertEquals(entries.map(({ seq }) => seq), expected);
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
}
