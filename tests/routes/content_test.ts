import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { cleanName } from "../../src/file_name.ts";
import { disposition, isKnown, rangeOf } from "../../src/routes/content.ts";

describe("what HTTP says of a file", () => {
  it("W19.9 its name in ASCII for old clients, and as it is", () => {
    assertEquals(
      disposition(`ä "b" (1)%\\.png`, false),
      `attachment; filename="_ _b_ (1)__.png"; ` +
        `filename*=UTF-8''%C3%A4%20%22b%22%20%281%29%25%5C.png`,
    );
    assertEquals(disposition("cat.png", true).startsWith("inline; "), true);
  });

  it("W19.9 no name ends the header, or a part of it", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (given) => {
      const name = cleanName(given);
      const header = disposition(name, false);
      const parts = /^attachment; filename="([\x20-\x7e]*)"; filename\*=UTF-8''([\w%.~-]+)$/.exec(
        header,
      );
      assert(parts && !parts[1]!.includes('"'), header);
      assertEquals(decodeURIComponent(parts[2]!), name);
    }));
  });

  const RANGES: [header: string | undefined, range: [number, number] | null | undefined][] = [
    [undefined, undefined],
    ["bytes=0-", [0, 100]],
    ["bytes=0-0", [0, 1]],
    ["bytes=10-19", [10, 20]],
    ["bytes=90-1000", [90, 100]],
    ["bytes=-10", [90, 100]],
    ["bytes=-1000", [0, 100]],
    ["bytes=99-99", [99, 100]],
    ["bytes=100-", null],
    ["bytes=-0", null],
    ["bytes=20-10", undefined],
    ["bytes=-", undefined],
    ["bytes=0-1,5-6", undefined],
    ["items=0-1", undefined],
    ["bytes=a-b", undefined],
  ];
  for (const [header, range] of RANGES) {
    it(`W19.9 ${header} of 100 bytes`, () => {
      const found = rangeOf(header, 100);
      assertEquals(found ? [found.start, found.end] : found, range);
    });
  }

  it("W19.9 an ETag is known where it is named", () => {
    const known = [undefined, '"a"', '"b", "a"', 'W/"a"', "*", '"b"', "a", '"a b"'].map((header) =>
      isKnown(header, '"a"')
    );
    assertEquals(known, [false, true, true, true, true, false, false, false]);
  });
});
