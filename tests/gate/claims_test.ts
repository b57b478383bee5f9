import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readClaims } from "../../src/gate/claims.ts";

const GOOD = { sub: "u-17", exp: 1_800_000_600, iat: 1_800_000_000 };

function read(claims: object) {
  const parsed = readClaims({ ...GOOD, ...claims });
  assert(parsed.ok, parsed.ok ? "" : parsed.message);
  return parsed.identity;
}

const SUBS = ["a", "auth0|65f0", "https://id.example/u/1", "ada@example.org", "é".repeat(64), "王"];
const NO_SUBS = [
  "",
  "a".repeat(129),
  "é".repeat(65),
  "guest:x",
  "bot:x",
  "hook:x",
  "a b",
  "a,b",
  "a\nb",
  "a\0b",
  "a\u00a0b",
  "a\u2028b",
  "a\u200bb",
  "a\u202eb",
  "a\ud800",
  17,
  null,
  ["a"],
  undefined,
];

const ROOMS: [rooms: object, grants: object[]][] = [
  [{}, []],
  [{ general: ["read"] }, [{ pattern: "general", permissions: ["read"], from: 0 }]],
  [{ "*": [] }, [{ pattern: "*", permissions: [], from: 0 }]],
  [
    { "team-*": ["read", "write", "moderate"], "cafe\u0301": ["read"] },
    [
      { pattern: "team-*", permissions: ["read", "write", "moderate"], from: 0 },
      { pattern: "caf\u00e9", permissions: ["read"], from: 0 },
    ],
  ],
  [
    { "class-7": { permissions: ["read"], from: 1_700_000_000.5 } },
    [{ pattern: "class-7", permissions: ["read"], from: 1_700_000_000_500 }],
  ],
  [{ x: { permissions: ["write"] } }, [{ pattern: "x", permissions: ["write"], from: 0 }]],
];
const NO_ROOMS = [
  null,
  "general",
  ["general"],
  17,
  { general: "read" },
  { general: ["READ"] },
  { general: ["read", "delete"] },
  { general: null },
  { general: {} },
  { general: { permissions: ["read"], form: 1 } },
  { general: { permissions: ["read"], from: "yesterday" } },
  { general: { permissions: ["read"], from: -1 } },
  { general: { permissions: ["read"], from: 1e300 } },
  { "": ["read"] },
  { "a*b": ["read"] },
  { "**": ["read"] },
  { "*a": ["read"] },
  { "a b": ["read"] },
  { ".hidden": ["read"] },
  { "@a,b": ["read"] },
  { ["x".repeat(66)]: ["read"] },
  JSON.parse('{"__proto__": ["read"]}'),
];

describe("W15.8 the claims of a token", () => {
  it("sub is the uid, and stands in for a name that is missing", () => {
    for (const sub of SUBS) assertEquals(read({ sub }).uid, sub);
    assertEquals(read({}).name, "u-17");
    assertEquals(read({ sub: "x".repeat(128) }).name, "x".repeat(32));
    // A sub that can be no name still gives one, always the same.
    const { name } = read({ sub: "аd\u0338\u0337\u0336\u0335\u0334min" });
    assertMatch(name, /^user-[0-9a-f]{8}$/);
    assertEquals(read({ sub: "аd\u0338\u0337\u0336\u0335\u0334min" }).name, name);
  });

  it("name is a name by the rules of names", () => {
    assertEquals(read({ name: " Ada  Lovelace " }).name, "Ada Lovelace");
    for (const name of ["", "x".repeat(33), "Аda", "a\nb", 17, null, {}]) {
      const parsed = readClaims({ ...GOOD, name });
      assertMatch(parsed.ok ? "" : parsed.message, /^the token's claim name must be /);
    }
  });

  it("exp and iat are times", () => {
    const { expires, issuedAt } = read({ exp: 1_800_000_600.9996, iat: undefined });
    assertEquals([expires, issuedAt], [1_800_000_600_999, 0]);
    for (const claim of ["exp", "iat"]) {
      for (const value of ["1800000600", -1, 1e300, NaN, null]) {
        const parsed = readClaims({ ...GOOD, [claim]: value });
        assertMatch(
          parsed.ok ? "" : parsed.message,
          new RegExp(`^the token's claim ${claim} must`),
        );
      }
    }
  });

  it("a wrong sub is refused", () => {
    for (const sub of NO_SUBS) {
      const parsed = readClaims({ ...GOOD, sub });
      assertMatch(
        parsed.ok ? String(sub) : parsed.message,
        /^the token's claim sub must be 1 to 128/,
      );
    }
  });

  it("rooms says what may be done where; without it, every public room", () => {
    for (const [rooms, grants] of ROOMS) assertEquals<unknown>(read({ rooms }).grants, grants);
    assertEquals("grants" in read({}), false);
  });

  it("a wrong rooms is refused, and never taken for less or for none", () => {
    for (const rooms of NO_ROOMS) {
      const parsed = readClaims({ ...GOOD, rooms });
      assertMatch(
        parsed.ok ? JSON.stringify(rooms) : parsed.message,
        /^the token's claim rooms must be an object such as /,
      );
    }
  });

  it("admin is true or false", () => {
    assertEquals(read({ admin: true }).isAdmin, true);
    for (const claims of [{}, { admin: false }]) assertEquals("isAdmin" in read(claims), false);
    for (const admin of ["true", 1, null, {}]) {
      const parsed = readClaims({ ...GOOD, admin });
      assertMatch(
        parsed.ok ? "" : parsed.message,
        /^the token's claim admin must be true or false/,
      );
    }
  });

  it("what else a token says is nothing of ours", () => {
    assertEquals(read({ isAdmin: true, grants: [], uid: "root", seal: 1 }), read({}));
  });
});
