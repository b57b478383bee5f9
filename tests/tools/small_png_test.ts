import { assertEquals, assertLessOrEqual } from "@std/assert";
import { it } from "@std/testing/bdd";
import { inflateSync } from "node:zlib";
import { smallPng } from "../../tools/small_png.ts";

it("a picture of few colours keeps each pixel", () => {
  const rgba = [[255, 0, 0, 255], [0, 128, 0, 255], [0, 128, 0, 255], [1, 2, 3, 255]];
  assertEquals(pixels(smallPng(2, 2, Uint8Array.from(rgba.flat()))), [
    ["255,0,0", "0,128,0"],
    ["0,128,0", "1,2,3"],
  ]);
});

it("one of many colours has those that come nearest, and rare ones that stand apart", () => {
  const shades = Array.from({ length: 400 }, (_, n) => [n & 255, n >> 4, 0, 255]);
  const rgba = Uint8Array.from([...shades, [9, 9, 250, 255]].flat());
  const [line = []] = pixels(smallPng(401, 1, rgba));
  assertLessOrEqual(new Set(line).size, 256);
  assertEquals(line.at(-1), "9,9,250");
  line.slice(0, 400).forEach((colour, n) => {
    const [r = 0, g = 0] = colour.split(",").map(Number);
    assertLessOrEqual(Math.abs(r - (n & 255)) + Math.abs(g - (n >> 4)), 4, `pixel ${n}`);
  });
});

/** Each line's pixels, as a reader of PNG finds them. */
function pixels(png: Uint8Array): string[][] {
  const view = new DataView(png.buffer);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const name = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    chunks.set(name, png.slice(at + 8, at + 8 + length));
    at += length + 12;
  }
  const colours = chunks.get("PLTE")!;
  const width = new DataView(chunks.get("IHDR")!.buffer).getUint32(0);
  const lines = inflateSync(chunks.get("IDAT")!);
  return Array.from(
    { length: lines.length / (width + 1) },
    (_, y) =>
      Array.from({ length: width }, (_, x) => {
        const place = lines[y * (width + 1) + 1 + x]!;
        return colours.slice(place * 3, place * 3 + 3).join();
      }),
  );
}
