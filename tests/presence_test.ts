import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { type Change, Presence } from "../src/presence.ts";
import type { UserId } from "../src/protocol.ts";
import { fuzz } from "./core/fuzz.ts";

const uid = (id: string | number) => `guest:${id}` as UserId;
const member = (id: string, user = id) => ({ uid: uid(id), user });

/** Presence with these users in it, told of. */
function presenceOf(...ids: string[]): Presence {
  const presence = new Presence();
  for (const id of ids) presence.enter(uid(id), id);
  presence.takeChange();
  return presence;
}

const NOTHING: Change = { joined: [], left: [] };

describe("presence", () => {
  it("W9.1 counts users, not connections, and shows the oldest member first", () => {
    const presence = presenceOf("c", "a", "b", "a");
    assertEquals(presence.count, 3);
    assertEquals(presence.first(100), [member("c"), member("a"), member("b")]);
    assertEquals(presence.first(2), [member("c"), member("a")]);
  });

  it("W9.2 pages are ordered by uid and follow the uid they are asked for", () => {
    const presence = presenceOf("d", "b", "a", "c", "é");
    assertEquals(presence.page(undefined, 2), { members: [member("a"), member("b")], more: true });
    assertEquals(presence.page(uid("b"), 2), { members: [member("c"), member("d")], more: true });
    assertEquals(presence.page(uid("c"), 2), { members: [member("d"), member("é")], more: false });
    assertEquals(presence.page(uid("d"), 2), { members: [member("é")], more: false });
    assertEquals(presence.page(uid("bb"), 1), { members: [member("c")], more: true });
    assertEquals(presence.page(uid("z"), 2), { members: [member("é")], more: false });
    assertEquals(presence.page(uid("é"), 2), { members: [], more: false });
  });

  it("W9.3 tells what changed, once", () => {
    const presence = presenceOf("a");
    presence.enter(uid("b"), "b");
    presence.exit(uid("a"));
    assert(presence.isChanged);
    assertEquals(presence.takeChange(), { joined: [member("b")], left: [member("a")] });
    assert(!presence.isChanged);
    assertEquals(presence.takeChange(), NOTHING);
  });

  it("W9.3 somebody who left and came back in between is in neither list", () => {
    const presence = presenceOf("a");
    presence.exit(uid("a"));
    presence.enter(uid("a"), "a");
    assert(!presence.isChanged);
    presence.enter(uid("b"), "b");
    presence.exit(uid("b"));
    assert(!presence.isChanged);
    presence.exit(uid("a"));
    presence.enter(uid("a"), "a");
    presence.exit(uid("a"));
    assertEquals(presence.takeChange(), { joined: [], left: [member("a")] });
  });

  it("W9.3 somebody who came back under another name is told of as joined", () => {
    const presence = presenceOf("a");
    presence.exit(uid("a"));
    presence.enter(uid("a"), "new");
    assertEquals(presence.takeChange(), { joined: [member("a", "new")], left: [] });
  });

  it("W9.3 somebody who came back under another name and left is told of as left", () => {
    const presence = presenceOf("a");
    presence.exit(uid("a"));
    presence.enter(uid("a"), "new");
    presence.exit(uid("a"));
    assertEquals(presence.takeChange(), { joined: [], left: [member("a")] });
  });

  it("W9.1 W9.4 somebody who comes back in their grace under another name is shown by that", () => {
    const presence = presenceOf("a", "b");
    presence.exit(uid("a"), 100);
    presence.enter(uid("a"), "new");
    assertEquals(presence.first(9), [member("a", "new"), member("b")]);
    assertEquals(presence.takeChange(), { joined: [member("a", "new")], left: [] });
    presence.sweep(1000);
    assertEquals(presence.count, 2);
  });

  it("W9.4 a lost user is there until the grace ends, and comes back unnoticed before", () => {
    const presence = presenceOf("a");
    presence.exit(uid("a"), 100);
    presence.sweep(99);
    assertEquals([presence.count, presence.isChanged], [1, false]);
    presence.enter(uid("a"), "a");
    presence.sweep(100);
    assertEquals([presence.count, presence.isChanged], [1, false]);
    presence.exit(uid("a"), 200);
    presence.sweep(200);
    assertEquals(presence.count, 0);
    assertEquals(presence.takeChange(), { joined: [], left: [member("a")] });
  });

  it("W9.4 a user with another connection never leaves", () => {
    const presence = presenceOf("a", "a", "a");
    presence.exit(uid("a"), 100);
    presence.exit(uid("a"));
    presence.sweep(1000);
    assertEquals([presence.count, presence.isChanged], [1, false]);
    presence.exit(uid("a"));
    assertEquals([presence.count, presence.isChanged], [0, true]);
  });

  it("W9.4 leaving after a second connection was lost is leaving at once", () => {
    const presence = presenceOf("a", "a");
    presence.exit(uid("a"), 100);
    presence.exit(uid("a"));
    assertEquals(presence.count, 0);
    presence.enter(uid("a"), "a");
    presence.sweep(1000);
    assertEquals(presence.count, 1);
  });
});

describe("presence of renamed users", () => {
  it("W9.6 tells the last name and the one told before, once", () => {
    const presence = presenceOf("a", "b");
    presence.rename(uid("a"), "x");
    presence.rename(uid("a"), "y");
    assert(presence.isChanged);
    assertEquals(presence.takeChange(), NOTHING);
    assertEquals(presence.takeRenamed(), [{ ...member("a", "y"), was: "a" }]);
    assertEquals(presence.first(9), [member("a", "y"), member("b")]);
    assert(!presence.isChanged);
    assertEquals(presence.takeRenamed(), []);
  });

  it("W9.6 tells nothing of who has the old name again, or is not here", () => {
    const presence = presenceOf("a");
    presence.rename(uid("a"), "x");
    presence.rename(uid("a"), "a");
    presence.rename(uid("z"), "x");
    assert(!presence.isChanged);
    assertEquals(presence.takeRenamed(), []);
  });

  it("W9.6 W9.3 who joined or left meanwhile is told of as that, by a name that was told", () => {
    const presence = presenceOf("a", "b");
    presence.enter(uid("c"), "c");
    presence.rename(uid("c"), "new");
    presence.rename(uid("a"), "x");
    presence.exit(uid("a"));
    presence.rename(uid("b"), "y");
    presence.exit(uid("b"));
    presence.enter(uid("b"), "y");
    assertEquals(presence.takeRenamed(), []);
    assertEquals(presence.takeChange(), {
      joined: [member("c", "new"), member("b", "y")],
      left: [member("a")],
    });
  });
});

describe("presence of readers", () => {
  it("W10.10 a marker only grows, and goes with its user", () => {
    const presence = presenceOf("a");
    assertEquals([presence.readTo(uid("a")), presence.readTo(uid("z"))], [0, 0]);
    assertEquals([presence.raise(uid("a"), 3), presence.raise(uid("a"), 3)], [true, false]);
    assertEquals([presence.raise(uid("a"), 2), presence.raise(uid("z"), 2)], [false, false]);
    assertEquals(presence.readTo(uid("a")), 3);
    presence.exit(uid("a"));
    presence.enter(uid("a"), "a");
    assertEquals(presence.readTo(uid("a")), 0);
  });

  it("W10.12 knows who left and has not come back", () => {
    const presence = presenceOf("a", "b");
    presence.exit(uid("a"));
    presence.exit(uid("b"), 100);
    const lately = () => ["a", "b"].map((id) => presence.lately.has(uid(id)));
    assertEquals(lately(), [true, false]);
    presence.sweep(100);
    presence.enter(uid("a"), "a");
    assertEquals(lately(), [false, true]);
  });
});

/** The same, as plainly as it can be said. */
class Naive {
  users: { id: number; user: string; connections: number; goneAt: number }[] = [];
  told = new Map<number, string>();

  find = (id: number) => this.users.find((present) => present.id === id);

  remove(gone: (present: Naive["users"][number]) => boolean): void {
    this.users = this.users.filter((present) => !gone(present));
  }

  takeChange(): Change {
    const now = new Map(this.users.map(({ id, user }) => [id, user]));
    const toMembers = (list: [number, string][]) =>
      list.map(([id, user]) => ({ uid: uid(id), user }));
    const change = {
      joined: toMembers([...now].filter(([id, user]) => this.told.get(id) !== user)),
      left: toMembers([...this.told].filter(([id]) => !now.has(id))),
    };
    this.told = now;
    return change;
  }
}

const byUid = (a: { uid: string }, b: { uid: string }) => a.uid < b.uid ? -1 : 1;
const sorted = ({ joined, left }: Change): Change => ({
  joined: joined.toSorted(byUid),
  left: left.toSorted(byUid),
});

describe("presence, fuzzed", () => {
  const id = fc.nat(5);
  const step = fc.oneof(
    fc.record({ kind: fc.constant("enter"), id, user: fc.constantFrom("x", "y") }),
    fc.record({ kind: fc.constant("enter"), id, user: fc.constantFrom("x", "y") }),
    fc.record({ kind: fc.constant("leave"), id }),
    fc.record({ kind: fc.constant("lose"), id, graceMs: fc.nat(20) }),
    fc.record({ kind: fc.constant("sweep"), passMs: fc.nat(15) }),
    fc.record({ kind: fc.constant("tell") }),
  );

  it("W9 whoever comes, goes and is lost: it agrees with a plain list", async () => {
    await fuzz(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
        const presence = new Presence();
        const naive = new Naive();
        let now = 0;
        for (const step of steps) {
          const present = "id" in step ? naive.find(step.id) : undefined;
          if (step.kind === "enter" && "user" in step) {
            // Connections of one user at a time have one name.
            const user = present && present.connections > 0 ? present.user : step.user;
            presence.enter(uid(step.id), user);
            if (present) Object.assign(present, { user, connections: present.connections + 1 });
            else naive.users.push({ id: step.id, user, connections: 1, goneAt: Infinity });
          } else if ((step.kind === "leave" || step.kind === "lose") && present?.connections) {
            const goneAt = "graceMs" in step ? now + step.graceMs : undefined;
            presence.exit(present && uid(present.id), goneAt);
            present.connections--;
            present.goneAt = goneAt ?? -1;
            naive.remove(({ connections, goneAt }) => connections === 0 && goneAt === -1);
          } else if ("passMs" in step) {
            now += step.passMs;
            presence.sweep(now);
            naive.remove(({ connections, goneAt }) => connections === 0 && now >= goneAt);
          } else if (step.kind === "tell") {
            const expected = sorted(naive.takeChange());
            const hasChanged = expected.joined.length + expected.left.length > 0;
            assertEquals(presence.isChanged, hasChanged);
            assertEquals(sorted(presence.takeChange()), expected);
          }
          const members = naive.users.map(({ id, user }) => ({ uid: uid(id), user }));
          assertEquals(presence.count, members.length);
          assertEquals(presence.first(100), members);
          assertEquals(presence.page(undefined, 100).members, members.toSorted(byUid));
        }
      }),
      5,
    );
  });
});
