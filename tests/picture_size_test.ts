import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { sizeOf } from "../src/picture_size.ts";

const bytes = (text: string) => Uint8Array.from(text, (it) => it.charCodeAt(0));
/** A number of so many bytes, the largest first. */
const big = (value: number, length: number) =>
  String.fromCharCode(...Array.from({ length }, (_, at) => value >>> 8 * (length - 1 - at) & 255));
const little = (value: number, length: number) => [...big(value, length)].reverse().join("");

const png = (width: number, height: number) =>
  `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${big(width, 4)}${big(height, 4)}\x08\x06\0\0\0`;
const gif = (width: number, height: number) =>
  `GIF89a${little(width, 2)}${little(height, 2)}\x80\0\0`;
const segment = (marker: number, content: string) =>
  `\xff${big(marker, 1)}${big(content.length + 2, 2)}${content}`;
const frame = (width: number, height: number, marker = 0xc0) =>
  segment(marker, `\x08${big(height, 2)}${big(width, 2)}\x03`);
const exif = (orientation: number, number = big, order = "MM") =>
  segment(
    0xe1,
    `Exif\0\0${order}${number(42, 2)}${number(8, 4)}${number(2, 2)}` +
      `${number(0x010f, 2)}${number(2, 2)}${number(1, 4)}${number(0, 4)}` +
      `${number(0x0112, 2)}${number(3, 2)}${number(1, 4)}${number(orientation, 2)}\0\0${
        number(0, 4)
      }`,
  );
const jpeg = (...segments: string[]) => `\xff\xd8${segments.join("")}\xff\xda`;
const riff = (chunk: string) => `RIFF${little(chunk.length + 4, 4)}WEBP${chunk}`;
const vp8 = (width: number, height: number) =>
  riff(`VP8 ${little(20, 4)}\x30\x01\0\x9d\x01\x2a${little(width, 2)}${little(height, 2)}\0`);
const vp8l = (width: number, height: number) =>
  riff(`VP8L${little(20, 4)}\x2f${little(width - 1 | (height - 1) << 14, 4)}\0`);
const vp8x = (width: number, height: number) =>
  riff(`VP8X${little(10, 4)}\x10\0\0\0${little(width - 1, 3)}${little(height - 1, 3)}\0`);

const GOOD: [what: string, type: string, picture: string][] = [
  ["PNG", "image/png", png(300, 200)],
  ["GIF", "image/gif", gif(300, 200)],
  ["JPEG", "image/jpeg", jpeg(segment(0xe0, "JFIF\0"), frame(300, 200))],
  ["progressive JPEG", "image/jpeg", jpeg(segment(0xc4, "tables"), frame(300, 200, 0xc2))],
  ["JPEG with fill bytes", "image/jpeg", jpeg("\xff\xff", frame(300, 200))],
  [
    "JPEG behind a large profile",
    "image/jpeg",
    jpeg(segment(0xe2, "x".repeat(60_000)), frame(300, 200)),
  ],
  ["JPEG that is upside down", "image/jpeg", jpeg(exif(3), frame(300, 200))],
  ["JPEG on its side", "image/jpeg", jpeg(exif(6), frame(200, 300))],
  [
    "JPEG on its side, little end first",
    "image/jpeg",
    jpeg(exif(8, little, "II"), frame(200, 300)),
  ],
  ["lossy WebP", "image/webp", vp8(300, 200)],
  ["lossless WebP", "image/webp", vp8l(300, 200)],
  ["extended WebP", "image/webp", vp8x(300, 200)],
];

describe("the size of a picture", () => {
  for (const [what, type, picture] of GOOD) {
    it(`W19.2 of a ${what} is known, and nothing of it when its header is cut off`, () => {
      assertEquals(sizeOf(type, bytes(picture)), { width: 300, height: 200 });
      const whole = bytes(picture);
      const known = whole.findIndex((_, at) => sizeOf(type, whole.subarray(0, at)) !== undefined);
      assert(known > 9);
      for (let at = 0; at < Math.min(known, 200); at++) {
        assertEquals(sizeOf(type, whole.subarray(0, at)), undefined);
      }
    });
  }

  it("W19.2 is not known where it makes no sense, or is none of a picture", () => {
    const bad: [type: string, picture: string][] = [
      ["image/png", png(0, 10)],
      ["image/png", png(2 ** 31, 10)],
      ["image/png", png(10, 65_536)],
      ["image/gif", gif(0, 0)],
      ["image/jpeg", jpeg(frame(0, 10))],
      ["image/jpeg", jpeg(segment(0xe0, "JFIF"))],
      ["image/jpeg", "\xff\xd8\xff\xe0\0\0\xff\xc0"],
      ["image/jpeg", "\xff\xd8nothing"],
      ["image/webp", riff("NEW!" + "x".repeat(40))],
      ["image/webp", vp8(300, 200).replace("\x9d", "x")],
      ["application/pdf", png(300, 200)],
    ];
    for (const [type, picture] of bad) {
      assertEquals(sizeOf(type, bytes(picture)), undefined, JSON.stringify(picture).slice(0, 60));
    }
  });

  it("W19.2 whatever comes, it never throws, and is none or a size that a page can keep", () => {
    const wild = fc.record({
      base: fc.constantFrom(...GOOD),
      changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
      length: fc.nat(500),
      tail: fc.uint8Array({ maxLength: 100 }),
    });
    fc.assert(
      fc.property(wild, ({ base: [, type, picture], changes, length, tail }) => {
        const head = new Uint8Array([...bytes(picture).subarray(0, length), ...tail]);
        for (const [at, byte] of changes) if (at < head.length) head[at] = byte;
        const size = sizeOf(type, head);
        if (!size) return;
        for (const pixels of [size.width, size.height]) {
          assert(Number.isInteger(pixels) && pixels >= 1 && pixels <= 65_535, String(pixels));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("W19.2 a JPEG of nothing but segments is gone through quickly", () => {
    const head = bytes(jpeg("\xff\xe0\0\x02".repeat(65_000)));
    const began = performance.now();
    assertEquals(sizeOf("image/jpeg", head), undefined);
    assert(performance.now() - began < 2000);
  });
});
