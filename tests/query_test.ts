import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { findIn, parseQuery } from "../src/query.ts";
import { fold, wordsOf } from "../src/words.ts";

/** What of a text is found, each piece in brackets; undefined: it is not. */
function found(text: string, query: string): string | undefined {
  const ranges = findIn(text, parseQuery(query)!);
  return ranges?.toReversed().reduce(
    (marked, [start, end]) =>
      `${marked.slice(0, start)}[${marked.slice(start, end)}]${marked.slice(end)}`,
    text,
  );
}

describe("a query", () => {
  it("W16.3 finds texts that have all of its words, wherever they stand", () => {
    assertEquals(found("the quick brown fox", "fox quick"), "the [quick] brown [fox]");
    assertEquals(found("the quick brown fox", "fox slow"), undefined);
    assertEquals(found("foxes", "fox"), undefined);
    assertEquals(found("fox, (fox) fox_1", "fox"), "[fox], ([fox]) [fox]_1");
    assertEquals(found("room 42 of 420", "42"), "room [42] of 420");
  });

  it("W16.3 finds phrases in quotes, whatever stands between their words", () => {
    assertEquals(found("the brown-fox ran", '"brown fox"'), "the [brown-fox] ran");
    assertEquals(found("fox the brown", '"brown fox"'), undefined);
    assertEquals(found("a brown quick fox", '"brown fox"'), undefined);
    assertEquals(found("a brown fox", "“brown fox”"), "a [brown fox]");
    assertEquals(found("a brown fox", '"brown fox'), "a [brown fox]");
    assertEquals(found("see store.ts, not ts store", "store.ts"), "see [store.ts], not ts store");
    assertEquals(found("I don't", "don't"), "I [don't]");
  });

  it("W16.3 takes a word before * as a beginning, and in a phrase its last", () => {
    assertEquals(found("deploying the deployer", "deploy*"), "[deploying] the [deployer]");
    assertEquals(found("deploying", "deploy"), undefined);
    assertEquals(found("will deploying", '"will dep*"'), "[will deploying]");
    assertEquals(found("willing deploying", '"will dep*"'), undefined);
    assertEquals(found("deploying it", "dep* it"), "[deploying] [it]");
  });

  it("W16.3 looks neither at case nor accents nor points, nor how a character is written", () => {
    assertEquals(
      found("Die STRASSE in Mu\u0308nchen", "straße münchen"),
      "Die [STRASSE] in [Mu\u0308nchen]",
    );
    assertEquals(found("CAFÉ", "cafe"), "[CAFÉ]");
    assertEquals(found("ΟΔΟΣ", "οδος"), "[ΟΔΟΣ]");
    assertEquals(found("ｆｕｌｌ width", "full"), "[ｆｕｌｌ] width");
    assertEquals(found("soft\u00adhyphen", "softhyphen"), "[soft\u00adhyphen]");
    assertEquals(found("كِتَاب", "كتاب"), "[كِتَاب]");
    assertEquals(found("שָׁלוֹם", "שלום"), "[שָׁלוֹם]");
    assertEquals(found("ПРИВЕТ, мир", "привет"), "[ПРИВЕТ], мир");
    assertEquals(found("हिन्दी भाषा", "हिन्दी"), "[हिन्दी] भाषा");
  });

  it("W16.3 finds any run of characters where words are not parted", () => {
    assertEquals(found("今日は良い天気です", "天気"), "今日は良い[天気]です");
    assertEquals(found("我去了北京大学", "北京"), "我去了[北京]大学");
    assertEquals(found("北の京", "北京"), undefined);
    assertEquals(found("สวัสดีครับ", "ครับ"), "สวัสดี[ครับ]");
    assertEquals(found("서울에서 만나요", "서울"), "[서울]에서 만나요");
    assertEquals(
      found("서울에서".normalize("NFD"), "서울"),
      `[${"서울".normalize("NFD")}]${"에서".normalize("NFD")}`,
    );
    assertEquals(found("iPhoneの手机", "iphone 手机"), "[iPhone]の[手机]");
    assertEquals(found("カﾞと が", "が"), "カﾞと [が]");
  });

  it("W16.1 counts in UTF-16 units, and joins what overlaps", () => {
    assertEquals(findIn("😀 hi 😀 hi", parseQuery("hi")!), [[3, 5], [9, 11]]);
    assertEquals(findIn("one two three", parseQuery('"one two" "two three"')!), [[0, 13]]);
    assertEquals(findIn("a ".repeat(80), parseQuery("a")!)?.length, 50);
  });

  it("W16.4 has at least one word, and not too many", () => {
    for (
      const text of ["", " ", '""', "*", "?! …", "👍", "\u0301", "x".repeat(201), "x ".repeat(17)]
    ) {
      assertEquals(parseQuery(text), undefined, JSON.stringify(text));
    }
    for (const text of ["x", "é", "日", "7", "x".repeat(200), "x ".repeat(16)]) {
      assert(parseQuery(text), JSON.stringify(text));
    }
  });

  it("finds every word of a text in it, and in its folded form", () => {
    const unit = fc.oneof(
      fc.constantFrom(
        "a",
        "É",
        "ß",
        "Σ",
        "日",
        "が",
        "か\u3099",
        "가",
        "ᄀ",
        "ᅡ",
        "\u0301",
        "ส",
        "ำ",
        "İ",
        "ﬁ",
        "½",
        " ",
        "-",
      ),
      fc.string({ unit: "grapheme", maxLength: 1 }),
    );
    fc.assert(fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
      const text = units.join("");
      for (const { word, start, end } of wordsOf(text)) {
        assert(fold(text).includes(word), JSON.stringify([text, word]));
        const ranges = findIn(text, parseQuery(`"${text.slice(start, end)}"`)!);
        assert(
          ranges?.some(([from, to]) => from <= start && to >= end),
          JSON.stringify([text, word]),
        );
      }
    }));
  });
});
