import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { cleanName } from "../src/file_name.ts";

const CASES: [given: string, name: string][] = [
  ["cat.png", "cat.png"],
  ["", "file"],
  ["  two  words\t.txt ", "two words.txt"],
  ["/etc/passwd", "passwd"],
  ["..\\..\\C:\\boot.ini", "boot.ini"],
  ["../", "file"],
  ["..", "file"],
  [".bashrc", "bashrc"],
  ["a\0b\nc\x7f.txt", "abc.txt"],
  ["invoice\u202egnp.exe", "invoicegnp.exe"],
  ["\ufeffzero\u200bwidth\u2066.txt", "zerowidth.txt"],
  ["cafe\u0301.txt", "café.txt"],
  ["\ud800lone\udc00.txt", "lone.txt"],
  ["Ελληνικά 日本語 עברית 😀.pdf", "Ελληνικά 日本語 עברית 😀.pdf"],
  [`"quotes' & <b>.html`, `"quotes' & <b>.html`],
  ["😀".repeat(200) + ".jpeg", "😀".repeat(95) + ".jpeg"],
  ["a".repeat(200), "a".repeat(100)],
  ["a".repeat(150) + "." + "b".repeat(50), "a".repeat(100)],
];

describe("the name of a file", () => {
  for (const [given, name] of CASES) {
    it(`W19.2 ${JSON.stringify(given).slice(0, 40)} is ${name.slice(0, 20)}`, () => {
      assertEquals(cleanName(given), name);
    });
  }

  it("W19.2 whatever is given, it is short, shows all of itself, and stays as it is", () => {
    const wild = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(fc.property(fc.oneof(wild, fc.string({ unit: "grapheme" })), (given) => {
      const name = cleanName(given);
      const { length } = [...name];
      assert(length >= 1 && length <= 100 && name.isWellFormed());
      assert(!/[\p{C}\u2028\u2029/\\]/u.test(name), JSON.stringify(name));
      assertEquals(cleanName(name), name);
    }));
  });
});
