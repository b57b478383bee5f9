import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { parse, type Piece, wordsOf } from "../../static/model/markup.js";
import { Names } from "../../static/model/names.js";
import { fuzz } from "../core/fuzz.ts";

const names = new Names();
names.learn("ines", "Ines");
names.learn("ruth", "Ruth");
names.learn("wil", "Wilhelmina van der Straaten");
const around = {
  nameIn: (text: string) => names.find(text, "ines"),
  isRoom: (room: string) => room === "on-air",
};

/** The pieces in a few words: `strong(…)`, `link(…)`. */
function read(text: string): string {
  return parse(text, around).map(told).join("");
}

function told(piece: Piece): string {
  if (typeof piece === "string") return piece;
  const inside = "children" in piece ? piece.children.map(told).join("") : piece.text;
  return `${piece.type}(${inside})`;
}

function shown(piece: Piece): string {
  if (typeof piece === "string") return piece;
  if (piece.type === "pre") return piece.language + piece.text;
  return "children" in piece ? piece.children.map(shown).join("") : piece.text;
}

describe("what somebody wrote", () => {
  for (
    const [text, expected] of [
      ["plain", "plain"],
      ["**bold** *it* _it_ ~~gone~~ `c`", "strong(bold) em(it) em(it) del(gone) code(c)"],
      ["***both***", "strong(em(both))"],
      ["**a *b* c**", "strong(a em(b) c)"],
      ["(*a*), *b*.", "(em(a)), em(b)."],
      ["这是**粗体**字", "这是strong(粗体)字"],
      ["2*3*4 2**3**4 snake_case_name __init__", "2*3*4 2**3**4 snake_case_name __init__"],
      ["* a * b ** c ~ d ~~ e", "* a * b ** c ~ d ~~ e"],
      ["**open *and `open", "**open *and `open"],
      ["*a\nb*", "*a\nb*"],
      ["`a *b* <i>` *c*", "code(a *b* <i>) em(c)"],
      ["``a ` b``", "code(a ` b)"],
    ] as const
  ) {
    it(`reads ${JSON.stringify(text)}`, () => assertEquals(read(text), expected));
  }

  it("has blocks of code and quotes that break the line by themselves", () => {
    assertEquals(read("a\n```js\n*x*\n\ny\n```\nb"), "apre(*x*\n\ny)b");
    assertEquals(read("```\nnever closed"), "```\nnever closed");
    assertEquals(read("> q *1*\n> 2\na\n\nb"), "quote(q em(1)\n2)a\n\nb");
    assertEquals(read(">:( >_< 1 > 0"), ">:( >_< 1 > 0");
    const [code] = parse("```js\nx\n```", around);
    assert(typeof code === "object" && code.type === "pre");
    assertEquals(code.language, "js");
  });

  it("links http and https only, without what ends the sentence or the emphasis", () => {
    assertEquals(read("see https://a.b/c_(d)."), "see link(https://a.b/c_(d)).");
    assertEquals(
      read("(https://a.b/c) **http://x.y**"),
      "(link(https://a.b/c)) strong(link(http://x.y))",
    );
    for (
      const text of ["javascript:alert(1)", "data:text/html,x", "ftp://a.b", "http://", "xhttps:"]
    ) {
      assertEquals(read(text), text);
    }
  });

  it("W10.12 names members at the beginning of a word, the longest name that fits", () => {
    assertEquals(read("@Ines, @ruth! (@RUTH)"), "mention(@Ines), mention(@ruth)! (mention(@RUTH))");
    assertEquals(
      read("@Wilhelmina van der Straaten came"),
      "mention(@Wilhelmina van der Straaten) came",
    );
    assertEquals(read("@Inestimable a@Ines @nobody"), "@Inestimable a@Ines @nobody");
    assertEquals(
      read("#on-air. #nope ##on-air x#on-air"),
      "room(#on-air). #nope ##on-air x#on-air",
    );
  });
});

describe("names", () => {
  it("W10.12 are compared as the server compares them, and one’s own comes first", () => {
    const two = new Names();
    two.learn("a", "Straße");
    two.learn("b", "STRASSE");
    assertEquals(two.find("strasse!", "b"), { uid: "b", length: 7 });
    assertEquals(two.find("strasse!", "x"), { uid: "a", length: 7 });
    assertEquals(two.find("a.", "x"), { uid: "a", length: 1 });
    const { version } = two;
    two.learn("a", "Straße");
    assertEquals(two.version, version);
  });
});

/** What the marks are made of, and what stands around them. */
const scrap = fc.constantFrom(
  ..."*_~`>#@ \n\t()[]<>&\"'\\/".split(""),
  ..."**,~~,``,```,\n```\n,```js\n,\n> ,https://,http://a.b/,@Ines,#on-air,word,7,é,粗,👍🏽,\u202e"
    .split(","),
);
const wild = fc.oneof(
  fc.array(scrap, { maxLength: 60 }).map((scraps) => scraps.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
);
/** What may go: the marks themselves, and breaks beside a block. */
const marks = /[\s*_~`>]/g;

it("every visible character of a message stays, whatever it is", async () => {
  await fuzz(
    fc.property(wild, (text) => {
      const pieces = parse(text, around);
      const visible = (words: string) => words.replace(marks, "");
      assertEquals(visible(pieces.map(shown).join("")), visible(text));
      assert(depth(pieces) <= 5);
    }),
    200,
  );
});

function depth(pieces: Piece[]): number {
  const inside = pieces.map((piece) =>
    typeof piece === "object" && "children" in piece ? depth(piece.children) : 0
  );
  return 1 + Math.max(0, ...inside);
}

/** The least of a few, which is what it takes where nothing else runs. */
function timeMs(text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    parse(text, around);
    return performance.now() - start;
  });
  return Math.min(...times);
}

it("reading a message takes time in proportion to its length", () => {
  const parts = ["*a ", "a* ", "`", "a` ``b ", "**a *b ~~c _d `", "@a ", "#a ", "```\n", "> ", ")"];
  for (const part of [...parts, "https://a)", "http://", "[[", "***a"]) {
    const text = (length: number) => `https://x${part.repeat(length / part.length)}`;
    // Eight times the length: linear is 8, the square is 64, and takes minutes at this length.
    const [small, large] = [timeMs(text(40_000)), timeMs(text(320_000))];
    assertLess(large, Math.max(30 * small, 2_000), part);
  }
});

it("the words of a text are left in one line without their marks", () => {
  assertEquals(wordsOf("the **rota** is\n~~old~~ `new`"), "the rota is old new");
  assertEquals(
    wordsOf("> she said\nyes\n```js\nlet it = 1;\n```\nso"),
    "she said yes let it = 1; so",
  );
  assertEquals(wordsOf("2*3*4 and snake_case"), "2*3*4 and snake_case");
});
