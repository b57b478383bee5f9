// What others wrote reaches a terminal as text alone.
import { assertEquals, assertFalse } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { harmless, harmlessJson } from "../../src/terminal/harmless.ts";
import { type Line, wantsColour, written } from "../../src/terminal/ink.ts";

/** Every UTF-16 unit there is. */
const ALL = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit)).join("");
// deno-lint-ignore no-control-regex -- that is how they begin
const COLOUR = /\x1b\[\d{1,2}m/g;

/** Whatever a terminal takes for more than a letter; line breaks aside. */
function isCommand(unit: string): boolean {
  return /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(unit) && unit !== "\n";
}

describe("harmless", () => {
  it("leaves no control character and nothing that turns the direction, whatever there is", () => {
    assertEquals([...harmless(ALL)].filter(isCommand), []);
    assertEquals([...harmlessJson(ALL)].filter((unit) => isCommand(unit) && !/\s/.test(unit)), []);
  });

  it("shows what was there, and keeps line breaks, scripts and emoji", () => {
    assertEquals(harmless("a\x1b[31mb\x07\x7f\x9b2J"), "a␛[31mb␇␡\ufffd2J");
    assertEquals(harmless("one\r\ntwo\rthree\u2028four\tfive"), "one\ntwo\nthree\nfour    five");
    assertEquals(harmless("\u202eabc\u2066"), "abc");
    for (const text of ["שלום", "👩‍👩‍👧", "🇩🇪", "é", "日本語"]) assertEquals(harmless(text), text);
  });

  it("means the same in JSON", () => {
    const text = 'a"\\\x00\x1b\x7f\x9b\u202e\u2028\n';
    const json = harmlessJson(JSON.stringify({ text }));
    assertEquals(JSON.parse(json), { text });
    assertEquals([...json].filter((unit) => /[\p{Cc}\p{Bidi_Control}]/u.test(unit)), []);
  });
});

describe("written", () => {
  const line: Line = [{ text: "Eve\x1b[2J", style: { of: "eve" } }, ": \x1b]0;owned\x07\nnext"];

  it("has colours of its own and none of the text's", () => {
    const coloured = written(line, true);
    assertEquals(coloured.match(COLOUR)?.length, 2);
    assertEquals([...coloured.replace(COLOUR, "")].filter(isCommand), []);
    assertEquals(coloured.replace(COLOUR, ""), written(line, false));
  });

  it("indents further lines, so that nobody can write what looks like another's line", () => {
    assertEquals(written(line, false), "Eve␛[2J: ␛]0;owned␇\n      next");
  });

  it("has no colours where NO_COLOR or a simple terminal asks for that", () => {
    assertEquals(wantsColour({ TERM: "xterm" }), true);
    assertEquals(wantsColour({ NO_COLOR: "", TERM: "xterm" }), true);
    for (const environment of [{ NO_COLOR: "1", TERM: "xterm" }, { TERM: "dumb" }]) {
      assertFalse(wantsColour(environment));
    }
  });
});
