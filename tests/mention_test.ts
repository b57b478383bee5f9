import { assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Lately, MAX_LATELY } from "../src/lately.ts";
import { findMentions, MAX_MENTIONS } from "../src/mention.ts";
import { fold } from "../src/names.ts";

/** Whom a text mentions of those who have these names; their uids are `u:` and the name. */
function mentioned(text: string, ...names: string[]): string[] {
  const users = new Map(names.map((name) => [fold(name), `u:${name}`]));
  const uids = new Set(users.values());
  const find = (name: string) => users.has(name) ? [users.get(name)!] : [];
  return findMentions(text, { has: (uid) => uids.has(uid), find });
}

describe("mentions", () => {
  it("W10.12 names a user by name or by uid, wherever it stands", () => {
    assertEquals(mentioned("@bob", "bob"), ["u:bob"]);
    assertEquals(mentioned("hi @bob, (@ann)!", "ann", "bob"), ["u:bob", "u:ann"]);
    assertEquals(mentioned("line\n@u:bob: look", "bob"), ["u:bob"]);
    assertEquals(mentioned("@bob @bob @u:bob", "bob"), ["u:bob"]);
    assertEquals(mentioned("@nobody @ @@", "bob"), []);
    assertEquals(mentioned("@@bob", "bob"), ["u:bob"]);
  });

  it("W10.12 W8.2 compares names as names are, and uids as they are", () => {
    assertEquals(mentioned("@BOB @ａｎｎ @strasse", "bob", "Ann", "straße"), [
      "u:bob",
      "u:Ann",
      "u:straße",
    ]);
    assertEquals(mentioned("@U:bob", "bob"), []);
  });

  it("W10.12 the longest name counts, also one of several words", () => {
    const names = ["ann", "ann lee", "ann-marie", "u"];
    assertEquals(mentioned("@ann lee", ...names), ["u:ann lee"]);
    assertEquals(mentioned("@Ann Leeds", ...names), ["u:ann"]);
    assertEquals(mentioned("@ann-marie.", ...names), ["u:ann-marie"]);
    assertEquals(mentioned("@u:ann", ...names), ["u:ann"]);
    const wide = "😀".repeat(32);
    assertEquals(mentioned(`@${wide}!`, wide), [`u:${wide}`]);
    const long = "x".repeat(126);
    assertEquals(mentioned(`@u:${long} hi`, long), [`u:${long}`]);
  });

  it("W10.12 is a word of its own, not a part of an address or of another name", () => {
    assertEquals(mentioned("mail me@bob", "bob"), []);
    assertEquals(mentioned("é@bob _@bob -@bob", "bob"), []);
    assertEquals(mentioned("@bobby @bob2 @bob_ @bob-2 @bobé @bob\u0301", "bob"), []);
  });

  it("W10.12 the first 50 of a text count", () => {
    const names = Array.from({ length: 120 }, (_, index) => `n${index}`);
    const text = names.map((name) => `@${name}`).join(" ");
    assertEquals(mentioned(text, ...names), names.slice(0, MAX_MENTIONS).map((it) => `u:${it}`));
    assertEquals(mentioned(`${"@x ".repeat(49)}@bob`, "bob"), ["u:bob"]);
    assertEquals(mentioned(`${"@x ".repeat(50)}@bob`, "bob"), []);
  });

  it("W10.12 P5 looks no more than 1600 times, whatever is said", () => {
    for (const unit of ["@", "@a", "@a ", "@!!", "a@", "@é ", "@𝒳 .", "@a b c d e f g "]) {
      let looks = 0;
      const people = { has: () => void looks++ as unknown as boolean, find: () => [] };
      const text = unit.repeat(Math.ceil(16_000 / unit.length));
      assertEquals(findMentions(text, people), []);
      assertLessOrEqual(looks, MAX_MENTIONS * 32);
    }
  });
});

describe("who was there lately", () => {
  it("W10.12 is known by uid and by the last name, until newer ones push them out", () => {
    const lately = new Lately();
    lately.add("a", "Ann");
    lately.add("a", "Anna");
    assertEquals([lately.find(fold("ann")), lately.find(fold("ANNA"))], [[], ["a"]]);
    lately.add("b", "anna");
    lately.remove("a");
    assertEquals([lately.has("a"), lately.find(fold("anna"))], [false, ["b"]]);
    for (let index = 0; index < MAX_LATELY; index++) lately.add(`u${index}`, `n${index}`);
    assertEquals([lately.has("b"), lately.find(fold("anna")), lately.has("u0")], [
      false,
      [],
      true,
    ]);
  });
});
