import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Names } from "../src/names.ts";
import type { UserId } from "../src/protocol.ts";
import { parseUserName } from "../src/user_name.ts";
import { fuzz } from "./core/fuzz.ts";

const uid = (id: string | number) => `guest:${id}` as UserId;

/** The names that users who wish for these get, one after the other. */
function take(...wished: string[]): string[] {
  const names = new Names();
  return wished.map((name, index) => names.take(uid(index), name));
}

describe("names", () => {
  it("W8.2 a free name is given as wished, a taken one gets -2, -3 …", () => {
    assertEquals(take("alice", "bob", "alice", "alice"), ["alice", "bob", "alice-2", "alice-3"]);
    assertEquals(take("alice", "alice-2", "alice"), ["alice", "alice-2", "alice-3"]);
    assertEquals(take("alice-2", "alice-2"), ["alice-2", "alice-2-2"]);
  });

  it("W8.2 names are compared after NFKC and case folding", () => {
    const same = [
      ["Alice", "aLICE"],
      ["Åsa", "A\u030asa"],
      ["ﬁn", "FIN"],
      ["ａｌｉｃｅ", "Alice"],
      ["Ⅳ", "iv"],
      ["straße", "STRASSE"],
      ["STRAẞE", "strasse"],
      ["ΟΔΟΣ", "οδοσ"],
      ["οδος", "οδοσ"],
      ["ſam", "Sam"],
    ];
    for (const [one, other] of same) assertEquals(take(one!, other!), [one, `${other}-2`]);
    assertEquals(take("alice", "alicé"), ["alice", "alicé"]);
  });

  it("W8.2 a name with a number behind it is cut to fit 32 characters", () => {
    const long = "x".repeat(32);
    assertEquals(take(long, long), [long, `${"x".repeat(30)}-2`]);
    const wide = "😀".repeat(32);
    assertEquals(take(wide, wide), [wide, `${"😀".repeat(30)}-2`]);
    const given = take(...Array(12).fill(long));
    assertEquals(given[11], `${"x".repeat(29)}-12`);
  });

  it("W20.1 the name of a program is nobody's, until the last program of that name is gone", () => {
    const names = new Names();
    names.take(uid("a"), "alice");
    assertEquals([names.reserve("Alice"), names.reserve("Bot"), names.reserve("bot")], [
      false,
      true,
      true,
    ]);
    assertEquals(names.take(uid("b"), "BOT"), "BOT-2");
    assertEquals(names.take("user" as UserId, "Bot"), "Bot-3");
    assertEquals(names.take("bot:replies" as UserId, "Bot"), "Bot");
    names.release("bot:replies" as UserId);
    assertEquals(names.change(uid("a"), "bot"), false);
    names.unreserve("Bot");
    assertEquals(names.change(uid("a"), "bot"), false);
    names.unreserve("Bot");
    assertEquals(names.change(uid("a"), "bot"), true);
    assertEquals(names.count, 3);
  });

  it("W8.2 a user's further connections have the name of the first", () => {
    const names = new Names();
    assertEquals(names.take(uid("a"), "alice"), "alice");
    assertEquals(names.take(uid("a"), "eve"), "alice");
    assertEquals(names.take(uid("b"), "eve"), "eve");
    assertEquals(names.count, 2);
  });

  it("W8.2 a name that ten thousand wish for costs no more than one that is free", () => {
    const names = new Names();
    const began = performance.now();
    for (let id = 0; id < 10_000; id++) names.take(uid(id), "alice");
    for (let id = 0; id < 10_000; id += 2) names.release(uid(id));
    const again = Array.from({ length: 5000 }, (_, id) => names.take(uid(`new${id}`), "alice"));
    // Counting through them takes many times as long.
    assert(performance.now() - began < 5000);
    assertEquals(new Set(again).size, 5000);
    assertEquals(names.take(uid("last"), "alice"), "alice-10001");
    names.release(uid(1));
    assertEquals(names.take(uid("other"), "Alice"), "Alice-2");
  });

  it("W8.2 a name is free again when the last connection of its user went", () => {
    const names = new Names();
    names.take(uid("a"), "alice");
    names.take(uid("a"), "alice");
    names.release(uid("a"));
    assertEquals(names.take(uid("b"), "alice"), "alice-2");
    names.release(uid("a"));
    assertEquals(names.take(uid("c"), "ALICE"), "ALICE");
    for (const id of ["b", "c"]) names.release(uid(id));
    assertEquals(names.count, 0);
  });

  it("W8.6 W8.2 a name may be changed to one that nobody else has, and the old one is free", () => {
    const names = new Names();
    names.take(uid("a"), "alice");
    names.take(uid("b"), "bob");
    assertEquals(names.change(uid("a"), "BOB"), false);
    assertEquals(names.find("Alice"), [uid("a")]);
    assertEquals(names.change(uid("a"), "ALICE"), true);
    assertEquals(names.change(uid("a"), "carol"), true);
    assertEquals([names.find("alice"), names.find("CAROL")], [[], [uid("a")]]);
    assertEquals(names.take(uid("a"), "other"), "carol");
    assertEquals(names.take(uid("c"), "alice"), "alice");
    for (const id of ["a", "a", "b", "c"]) names.release(uid(id));
    assertEquals(names.find("carol"), []);
    assertEquals(names.count, 0);
  });

  it("W8.2 a guest can't take the name of a token user who is there", () => {
    const names = new Names();
    assertEquals(names.take("u-17" as UserId, "Ada"), "Ada");
    assertEquals(names.take(uid("a"), "ada"), "ada-2");
    assertEquals(names.take(uid("b"), "ＡＤＡ"), "ＡＤＡ-3");
    names.release("u-17" as UserId);
    assertEquals(names.take(uid("c"), "ada"), "ada");
  });

  it("W8.2 a token user has its own name, also after a guest and beside a namesake", () => {
    const names = new Names();
    assertEquals(names.take(uid("a"), "ada"), "ada");
    assertEquals(names.take("u-17" as UserId, "Ada"), "Ada");
    assertEquals(names.take("u-18" as UserId, "Ada"), "Ada");
    assertEquals(names.find("ADA"), [uid("a"), "u-17", "u-18"]);
    assertEquals(names.change(uid("a"), "Ada"), false);
    // The guest who was there first keeps it until it goes; the next one finds it taken.
    assertEquals(names.take(uid("a"), "eve"), "ada");
    for (let times = 0; times < 2; times++) names.release(uid("a"));
    assertEquals(names.take(uid("a"), "ada"), "ada-2");
    names.release("u-17" as UserId);
    assertEquals(names.take(uid("b"), "ada"), "ada-3");
    names.release("u-18" as UserId);
    assertEquals(names.take(uid("c"), "ada"), "ada");
    for (const id of ["a", "b", "c"]) names.release(uid(id));
    assertEquals(names.count, 0);
  });

  it("W8.2 names stay valid and no two users have the same one, whoever comes and goes", async () => {
    const wish = fc.oneof(
      fc.constantFrom("alice", "Alice", "alice-2", "x".repeat(32), "X".repeat(31), "ﬁ".repeat(32)),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 32 }),
    );
    const step = fc.record({ id: fc.nat(12), wish, isComing: fc.boolean() });
    await fuzz(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const names = new Names();
      const present = new Map<number, string[]>();
      for (const { id, wish, isComing } of steps) {
        const parsed = parseUserName(wish);
        if (isComing && parsed.ok) {
          const name = names.take(uid(id), parsed.name);
          assert([...name].length <= 32 && name.isWellFormed());
          const held = present.get(id) ?? [];
          if (held[0] !== undefined) assertEquals(name, held[0]);
          present.set(id, [...held, name]);
        } else if (!isComing && present.has(id)) {
          names.release(uid(id));
          present.get(id)!.pop();
          if (present.get(id)!.length === 0) present.delete(id);
        }
        const folded = [...present.values()].map(([name]) => name!.normalize("NFKC").toLowerCase());
        assertEquals(new Set(folded).size, present.size);
        assertEquals(names.count, present.size);
      }
    }));
  });
});
