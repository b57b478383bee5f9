import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "../core/client.ts";
import { withSeveral } from "../core/several.ts";

/** What the presence messages that came say, together. */
function changesOf(client: Client): { joined: string[]; left: string[]; count?: number } {
  const told = client.takeAll("presence");
  const joined = told.flatMap(({ joined }) => joined.map(({ user }) => user));
  const left = told.flatMap(({ left }) => left.map(({ user }) => user));
  return { joined, left, ...(told.length > 0 && { count: told.at(-1)!.count }) };
}
const NOTHING = { joined: [], left: [] };

describe("presence over several instances", () => {
  it(
    "W21.1 W9.1 W9.3 members of another instance are members, and are told of when they come and go",
    withSeveral(2, async (several, one, two) => {
      const alice = await one.enter("alice", "r");
      await several.settle();
      const bob = two.connect("bob");
      bob.send({ type: "join", room: "r" });
      await several.settle();
      const joined = bob.takeAll("joined")[0]!;
      assertEquals(joined.members.map(({ user }) => user), ["alice", "bob"]);
      assertEquals(joined.count, 2);
      await several.pass(1000);
      assertEquals(changesOf(alice), { joined: ["alice", "bob"], left: [], count: 2 });
      // Who was there before is told of by `joined` alone.
      assertEquals(changesOf(bob), { joined: ["bob"], left: [], count: 2 });
      alice.send({ type: "leave", room: "r" });
      await several.pass(1000);
      assertEquals(changesOf(bob), { joined: [], left: ["alice"], count: 1 });
    }),
  );

  it(
    "W21.1 W9.1 a user on two instances is one member, and leaves with the last connection",
    withSeveral(3, async (several, one, two, three) => {
      const seer = await three.enter("seer", "r");
      const first = await one.enter("alice", "r");
      await several.settle();
      const second = await two.enter("alice", "r");
      await several.pass(1000);
      assertEquals(changesOf(seer), { joined: ["seer", "alice"], left: [], count: 2 });
      first.send({ type: "leave", room: "r" });
      await several.pass(2000);
      assertEquals(changesOf(seer), NOTHING);
      second.send({ type: "leave", room: "r" });
      await several.pass(1000);
      assertEquals(changesOf(seer), { joined: [], left: ["alice"], count: 1 });
    }),
  );

  it(
    "W21.1 W9.4 a lost connection has its grace on every instance, and comes back on any unnoticed",
    withSeveral(3, async (several, one, two, three) => {
      const seer = await three.enter("seer", "r");
      const alice = await one.enter("alice", "r");
      await several.pass(2000);
      changesOf(seer);
      alice.drop();
      await several.pass(9000);
      const back = await two.enter("alice", "r");
      await several.pass(20_000);
      assertEquals(changesOf(seer), NOTHING);
      back.drop();
      await several.pass(9000);
      assertEquals(changesOf(seer), NOTHING);
      await several.pass(2000);
      assertEquals(changesOf(seer), { joined: [], left: ["alice"], count: 1 });
    }),
  );

  it(
    "W21.2 members of a crashed instance leave after 5 s and their grace, those who came back never",
    withSeveral(3, async (several, one, two, three) => {
      const seer = await two.enter("seer", "r");
      await one.enter("alice", "r");
      await one.enter("bob", "r");
      await several.pass(2000);
      changesOf(seer);
      several.crash(one);
      await several.pass(13_000);
      assertEquals(changesOf(seer), NOTHING);
      await three.enter("alice", "r");
      await several.pass(1000);
      assertEquals(changesOf(seer), NOTHING);
      await several.pass(3000);
      assertEquals(changesOf(seer), { joined: [], left: ["bob"], count: 2 });
      await several.pass(60_000);
      assertEquals(changesOf(seer), NOTHING);
      assertEquals(two.hub.instances!.count, 1);
    }),
  );

  it(
    "W21.2 who was on an instance that is stopped is lost from then on",
    withSeveral(2, async (several, one, two) => {
      const seer = await two.enter("seer", "r");
      await one.enter("alice", "r");
      await several.pass(2000);
      changesOf(seer);
      one.hub.instances!.close();
      several.crash(one);
      several.bus.mend(several.nameOf(one));
      await several.settle();
      assertEquals(two.hub.instances!.count, 0);
      await several.pass(9000);
      assertEquals(changesOf(seer), NOTHING);
      await several.pass(2000);
      assertEquals(changesOf(seer), { joined: [], left: ["alice"], count: 1 });
    }),
  );

  it(
    "W21.8 instances that hear each other again learn what they missed, and nobody who stayed was away",
    withSeveral(2, async (several, one, two) => {
      const seer = await two.enter("seer", "r");
      const [, bob] = [await one.enter("alice", "r"), await one.enter("bob", "r")];
      await several.pass(2000);
      changesOf(seer);
      several.bus.cut(several.nameOf(one));
      await one.enter("carol", "r");
      bob!.send({ type: "leave", room: "r" });
      await several.pass(8000);
      assertEquals(changesOf(seer), NOTHING);
      several.bus.mend(several.nameOf(one));
      await several.pass(5000);
      assertEquals(changesOf(seer), { joined: ["carol"], left: [], count: 4 });
      // What was not heard when it happened may have been a move to another instance.
      await several.pass(7000);
      assertEquals(changesOf(seer), { joined: [], left: ["bob"], count: 3 });
    }),
  );

  it(
    "W21.8 a single word that is missed is found out within a second",
    withSeveral(2, async (several, one, two) => {
      const seer = await two.enter("seer", "r");
      await several.pass(2000);
      changesOf(seer);
      several.bus.fate = ({ text }) => text.includes(`"changes"`) ? "lost" : "arrives";
      await one.enter("alice", "r");
      await several.settle();
      several.bus.fate = () => "arrives";
      await several.pass(2250);
      assertEquals(changesOf(seer), { joined: ["alice"], left: [], count: 2 });
    }),
  );

  it(
    "W21.1 W9.2 pages hold the members of all instances, and a room that opens late has them too",
    withSeveral(2, async (several, one, two) => {
      for (const name of ["a", "c"]) await one.enter(name, "r");
      await several.pass(1000);
      const late = await two.enter("b", "r");
      late.send({ type: "members", room: "r", ref: "1" });
      await several.settle();
      const { members, count } = late.takeAll("members")[0]!;
      assertEquals([members.map(({ user }) => user), count], [["a", "b", "c"], 3]);
      // It is let go of while the others are still in it, and is the same when it opens again.
      late.send({ type: "leave", room: "r" });
      await several.pass(1000);
      assertEquals(two.hub.rooms.size, 0);
      assertEquals(two.hub.countIn("r"), 2);
      late.send({ type: "join", room: "r" });
      await several.settle();
      assertEquals(late.takeAll("joined")[0]!.count, 3);
    }),
  );

  it(
    "W21.6 W10.1 the list of rooms has those of other instances, and counts each user once",
    withSeveral(3, async (several, one, two, three) => {
      await one.enter("alice", ["r", "s"]);
      await several.settle();
      await two.enter("alice", "r");
      await two.enter("bob", "r");
      const asker = await three.enter("asker", "t");
      await several.settle();
      asker.send({ type: "rooms" });
      await several.settle();
      const { rooms } = asker.takeAll("rooms")[0]!;
      assertEquals(rooms.map(({ room, count }) => [room, count]), [["r", 2], ["s", 1], ["t", 1]]);
    }),
  );

  it(
    "W21.1 W9.1 moderates is that of the last connection that came in, and counts nobody twice",
    withSeveral(2, async (several, one, two) => {
      const seer = await two.enter("seer", "r");
      const moderating = [{ pattern: "*", permissions: ["moderate"] as const, from: 0 }];
      const first = await one.enter("ada", "r", { uid: "ada" });
      await several.settle();
      const second = await one.enter("ada", "r", { uid: "ada", grants: moderating });
      await several.settle();
      seer.send({ type: "members", room: "r" });
      await several.settle();
      const [ada] = seer.takeAll("members")[0]!.members;
      assertEquals(ada, { uid: "ada", user: "ada", moderates: true });
      for (const client of [first, second]) client.send({ type: "leave", room: "r" });
      await several.settle();
      assertEquals(several.membersOf("r").at(-1), ["guest:seer"]);
    }),
  );
});
