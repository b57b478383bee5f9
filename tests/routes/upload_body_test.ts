import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mock } from "node:test";
import { BodyBroken, chunksOf } from "../../src/routes/upload_body.ts";

/** A body that the test writes, when it does, and whether somebody still wants it. */
function slowBody() {
  let isCancelled = false;
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (it) => void (controller = it),
    cancel: () => void (isCancelled = true),
  });
  return { body, controller, isCancelled: () => isCancelled };
}

describe("the body of an upload", () => {
  it("W19.3 comes as it is, and an absent one is none", async () => {
    const { body, controller } = slowBody();
    const chunks = chunksOf(body);
    controller.enqueue(new Uint8Array([1, 2]));
    assertEquals((await chunks.next()).value, new Uint8Array([1, 2]));
    controller.close();
    assertEquals((await chunks.next()).done, true);
    assertEquals((await chunksOf(null).next()).done, true);
  });

  it("W19.3 that stops is given up after 10 s, and not read any more", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const { body, isCancelled } = slowBody();
      const reading = chunksOf(body).next();
      mock.timers.tick(10_001);
      const broken = await assertRejects(() => reading, BodyBroken);
      assertEquals([broken.isLate, isCancelled()], [true, true]);
    } finally {
      mock.timers.reset();
    }
  });

  it("W19.3 has the more time the more of it has come", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const { body, controller } = slowBody();
      const chunks = chunksOf(body);
      controller.enqueue(new Uint8Array(819_200));
      await chunks.next();
      const reading = chunks.next();
      mock.timers.tick(105_000);
      controller.enqueue(new Uint8Array(1));
      assertEquals((await reading).value?.length, 1);
      const late = chunks.next();
      mock.timers.tick(111_000);
      assertEquals((await assertRejects(() => late, BodyBroken)).isLate, true);
    } finally {
      mock.timers.reset();
    }
  });

  it("W19.3 that breaks off is told so", async () => {
    const { body, controller } = slowBody();
    const reading = chunksOf(body).next();
    controller.error(new Error("connection reset"));
    assertEquals((await assertRejects(() => reading, BodyBroken)).isLate, false);
  });

  it("W19.3 that nobody wants any more is not read on", async () => {
    const { body, controller, isCancelled } = slowBody();
    controller.enqueue(new Uint8Array(1));
    for await (const _ of chunksOf(body)) break;
    assertEquals(isCancelled(), true);
  });
});
