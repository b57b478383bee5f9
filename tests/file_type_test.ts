import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { isPicture, TextWatch, typeOf } from "../src/file_type.ts";

const bytes = (text: string) => Uint8Array.from(text, (it) => it.charCodeAt(0));

const CASES: [head: string, type: string][] = [
  ["\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"],
  ["\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"],
  ["GIF89a\x01\0", "image/gif"],
  ["GIF87a\x01\0", "image/gif"],
  ["RIFF\x10\0\0\0WEBPVP8 ", "image/webp"],
  ["RIFF\x10\0\0\0WAVEfmt ", "audio/wav"],
  ["\0\0\0 ftypavif", "image/avif"],
  ["\0\0\0 ftypisom", "video/mp4"],
  ["%PDF-1.7", "application/pdf"],
  ["PK\x03\x04\x14", "application/zip"],
];
/** What is no picture, whatever it says of itself. */
const DOCUMENTS = [
  "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
  "<!doctype html><script>alert(1)</script>",
  "<?xml version='1.0'?><svg/>",
  " GIF89a",
  "xxxxxxxxWEBP",
  "JFIF",
];

describe("the type of a file", () => {
  for (const [head, type] of CASES) {
    it(`W19.2 ${type} by its first bytes`, () => {
      assertEquals([typeOf(bytes(head), false), typeOf(bytes(head), true)], [type, type]);
    });
  }

  it("W19.2 W19.9 a document that could hold a script is text, which is never shown", () => {
    for (const text of DOCUMENTS) {
      assertEquals([typeOf(bytes(text), true), typeOf(bytes(text), false)], [
        "text/plain",
        "application/octet-stream",
      ]);
    }
  });

  it("W19.9 a browser is shown the four kinds of pictures alone", () => {
    const types = [...CASES.map(([, type]) => type), "text/plain", "application/octet-stream"];
    const shown = new Set(types.filter(isPicture));
    assertEquals([...shown], ["image/png", "image/jpeg", "image/gif", "image/webp"]);
  });

  it("W19.2 text is UTF-8 without NUL, in whatever pieces it comes", () => {
    const isText = (all: Uint8Array, at: number) => {
      const watch = new TextWatch();
      watch.write(all.subarray(0, at));
      watch.write(all.subarray(at));
      return watch.end();
    };
    const good = new TextEncoder().encode("hällo 日本 😀\n");
    for (let at = 0; at <= good.length; at++) {
      assertEquals(isText(good, at), true);
      assertEquals(isText(good.with(0, 0), at), false);
      assertEquals(isText(good.with(0, 0xff), at), false);
    }
    assertEquals(isText(good.subarray(0, -2), 0), false);
  });

  it("W19.2 has a type whatever comes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (head, isText) => {
      assertEquals(/^[a-z]+\/[a-z0-9.+-]+$/.test(typeOf(head, isText)), true);
    }));
  });
});
