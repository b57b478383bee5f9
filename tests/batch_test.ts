import { assert, assertEquals, assertLessOrEqual, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Batch } from "../src/batch.ts";
import { MAX_FRAME_BYTES } from "../src/protocol.ts";
import { fuzz } from "./core/fuzz.ts";

const utf8 = (text: string) => new TextEncoder().encode(text).length;

describe("batch", () => {
  it("W1.3 is one frame with a message to each line, made only once", () => {
    const batch = new Batch(["{1}", "{2}", "{3}"], 11);
    assertEquals(batch.text, "{1}\n{2}\n{3}");
    assertStrictEquals(batch.text, batch.text);
    assertEquals(Batch.of("{é}").text, "{é}");
    assertEquals(Batch.of("{é}").bytes, 4);
  });

  it("W2.4 splits lines into frames of at most 1,000,000 bytes, to the byte", () => {
    const half = "x".repeat(MAX_FRAME_BYTES / 2);
    // Two halves and a line break are one byte over.
    assertEquals(Batch.split([half, half]).map(({ bytes }) => bytes), [500_000, 500_000]);
    const [exact, ...none] = Batch.split([half, half.slice(1)]);
    assertEquals(exact?.bytes, MAX_FRAME_BYTES);
    assertEquals(none, []);
  });

  it("W2.4 a single entry over the limit is a frame of its own", () => {
    const big = "x".repeat(MAX_FRAME_BYTES + 1);
    const batches = Batch.split(["a", big, "b", "c"]);
    assertEquals(batches.map(({ lines }) => lines.length), [1, 1, 2]);
    assertEquals(batches.map(({ bytes }) => bytes), [1, 1_000_001, 3]);
  });

  it("splits nothing into nothing", () => {
    assertEquals(Batch.split([]), []);
  });

  it("joins several batches into one, and one into itself", () => {
    const one = Batch.of("a");
    const two = new Batch(["b", "é"], 4);
    const joined = Batch.join([one, two]);
    assertEquals(joined.lines, ["a", "b", "é"]);
    assertEquals(joined.text, "a\nb\né");
    assertEquals(joined.bytes, 6);
    assertStrictEquals(Batch.join([one]), one);
  });

  it("W2.4 split and joined, lines keep their order and a batch knows its bytes", async () => {
    const line = fc.oneof(
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.integer({ min: 1, max: 600_000 }).map((length) => "é".repeat(length)),
    ).map((text) => text.replaceAll("\n", ""));
    await fuzz(fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const batches = Batch.split(lines);
      assertEquals(batches.flatMap((batch) => batch.lines), lines);
      for (const [index, batch] of batches.entries()) {
        assertEquals(batch.bytes, utf8(batch.text));
        assert(batch.lines.length > 0);
        if (batch.lines.length > 1) assertLessOrEqual(batch.bytes, MAX_FRAME_BYTES);
        // As few as possible: the next batch's first line would not have fitted.
        const next = batches[index + 1];
        if (next) assert(batch.bytes + 1 + utf8(next.lines[0]!) > MAX_FRAME_BYTES);
      }
      if (batches.length === 0) return;
      const joined = Batch.join(batches);
      assertEquals(joined.lines, lines);
      assertEquals(joined.bytes, utf8(joined.text));
    }));
  });
});
