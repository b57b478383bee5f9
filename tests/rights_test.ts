import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Grant } from "../src/identity.ts";
import type { Permission, RoomName } from "../src/protocol.ts";
import { type JoinPolicy, Rights } from "../src/rights.ts";
import { fuzz } from "./core/fuzz.ts";

const PERMISSIONS = ["read", "write", "moderate"] as const;

const publicRooms = (joinPolicy: JoinPolicy) => ({ joinPolicy, rooms: ["lobby"] as RoomName[] });

/** What may be done there, such as "read write". */
function allowed(rights: Rights, room: string): string {
  return PERMISSIONS.filter((permission) => rights.may(permission, room as RoomName)).join(" ");
}

function granted(grants: Record<string, Permission[]>, joinPolicy: JoinPolicy = "open"): Rights {
  const list = Object.entries(grants).map(([pattern, permissions]) => ({
    pattern,
    permissions,
    from: 0,
  }));
  return new Rights({ grants: list }, publicRooms(joinPolicy));
}

describe("rights", () => {
  for (
    const [policy, lobby, other] of [
      ["open", "read write", "read write"],
      ["listed", "read write", ""],
      ["token", "", ""],
    ] as const
  ) {
    it(`W10.3 JOIN_POLICY=${policy} says what is public to whom no rooms are named`, () => {
      const rights = new Rights({}, publicRooms(policy));
      assertEquals([allowed(rights, "lobby"), allowed(rights, "other")], [lobby, other]);
      assertEquals(rights.seesAll, policy === "open");
    });

    it(`W10.3 under ${policy}, whose credential names rooms has those and no others`, () => {
      const rights = granted({ mine: ["write"] }, policy);
      const rooms = ["mine", "lobby", "other"].map((room) => allowed(rights, room));
      assertEquals([rooms, rights.seesAll], [["read write", "", ""], false]);
    });

    it(`W10.3 under ${policy}, an administrator may do everything everywhere`, () => {
      const grants = [{ pattern: "*", permissions: [], from: 5 }];
      const rights = new Rights({ isAdmin: true, grants }, publicRooms(policy));
      assertEquals(allowed(rights, "other"), "read write moderate");
      assertEquals([rights.seesAll, rights.from("other" as RoomName)], [true, 0]);
    });
  }

  it("W10.3 moderate includes write, and write includes read", () => {
    const rights = granted({ m: ["moderate"], w: ["write"], r: ["read"], n: [] });
    const rooms = ["m", "w", "r", "n"].map((room) => allowed(rights, room));
    assertEquals(rooms, ["read write moderate", "read write", "read", ""]);
  });

  it("W10.3 the longest pattern decides alone, and a room's own name before every pattern", () => {
    const rights = granted({
      "*": ["read"],
      "team-*": ["write"],
      "team-a*": [],
      "team-ab": ["moderate"],
      "team-ab*": ["read"],
    });
    const rooms = ["x", "team", "team-", "team-b", "team-a", "team-ac", "team-ab", "team-abc"];
    assertEquals(rooms.map((room) => allowed(rights, room)), [
      ...["read", "read", "read write", "read write", "", "", "read write moderate", "read"],
    ]);
  });

  it("W10.3 a star stands for the rest only at the end", () => {
    const rights = granted({ "a*b": ["write"], "*c": ["write"], "[a-z]*": ["write"] });
    for (const room of ["ab", "axb", "xc", "c", "a"]) assertEquals(allowed(rights, room), "");
  });

  it("W10.1 the rooms that it names one by one are those it may read", () => {
    const rights = granted({ a: ["read"], b: [], "c*": ["write"], d: ["moderate"] });
    assertEquals(rights.named, ["a", "d"] as RoomName[]);
    assertEquals(new Rights({}, publicRooms("open")).named, []);
  });

  it("W10.5 the pattern that decides also says since when", () => {
    const grants: Grant[] = [
      { pattern: "a*", permissions: ["read"], from: 100 },
      { pattern: "ab", permissions: ["read"], from: 0 },
    ];
    const rights = new Rights({ grants }, publicRooms("open"));
    assertEquals(["ab", "ac", "x"].map((room) => rights.from(room as RoomName)), [0, 100, 0]);
  });

  const name = fc.stringMatching(/^[ab]{1,4}$/);
  const grant = fc.record({
    pattern: fc.tuple(fc.stringMatching(/^[ab]{0,4}$/), fc.constantFrom("", "*")).map((parts) =>
      parts.join("")
    ),
    permissions: fc.subarray([...PERMISSIONS]),
    from: fc.nat(),
  });
  const grantLists = fc.uniqueArray(grant, { selector: ({ pattern }) => pattern, maxLength: 12 });

  it("W10.3 of any grants the one decides that says most about the room", async () => {
    const says = ({ pattern }: Grant, room: string): number => {
      if (pattern === room) return Infinity;
      const isMatch = pattern.at(-1) === "*" && room.startsWith(pattern.replace("*", ""));
      return isMatch ? pattern.length : 0;
    };
    await fuzz(
      fc.property(grantLists, fc.array(name), (grants, rooms) => {
        const rights = new Rights({ grants }, publicRooms("open"));
        for (const room of rooms) {
          const [best] = grants.filter((grant) => says(grant, room) > 0)
            .sort((a, b) => says(b, room) - says(a, room));
          const most = Math.max(
            -1,
            ...(best?.permissions ?? []).map((permission) => PERMISSIONS.indexOf(permission)),
          );
          const expected = PERMISSIONS.slice(0, most + 1).join(" ");
          assertEquals(allowed(rights, room), expected, `${JSON.stringify(grants)} in ${room}`);
          assertEquals(rights.from(room as RoomName), best?.from ?? 0);
        }
      }),
      5,
    );
  });

  it("W10.3 neither the order of the grants nor what was asked before changes anything", async () => {
    await fuzz(
      fc.property(grantLists, fc.array(name, { minLength: 1 }), (grants, rooms) => {
        const one = new Rights({ grants }, publicRooms("open"));
        const other = new Rights({ grants: grants.toReversed() }, publicRooms("open"));
        const asked = rooms.map((room) => allowed(one, room));
        assertEquals(rooms.toReversed().map((room) => allowed(other, room)), asked.toReversed());
        assertEquals(rooms.map((room) => allowed(one, room)), asked);
      }),
      5,
    );
  });

  it("W10.13 nothing may be done in a direct conversation, which is for its two alone", () => {
    const named = granted({ "*": ["moderate"], "@a,b": ["moderate"] });
    const admin = new Rights({ isAdmin: true }, publicRooms("open"));
    for (const rights of [named, admin, new Rights({}, publicRooms("open"))]) {
      assertEquals([allowed(rights, "@a,b"), rights.from("@a,b" as RoomName)], ["", 0]);
      assertEquals(rights.named, []);
    }
  });

  it("more rooms than it remembers are judged right all the same", () => {
    const rights = granted({ "1*": ["read"] });
    for (let room = 0; room < 2500; room++) {
      assertEquals(allowed(rights, `${room}`), `${room}`.startsWith("1") ? "read" : "");
    }
    assert(rights.may("read", "1" as RoomName));
  });
});
