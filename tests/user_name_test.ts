import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { parseUserName } from "../src/user_name.ts";
import { fuzz } from "./core/fuzz.ts";

const GOOD: [why: string, ...names: string[]][] = [
  ["of one to 32 characters", "a", "a".repeat(32), "😀".repeat(32), "漢".repeat(32)],
  ["of several words", "Ada Lovelace", "a b c", "Анна Smith"],
  ["with digits and common punctuation", "R2-D2", "O'Brien", "J. Doe (he)", "анна_77", "@x!", "7"],
  ["in one script", "José", "Анна", "Ελένη", "محمد", "שרה", "देवी", "สมชาย", "გიორგი", "አበበ"],
  ["in the scripts of Japanese", "東京タワー", "すずきTaro", "ひらがなカタカナ漢字"],
  ["in those of Chinese and Korean", "王小明Bob", "ㄅㄆㄇ王", "김철수", "김철수金Kim"],
  ["with emoji, also those that are joined of several", "👨‍👩‍👧", "Ada 👩‍🚀", "❤️", "🇬🇧", "1️⃣", "👍🏽"],
  ["with marks that belong to letters", "Zoë", "x\u0301".repeat(16), "नमस्ते", "Việt"],
];

const CHANGED: [why: string, name: string, becomes: string][] = [
  ["trimmed", " \tJose\u0301 Maria\u00a0", "José Maria"],
  ["brought into NFKC", "ﬁn Ａｄａ ①", "fin Ada 1"],
  ["given single spaces", "Ada   \u3000 Lovelace", "Ada Lovelace"],
];

const BAD: [why: string, ...names: string[]][] = [
  ["is empty or too long", "", "  ", "a".repeat(33), "😀".repeat(33), "ﬁ".repeat(17)],
  ["holds control characters", "a\nb", "a\0b", "a\x7fb", "a\x85b", "a\x1b[31m", "a\tb"],
  ["holds line breaks of Unicode", "a\u2028b", "a\u2029b"],
  ["is no Unicode", "a\ud800", "\udc00"],
  ["holds zero-width characters", "a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "a\ufeffb"],
  ["turns the direction of text", "a\u202eb", "a\u2066b", "\u200fa", "\u061ca"],
  ["holds letters that show nothing", "\u3164", "a\u115fb", "a\uffa0", "\u2800", "a\u00adb"],
  ["holds variation selectors or tags outside of emoji", "a\ufe0f", "a\u{e0041}"],
  ["mixes scripts that look alike in a word", "Аdmin", "аdmin", "pаypal", "Αdmin", "ꭰdmin"],
  ["mixes scripts that are not written together", "adaשרה", "王Анна", "ひ김", "ㄅひ"],
  ["is of no script of today", "𐌰𐌱", "𓀀", "ᚠ"],
  ["holds private or unassigned characters", "\ue000", "a\u{10fffe}"],
  ["is a tower of marks, or marks alone", "z\u0338\u0337\u0336\u0335\u0334", "\u0301", "a \u0301b"],
];

describe("W2.7 a user name", () => {
  for (const [why, ...names] of GOOD) {
    it(`may be ${why}`, () => {
      for (const name of names) {
        const nfkc = name.normalize("NFKC");
        assertEquals([name, parseUserName(name)], [name, { ok: true, name: nfkc }]);
      }
    });
  }

  for (const [why, name, becomes] of CHANGED) {
    it(`is ${why}`, () => assertEquals(parseUserName(name), { ok: true, name: becomes }));
  }

  for (const [why, ...names] of BAD) {
    it(`is refused where it ${why}`, () => {
      for (const name of names) {
        const parsed = parseUserName(name);
        assert(!parsed.ok, JSON.stringify(name));
        assertMatch(parsed.message, /^username must be 1 to 32 characters/);
      }
    });
  }

  it("is told of by the name of its field", () => {
    const parsed = parseUserName("", "the claim name");
    assertMatch(parsed.ok ? "" : parsed.message, /^the claim name must be 1 to 32/);
  });

  it("that was accepted is accepted again as it is, and is one line that shows", async () => {
    const anyText = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc.string(),
    );
    await fuzz(fc.property(anyText, (name) => {
      const once = parseUserName(name);
      if (!once.ok) return;
      assertEquals(parseUserName(once.name), once);
      assert(/\S/.test(once.name) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(once.name));
    }));
  });
});
