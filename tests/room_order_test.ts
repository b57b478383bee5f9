import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import type { RoomName } from "../src/protocol.ts";
import { Core, microtasks } from "./core/core.ts";
import { fuzz } from "./core/fuzz.ts";
import type { Call } from "./core/held_store.ts";
import { Reader } from "./core/reader.ts";

const ROOMS = ["a", "b"];

const who = fc.nat(3);
const room = fc.constantFrom(...ROOMS);
const call = fc.constantFrom<Call[]>("append", "append", "replay", "page", "head");
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("say"), who, room, times: fc.nat(6) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("join"), who, room, resumes: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave"), who, room }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reconnect"), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retry"), who }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("read"), who, frames: fc.constantFrom(1, 3, 99) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("clog"), who, isClogged: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("turn") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("settle") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("hold"), call, isAfter: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("release"), call, count: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail"), call }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("recover") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(250, 3000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function take(step: Step, core: Core, readers: Reader[]): Promise<void> {
  switch (step.do) {
    case "say":
      for (let times = 0; times <= step.times; times++) readers[step.who]!.say(step.room);
      return;
    case "join":
      return readers[step.who]!.join(step.room, step.resumes);
    case "leave":
      return readers[step.who]!.leave(step.room);
    case "reconnect":
      return readers[step.who]!.reconnect();
    case "retry":
      return readers[step.who]!.retry();
    case "read":
      return readers[step.who]!.read(step.frames);
    case "clog":
      return readers[step.who]!.clog(step.isClogged);
    case "turn":
      core.scheduler.turn();
      return await microtasks();
    case "settle":
      return await core.settle();
    case "hold":
      return core.store.hold(step.call, step.isAfter ? "after" : "before");
    case "release":
      core.store.release(step.call, step.count || Infinity);
      return await microtasks();
    case "fail":
      return core.store.fail(step.call);
    case "recover":
      return core.store.recover();
    case "pass":
      return await core.pass(step.ms);
    default:
      step satisfies never;
  }
}

/** Lets everything happen that is still to happen, and reads all of it. */
async function finish(core: Core, readers: Reader[]): Promise<void> {
  core.store.recover();
  for (let tries = 0; tries < 50; tries++) {
    for (const reader of readers) {
      reader.clog(false);
      reader.read();
    }
    await core.retry();
  }
}

async function assertOneOrder(core: Core, readers: Reader[]): Promise<void> {
  const texts = new Map<string, number>();
  for (const room of ROOMS) {
    const { messages: log } = await core.store.page(room as RoomName, Infinity, {
      limit: Infinity,
      bytes: Infinity,
    });
    assertEquals(log.map(({ seq }) => seq), log.map((_, index) => index + 1));
    for (const { text, seq } of log) {
      assert(!texts.has(text), `${text} is in the log twice`);
      texts.set(text, seq);
    }
    for (const reader of readers) {
      const { entries, isMember } = reader.timeline(room);
      const from = entries[0]?.seq ?? log.length + 1;
      const upTo = isMember ? log.length : entries.at(-1)?.seq ?? 0;
      assertEquals(entries, log.slice(from - 1, upTo));
    }
  }
  for (const { said } of readers) {
    for (const [ref, { seq }] of said) {
      if (seq !== undefined) assertEquals(texts.get(ref), seq, `${ref} is not where it was acked`);
    }
  }
}

async function run(steps: Step[], outboxBytes: number): Promise<void> {
  const limits = { resume: 12, historyPage: 3, rooms: 2 };
  const core = new Core({ limits, outboxBytes, presenceGraceMs: 2000 });
  const readers = ["w", "x", "y", "z"].map((name, index) =>
    new Reader(core, name, index % 2 === 0)
  );
  for (const reader of readers) reader.join(ROOMS[0]!, false);
  await finish(core, readers);
  for (const step of steps) {
    await take(step, core, readers);
    // Too slow a reader was closed: as any client, it comes back.
    for (const reader of readers) if (!reader.isOpen) reader.reconnect();
  }
  await finish(core, readers);
  for (const reader of readers) reader.reconnect();
  await finish(core, readers);
  for (const reader of readers) assert(reader.isOpen, "a reader that reads all is too slow");
  await assertOneOrder(core, readers);
  await core.assertNothingLeft();
}

describe("room order, fuzzed", () => {
  const steps = fc.array(step, { maxLength: 120, size: "max" });

  it("P2 P3 W5.9 W7 every member's timeline is the log from its join on, whatever happens", async () => {
    await fuzz(fc.asyncProperty(steps, (steps) => run(steps, 1_048_576)), 3);
  });

  it("P3 P5 W6 it is so too for readers that are closed because they are too slow", async () => {
    await fuzz(fc.asyncProperty(steps, (steps) => run(steps, 3000)), 3);
  });
});
