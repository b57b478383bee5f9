import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { GuestSessions } from "../../src/gate/guest.ts";
import { parseUserName } from "../../src/user_name.ts";

const DAY_MS = 24 * 3_600_000;
const NOW = 1_800_000_000_000;
const ann = { uid: "guest:abcdefgh", user: "ann" };
const guests = new GuestSessions("secret", "binding");

/** What a session given out then opens to. */
const of = (guest: { uid: string; user: string }, issuedAt = NOW) => ({ ...guest, issuedAt });

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 32, unit: "grapheme-ascii" }),
  fc.string({ minLength: 1, maxLength: 32, unit: fc.constantFrom(..."аяЁ東京ひ한😀é7 ") }),
).map((name) => parseUserName(name)).filter((parsed) => parsed.ok).map(({ name }) => name);

describe("W8.3 a guest's session", () => {
  it("gives back uid and name, and when it was given out", () => {
    assertEquals(guests.open(guests.seal(ann, NOW), NOW), of(ann));
  });

  it("gives back uid and name, whoever it is", () => {
    const uids = fc.base64String().map((id) => `guest:${id}`);
    fc.assert(fc.property(uids, names, (uid, user) => {
      assertEquals(guests.open(guests.seal({ uid, user }, NOW), NOW), of({ uid, user }));
    }));
  });

  it("can stand in an address, in a header and in a subprotocol as it is", () => {
    fc.assert(fc.property(names, (user) => {
      assertMatch(guests.seal({ uid: "guest:a", user }, NOW), /^[A-Za-z0-9_.-]+$/);
    }));
  });

  it("is good until 30 days after it was given out", () => {
    const session = guests.seal(ann, NOW);
    assertEquals(guests.open(session, NOW + 30 * DAY_MS - 1), of(ann));
    assertEquals(guests.open(session, NOW + 30 * DAY_MS), undefined);
    assertEquals(guests.open(session, NOW + 365 * DAY_MS), undefined);
  });

  it("is good for 30 days more when it is given out again", () => {
    const later = NOW + 29 * DAY_MS;
    const again = guests.seal(guests.open(guests.seal(ann, NOW), later)!, later);
    assertEquals(guests.open(again, NOW + 58 * DAY_MS), of(ann, later));
  });

  it("is void when one character anywhere is another", () => {
    const session = guests.seal(ann, NOW);
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ %"];
    for (let index = 0; index < session.length; index++) {
      for (const letter of letters) {
        if (session[index] === letter) continue;
        const changed = session.slice(0, index) + letter + session.slice(index + 1);
        assertEquals(guests.open(changed, NOW), undefined, `${letter} at ${index}`);
      }
    }
  });

  it("is void when characters are added, taken away or moved", () => {
    fc.assert(fc.property(names, fc.nat(), fc.nat(8), fc.string(), (user, at, cut, put) => {
      const session = guests.seal({ uid: "guest:a", user }, NOW);
      const from = at % (session.length + 1);
      const changed = session.slice(0, from) + put + session.slice(from + cut);
      assert(changed === session || guests.open(changed, NOW) === undefined, changed);
    }));
    const session = guests.seal(ann, NOW);
    for (const changed of [`${session}.`, `${session}.x`, `.${session}`, ` ${session}`]) {
      assertEquals(guests.open(changed, NOW), undefined, changed);
    }
  });

  it("is void under another secret and under another binding", () => {
    const session = guests.seal(ann, NOW);
    assertEquals(new GuestSessions("secret", "binding").open(session, NOW), of(ann));
    for (
      const [secret, binding] of [
        ["Secret", "binding"],
        ["", "binding"],
        ["secret", "open"],
        ["secret", ""],
        ["secret", "binding "],
      ] as const
    ) {
      assertEquals(new GuestSessions(secret, binding).open(session, NOW), undefined);
    }
  });

  it("can't be made of the parts of two", () => {
    const [first, second] = [ann, { uid: "guest:other", user: "ann" }]
      .map((guest) => guests.seal(guest, NOW).split("."));
    assertNotEquals(first, second);
    assertEquals(guests.open(`${first![0]}.${second![1]}`, NOW), undefined);
    assertEquals(guests.open(`${second![0]}.${first![1]}`, NOW), undefined);
  });

  it("is nothing that somebody made up, and that is no fault of ours", () => {
    const { length } = guests.seal(ann, NOW).split(".")[1]!;
    for (const value of ["", ".", "..", "a.b", "a.", ".b", "a.b.c", "é.é", "😀".repeat(length)]) {
      assertEquals(guests.open(value, NOW), undefined, value);
    }
    fc.assert(fc.property(fc.string({ unit: "binary" }), (value) => {
      assertEquals(guests.open(value, NOW), undefined);
      assertEquals(guests.open(`${value}.${"x".repeat(length)}`, NOW), undefined);
      assertEquals(guests.open(`${value}.${"é".repeat(length)}`, NOW), undefined);
    }));
  });

  it("is void when its name is none that the rules of names allow", () => {
    for (const user of ["", " ", "x".repeat(33), "a\nb", "\0"]) {
      assertEquals(guests.open(guests.seal({ uid: "guest:a", user }, NOW), NOW), undefined);
    }
  });
});
