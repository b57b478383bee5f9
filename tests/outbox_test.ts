import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Batch } from "../src/batch.ts";
import { Flusher } from "../src/flusher.ts";
import { Outbox } from "../src/outbox.ts";
import { FakeSocket } from "./core/fake_socket.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

const KIB = 1024;

/** A line of so many bytes. */
const line = (bytes: number, filling = "x") => Batch.of(filling.repeat(bytes));

function open({ maxBytes = 1024 * KIB, isBatched = true } = {}) {
  const socket = new FakeSocket(isBatched);
  const scheduler = new ManualScheduler();
  const happened: string[] = [];
  const outbox = new Outbox(socket, new Flusher(scheduler), maxBytes, {
    overflow: () => happened.push("overflow"),
    space: () => happened.push("space"),
  });
  const frames = () =>
    socket.deliver().map((frame) => typeof frame === "string" ? frame : "binary");
  return { socket, scheduler, outbox, happened, frames };
}

describe("outbox", () => {
  it("hands over in the next turn of the loop, not at once", () => {
    const { outbox, scheduler, frames } = open();
    outbox.push(Batch.of("a"), "entry");
    assertEquals(frames(), []);
    assert(!outbox.isDone());
    scheduler.turn();
    assertEquals(frames(), ["a"]);
    assert(outbox.isDone());
    assert(scheduler.isIdle);
  });

  it("W1.3 a batched socket gets what came in one turn as one frame", () => {
    const { outbox, scheduler, frames } = open();
    outbox.push(Batch.of("a"), "entry");
    outbox.push(new Batch(["b", "c"], 3), "answer");
    outbox.push(Batch.of("d"), "passing");
    scheduler.turn();
    assertEquals(frames(), ["a\nb\nc\nd"]);
    assertEquals(outbox.sent, 4);
  });

  it("W1.2 a plain socket gets each message as a frame", () => {
    const { outbox, scheduler, frames } = open({ isBatched: false });
    outbox.push(Batch.of("a"), "entry");
    outbox.push(new Batch(["b", "c"], 3), "entry");
    scheduler.turn();
    assertEquals(frames(), ["a", "b", "c"]);
  });

  it("W11.1 a binary frame keeps its place among the others", () => {
    const { outbox, scheduler, frames } = open();
    outbox.push(Batch.of("a"), "entry");
    outbox.push(Batch.of("b"), "entry");
    outbox.pushBinary(new Uint8Array(3), "passing");
    outbox.push(Batch.of("c"), "entry");
    scheduler.turn();
    assertEquals(frames(), ["a\nb", "binary", "c"]);
    assertEquals([outbox.sent, outbox.bytes], [4, 0]);
  });

  it("hands over only while the socket holds less than 64 KiB, and looks again in 10 ms", () => {
    const { outbox, scheduler, socket, frames } = open();
    for (const filling of ["a", "b", "c"]) outbox.push(line(40 * KIB, filling), "entry");
    scheduler.turn();
    assertEquals(frames().join().replace(/(.)\1+/g, "$1"), "a\nb");
    socket.clogged = 64 * KIB;
    scheduler.elapse(10);
    assertEquals(frames(), []);
    socket.clogged--;
    scheduler.elapse(9);
    assertEquals(frames(), []);
    scheduler.elapse(1);
    assertEquals(frames().map((frame) => frame[0]), ["c"]);
    assert(outbox.isDone() && scheduler.isIdle);
  });

  it("what comes while the socket is full keeps its place", () => {
    const { outbox, scheduler, socket, frames } = open();
    socket.clogged = 64 * KIB;
    outbox.push(Batch.of("a"), "entry");
    scheduler.turn();
    outbox.push(Batch.of("b"), "entry");
    scheduler.turn();
    socket.clogged = 0;
    outbox.push(Batch.of("c"), "entry");
    scheduler.turn();
    scheduler.elapse(10);
    assertEquals(frames(), ["a\nb\nc"]);
    assert(scheduler.isIdle);
  });

  it("W2.4 no frame that is joined is over 1,000,000 bytes", () => {
    const { outbox, scheduler, frames } = open({ maxBytes: 10_000 * KIB });
    outbox.push(line(600_000, "a"), "entry");
    outbox.push(line(400_000, "b"), "entry");
    outbox.push(line(1_200_000, "c"), "entry");
    scheduler.turn();
    const sizes: number[] = [];
    do sizes.push(...frames().map((frame) => frame.length)); while (scheduler.elapse(10));
    assertEquals(sizes, [600_000, 400_000, 1_200_000]);
    for (const more of [939_999, 940_000]) {
      outbox.push(line(60_000, "a"), "entry");
      outbox.push(line(more, "b"), "entry");
      scheduler.turn();
      sizes.push(...frames().map((frame) => frame.length));
      scheduler.elapse(10);
    }
    assertEquals(sizes.slice(3), [1_000_000, 60_000, 940_000]);
  });

  it("P5 the bound may be reached, and one byte more is an overflow", () => {
    const { outbox, happened } = open({ maxBytes: 1000 });
    outbox.push(line(600), "entry");
    outbox.push(line(400), "entry");
    assertEquals([outbox.bytes, happened], [1000, []]);
    outbox.push(line(1), "entry");
    assertEquals(happened, ["overflow"]);
  });

  it("P5 what the runtime holds counts against the bound", () => {
    const { outbox, socket, happened } = open({ maxBytes: 1000 });
    socket.clogged = 999;
    outbox.push(line(1), "entry");
    assertEquals([outbox.bytes, happened], [1000, []]);
    outbox.push(line(1), "entry");
    assertEquals(happened, ["overflow"]);
  });

  it("P5 passing messages are dropped when it is half full, and counted; entries are not", () => {
    const { outbox, scheduler, frames, happened } = open({ maxBytes: 1000 });
    outbox.push(line(400, "e"), "entry");
    outbox.push(line(100, "p"), "passing");
    outbox.push(line(1, "q"), "passing");
    outbox.pushBinary(new Uint8Array(1), "passing");
    outbox.push(line(1, "f"), "entry");
    assertEquals(outbox.dropped, 2);
    scheduler.turn();
    assertEquals(frames().map((frame) => frame.replace(/(.)\1+/g, "$1")), ["e\np\nf"]);
    assert(!happened.includes("overflow"));
  });

  it("P5 binary frames count as live traffic while they wait", () => {
    const { outbox, scheduler } = open({ maxBytes: 1000 });
    outbox.pushBinary(new Uint8Array(500), "passing");
    assertEquals(outbox.bytes, 500);
    outbox.pushBinary(new Uint8Array(1), "passing");
    assertEquals(outbox.dropped, 1);
    scheduler.turn();
    assertEquals(outbox.bytes, 500);
  });

  it("W6.1 answers are not counted against the bound, neither here nor in the runtime", () => {
    const { outbox, scheduler, happened } = open({ maxBytes: 1000 });
    outbox.push(line(900_000), "answer");
    outbox.push(line(900_000), "answer");
    assertEquals(outbox.bytes, 0);
    outbox.push(line(1000), "entry");
    assertEquals([outbox.bytes, happened], [1000, []]);
    scheduler.turn();
    assertEquals(outbox.bytes, 1000);
    outbox.push(line(1), "entry");
    assertEquals(happened, ["overflow"]);
  });

  it("W6.1 an answer that has gone out exempts nothing that comes later", () => {
    const { outbox, scheduler, frames, socket, happened } = open({ maxBytes: 1000 });
    outbox.push(line(5000), "answer");
    scheduler.turn();
    frames();
    socket.clogged = 900;
    outbox.push(line(100), "entry");
    assertEquals(outbox.bytes, 100);
    frames();
    socket.clogged = 0;
    scheduler.turnAll();
    outbox.push(line(1), "entry");
    socket.clogged = 1000;
    outbox.push(line(1), "entry");
    assert(happened.includes("overflow"));
  });

  it("W6.1 has space for an answer while it is under a quarter full", () => {
    const { outbox, socket } = open({ maxBytes: 1000 });
    socket.clogged = 100;
    outbox.push(line(149), "entry");
    assert(outbox.mayAnswer());
    outbox.push(line(1), "entry");
    assert(!outbox.mayAnswer());
  });

  it("W6.1 P5 an answer that waits here leaves less space for the next", () => {
    const { outbox, scheduler, socket, frames, happened } = open({ maxBytes: 1024 * KIB });
    socket.clogged = 64 * KIB;
    outbox.push(line(191 * KIB), "answer");
    scheduler.turn();
    assert(outbox.mayAnswer());
    outbox.push(line(1 * KIB), "answer");
    assert(!outbox.mayAnswer());
    assertEquals(happened, []);
    socket.clogged = 0;
    scheduler.elapse(10);
    frames();
    scheduler.elapse(10);
    assert(outbox.mayAnswer());
    assertEquals(happened, ["space"]);
  });

  it("W6.1 tells who asked for space when all is handed over and the socket has it again", () => {
    const { outbox, scheduler, socket, frames, happened } = open({ maxBytes: 1000 });
    outbox.push(line(250), "entry");
    assert(!outbox.mayAnswer());
    scheduler.turn();
    assert(outbox.isDone());
    assertEquals(happened, []);
    scheduler.elapse(10);
    assertEquals(happened, []);
    frames();
    scheduler.elapse(10);
    assertEquals(happened, ["space"]);
    assertEquals(socket.buffered, 0);
    assert(scheduler.isIdle);
  });

  it("tells nobody of space who did not ask for it, and who asked once", () => {
    const { outbox, scheduler, happened } = open();
    outbox.push(Batch.of("a"), "entry");
    scheduler.turn();
    assertEquals(happened, []);
    outbox.push(Batch.of("b"), "entry");
    assert(!outbox.isDone());
    scheduler.turn();
    outbox.push(Batch.of("c"), "entry");
    scheduler.turn();
    assertEquals(happened, ["space"]);
  });

  it("sends nothing once it is closed, and looks no more at a full socket", () => {
    const { outbox, scheduler, socket, frames, happened } = open();
    socket.clogged = 64 * KIB;
    outbox.push(Batch.of("a"), "entry");
    scheduler.turn();
    outbox.push(Batch.of("b"), "entry");
    outbox.close();
    socket.clogged = 0;
    outbox.push(Batch.of("c"), "entry");
    outbox.pushBinary(new Uint8Array(1), "passing");
    scheduler.turnAll();
    scheduler.elapse(10);
    assertEquals(frames(), []);
    assertEquals(happened, []);
    assert(outbox.isDone() && scheduler.isIdle);
  });

  it("W7.1 an ack stays in one frame with a commit's entries of more than 64 KiB", () => {
    const { outbox, scheduler, frames } = open();
    outbox.push(Batch.of("ack"), "entry");
    outbox.push(line(70 * KIB), "entry");
    scheduler.turn();
    assertEquals(frames().map((frame) => frame.length), [4 + 70 * KIB]);
  });

  it("the frame that members of a room share is made once", () => {
    const scheduler = new ManualScheduler();
    const flusher = new Flusher(scheduler);
    const batches = [Batch.of("a"), Batch.of("b")];
    const sent: Batch[] = [];
    class Recorder extends FakeSocket {
      override send(batch: Batch) {
        sent.push(batch);
      }
    }
    for (let member = 0; member < 3; member++) {
      const outbox = new Outbox(new Recorder(), flusher, 1000, {
        overflow: () => {},
        space: () => {},
      });
      for (const batch of batches) outbox.push(batch, "entry");
    }
    scheduler.turnAll();
    assertEquals(sent.length, 3);
    assertEquals(new Set(sent).size, 1);
    assertEquals(sent[0]?.text, "a\nb");
  });

  it("P5 is bounded in items too: empty frames can't pile up", () => {
    const { outbox, socket, happened } = open({ maxBytes: 64 * KIB });
    socket.clogged = 64 * KIB;
    for (let frame = 0; frame < 1024; frame++) outbox.push(Batch.of(""), "entry");
    assertEquals(happened, []);
    outbox.push(Batch.of(""), "entry");
    assertEquals(happened, ["overflow"]);
  });
});
