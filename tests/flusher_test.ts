import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Batch } from "../src/batch.ts";
import { Flusher } from "../src/flusher.ts";
import { Outbox } from "../src/outbox.ts";
import { FakeSocket } from "./core/fake_socket.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

const FULL = 64 * 1024;

class LookedAt extends FakeSocket {
  looks = 0;

  override get buffered(): number {
    this.looks++;
    return super.buffered;
  }
}

function open(count: number) {
  const scheduler = new ManualScheduler();
  const flusher = new Flusher(scheduler);
  const sockets = Array.from({ length: count }, () => new LookedAt());
  const outboxes = sockets.map((socket) =>
    new Outbox(socket, flusher, 1_000_000, {
      overflow: () => {},
      space: () => {},
    })
  );
  /** Which sockets got something since the last look. */
  const reached = () => sockets.flatMap((socket, index) => socket.deliver().map(() => index));
  /** How often a socket was asked what it holds. */
  const looks = (index: number) => sockets[index]!.looks;
  return { scheduler, sockets, outboxes, reached, looks };
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe("flusher", () => {
  it("serves a few outboxes in each turn of the loop, in the order they asked", () => {
    const { scheduler, outboxes, reached } = open(40);
    for (const outbox of outboxes) outbox.push(Batch.of("a"), "entry");
    scheduler.turn();
    assertEquals(reached(), range(0, 16));
    scheduler.turn();
    assertEquals(reached(), range(16, 32));
    scheduler.turn();
    assertEquals(reached(), range(32, 40));
    assert(scheduler.isIdle);
  });

  it("an outbox asks only once, and gets all that came until its turn", () => {
    const { scheduler, outboxes, sockets } = open(20);
    for (const outbox of outboxes) outbox.push(Batch.of("a"), "entry");
    scheduler.turn();
    for (const outbox of outboxes) outbox.push(Batch.of("b"), "entry");
    scheduler.turnAll();
    assertEquals(sockets[0]?.deliver(), ["a", "b"]);
    assertEquals(sockets[19]?.deliver(), ["a\nb"]);
    assert(scheduler.isIdle);
  });

  it("under a load that never ends everybody gets their turn, and the order is kept", () => {
    const { scheduler, outboxes, sockets } = open(100);
    const sent = sockets.map(() => 0);
    // Twice as much comes as goes, past the length at which the list is cut.
    for (let turn = 0; turn < 600; turn++) {
      for (let more = 0; more < 32; more++) {
        const index = (turn * 32 + more) % 100;
        outboxes[index]?.push(Batch.of(String(sent[index]!++)), "entry");
      }
      scheduler.turn();
    }
    scheduler.turnAll();
    for (const [index, socket] of sockets.entries()) {
      const lines = socket.deliver().flatMap((frame) => String(frame).split("\n"));
      assertEquals(lines, range(0, sent[index]!).map(String));
    }
    assert(scheduler.isIdle);
  });

  it("P5 a full socket keeps nobody else waiting", () => {
    const { scheduler, sockets, outboxes, reached } = open(20);
    sockets[3]!.clogged = FULL;
    for (const outbox of outboxes) outbox.push(Batch.of("a"), "entry");
    scheduler.turnAll();
    assertEquals(reached(), range(0, 20).filter((index) => index !== 3));
    sockets[3]!.clogged = 0;
    scheduler.elapse(10);
    assertEquals(reached(), [3]);
    assert(scheduler.isIdle);
  });

  it("looks at all full sockets together, every 10 ms, until they are not", () => {
    const { scheduler, sockets, outboxes, reached } = open(2);
    for (const socket of sockets) socket.clogged = FULL;
    for (const outbox of outboxes) outbox.push(Batch.of("a"), "entry");
    scheduler.turnAll();
    sockets[1]!.clogged = 0;
    scheduler.elapse(10);
    assertEquals(reached(), [1]);
    scheduler.elapse(10);
    sockets[0]!.clogged = 0;
    scheduler.elapse(10);
    assertEquals(reached(), [0]);
    assert(scheduler.isIdle);
  });

  it("looks no more at a socket that is not full any more", () => {
    const { scheduler, sockets, outboxes, reached, looks } = open(2);
    sockets[0]!.clogged = FULL;
    outboxes[0]!.push(Batch.of("a"), "entry");
    scheduler.turnAll();
    sockets[0]!.clogged = 0;
    scheduler.elapse(10);
    assertEquals(reached(), [0]);
    const before = looks(0);
    sockets[1]!.clogged = FULL;
    outboxes[1]!.push(Batch.of("a"), "entry");
    scheduler.turnAll();
    sockets[1]!.clogged = 0;
    scheduler.elapse(10);
    assertEquals([reached(), looks(0) - before], [[1], 0]);
  });

  it("forgets a full outbox that is closed", () => {
    const { scheduler, sockets, outboxes, reached } = open(1);
    sockets[0]!.clogged = FULL;
    outboxes[0]!.push(Batch.of("a"), "entry");
    scheduler.turnAll();
    outboxes[0]!.close();
    sockets[0]!.clogged = 0;
    scheduler.elapse(10);
    assertEquals(reached(), []);
    assert(scheduler.isIdle);
  });
});
