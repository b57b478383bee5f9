import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mock } from "node:test";
import { bodyOf } from "../../src/routes/file_body.ts";

/** A file of these chunks, and what was done with it. */
function reading(chunks: (Uint8Array<ArrayBuffer> | Error)[]) {
  const done: string[] = [];
  const next = () => {
    const chunk = chunks.shift() ?? null;
    return chunk instanceof Error ? Promise.reject(chunk) : Promise.resolve(chunk);
  };
  const body = bodyOf(
    { next, close: () => void done.push("closed") },
    10,
    () => void done.push("ended"),
    () => void done.push("cut"),
  );
  return { body, done };
}

const bytes = (...values: number[]) => new Uint8Array(values);

describe("the bytes of a file", () => {
  it("W19.9 are all given, and then its place is free", async () => {
    const { body, done } = reading([bytes(1, 2), bytes(3)]);
    assertEquals(await new Response(body).bytes(), bytes(1, 2, 3));
    assertEquals(done, ["closed", "ended"]);
  });

  it("P5 end with who asked", async () => {
    const { body, done } = reading([bytes(1), bytes(2), bytes(3)]);
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    assertEquals(done, ["closed", "ended"]);
  });

  it("P5 are cut off from who takes them too slowly", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const { body, done } = reading([bytes(1), bytes(2), bytes(3)]);
      const reader = body.getReader();
      await reader.read();
      mock.timers.tick(10_002);
      assertEquals(done, ["closed", "ended", "cut"]);
      await assertRejects(() => reader.read(), Error, "too slowly");
    } finally {
      mock.timers.reset();
    }
  });

  it("end where the disk fails", async () => {
    const { body, done } = reading([bytes(1), new Error("EIO")]);
    await assertRejects(() => new Response(body).bytes(), Error, "EIO");
    assertEquals(done, ["closed", "ended"]);
  });
});
