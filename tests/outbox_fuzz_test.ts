import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Batch } from "../src/batch.ts";
import { Flusher } from "../src/flusher.ts";
import { Outbox } from "../src/outbox.ts";
import { FakeSocket } from "./core/fake_socket.ts";
import { fuzz } from "./core/fuzz.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

const MAX_BYTES = 400_000;

const size = fc.oneof(fc.integer({ min: 6, max: 300 }), fc.integer({ min: 6, max: 90_000 }));
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("entry", "passing", "answer"), size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("binary"), size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("answer"), size: fc.nat(900_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("turn", "elapse") }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("deliver"), frames: fc.integer({ min: 1, max: 9 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Run {
  readonly socket: FakeSocket;
  readonly scheduler = new ManualScheduler();
  readonly outbox: Outbox;
  /** What was pushed and not dropped, and what of it was delivered, by number. */
  readonly pushed: string[] = [];
  readonly delivered: string[] = [];
  isOverflown = false;
  spaces = 0;

  constructor(isBatched: boolean) {
    this.socket = new FakeSocket(isBatched);
    this.outbox = new Outbox(this.socket, new Flusher(this.scheduler), MAX_BYTES, {
      overflow: () => this.isOverflown = true,
      space: () => this.spaces++,
    });
  }

  take(step: Step): void {
    if (step.do === "turn") this.scheduler.turn();
    else if (step.do === "elapse") this.scheduler.elapse(10);
    else if ("frames" in step) this.deliver(step.frames);
    else if ("size" in step) this.push(step.do, step.size);
  }

  push(kind: Step["do"], size: number): void {
    const name = String(this.pushed.length).padStart(5, "0");
    const { dropped } = this.outbox;
    if (kind === "binary") {
      const bytes = Uint8Array.from(name.padEnd(size), (char) => char.charCodeAt(0));
      this.outbox.pushBinary(bytes, "passing");
    } else if (kind === "entry" || kind === "answer" || kind === "passing") {
      const before = this.outbox.bytes;
      this.outbox.push(Batch.of(name.padEnd(size)), kind);
      if (kind === "answer") assertEquals(this.outbox.bytes, before);
    }
    if (this.outbox.dropped === dropped) this.pushed.push(name);
    else assert(kind === "passing" || kind === "binary");
  }

  deliver(frames?: number): void {
    for (const frame of this.socket.deliver(frames)) {
      const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
      assertLessOrEqual(text.length, 1_000_000);
      this.delivered.push(...text.split("\n").map((line) => line.trimEnd()));
    }
  }
}

describe("outbox, fuzzed", () => {
  const steps = fc.array(step, { maxLength: 60, size: "max" });

  it("P5 all comes once and in order, bytes are right, and at the end nothing is left", async () => {
    await fuzz(
      fc.property(steps, fc.boolean(), (steps, isBatched) => {
        const run = new Run(isBatched);
        for (const step of steps) {
          run.take(step);
          // Its session would close it.
          if (run.isOverflown) return run.outbox.close();
          assert(run.outbox.bytes >= 0 && run.outbox.bytes <= MAX_BYTES);
        }
        run.spaces = 0;
        for (let tries = 0; tries < 100; tries++) {
          run.scheduler.turnAll();
          run.scheduler.elapse(10);
          run.deliver();
        }
        assertEquals(run.delivered, run.pushed);
        assertEquals(run.outbox.sent, run.pushed.length);
        assertEquals(run.outbox.bytes, 0);
        assert(run.outbox.mayAnswer() && run.outbox.isDone() && run.scheduler.isIdle);
      }),
    );
  });
});
