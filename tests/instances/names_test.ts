import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../../src/protocol.ts";
import type { Client } from "../core/client.ts";
import { type Several, withSeveral } from "../core/several.ts";

/** The names that a connection was told are its own from now on. */
function ownNicks(client: Client): string[] {
  return client.takeAll("nick").filter(({ room }) => room === undefined).map(({ user }) => user);
}

/** What somebody in the room is told that each member is called. */
async function membersFor(several: Several, client: Client): Promise<string[]> {
  client.send({ type: "members", room: "r" });
  await several.settle();
  return client.takeAll("members")[0]!.members.map(({ user }) => user);
}

/** What one instance says of its people does not reach another. */
function silence(several: Several, said: string, heard: string): void {
  several.bus.fate = ({ from, to, text }) =>
    from === said && to === heard && text.includes(`"here"`) ? "lost" : "arrives";
}

describe("names over several instances", () => {
  it(
    "W21.3 W8.2 a guest's name is unlike those of users on other instances",
    withSeveral(2, async (several, one, two) => {
      one.connect("alice");
      one.connect("bob", { uid: "u-1" });
      await several.settle();
      assertEquals(two.connect("a2", { name: "ALICE" }).session.user, "ALICE-2");
      assertEquals(two.connect("b2", { name: "bob" }).session.user, "bob-2");
      // A token's user has the name of its token.
      assertEquals(
        two.connect("t", { uid: "u-2", name: "alice" }).session.user,
        "alice",
      );
    }),
  );

  it(
    "W21.3 W8.2 a user has one name, whichever instance the next connection comes to",
    withSeveral(2, async (several, one, two) => {
      const first = one.connect("alice", { seal: (user) => `sealed ${user}` });
      await several.settle();
      first.take();
      const second = two.connect("alice", { name: "other" });
      assertEquals(second.session.user, "alice");
      await several.settle();
      second.send({ type: "nick", name: "carol" });
      await several.settle();
      const told = first.takeAll("nick");
      assertEquals(told, [
        { type: "nick", uid: "guest:alice", user: "carol", was: "alice", session: "sealed carol" },
      ]);
      assertEquals(second.takeAll("nick").map(({ user }) => user), ["carol"]);
      first.send({ type: "nick", name: "dora" });
      await several.settle();
      assertEquals(second.takeAll("nick").map(({ user, was }) => [user, was]), [["dora", "carol"]]);
      // The names before are free.
      assertEquals(two.connect("x", { name: "alice" }).session.user, "alice");
    }),
  );

  it(
    "W21.3 W8.6 who is on two instances and goes by another name does so on a third one",
    withSeveral(3, async (several, one, two, three) => {
      const first = one.connect("alice");
      await several.settle();
      two.connect("alice");
      await several.settle();
      first.send({ type: "nick", name: "carol" });
      await several.settle();
      assertEquals(three.hub.instances!.of("guest:alice" as UserId)?.user, "carol");
      assertEquals(three.connect("x", { name: "alice" }).session.user, "alice");
      assertEquals(three.connect("alice").session.user, "carol");
    }),
  );

  it(
    "W21.3 W8.6 W9.6 a nick is CONFLICT where somebody has it elsewhere, and is told in rooms there",
    withSeveral(2, async (several, one, two) => {
      const alice = await one.enter("alice", "r");
      const bob = await two.enter("bob", "r");
      await several.pass(2000);
      bob.take();
      alice.send({ type: "nick", name: "Bob", ref: "1" });
      await several.settle();
      assertEquals(alice.takeAll("error").map(({ code, ref }) => [code, ref]), [["CONFLICT", "1"]]);
      alice.send({ type: "nick", name: "carol" });
      await several.pass(2000);
      assertEquals(bob.take(), [
        { type: "nick", room: "r" as never, uid: "guest:alice", user: "carol", was: "alice" },
      ]);
    }),
  );

  it(
    "W21.3 of two guests who got one name at once, the later gets a number, and all agree",
    withSeveral(3, async (several, one, two, three) => {
      const seer = await three.enter("seer", "r");
      const first = one.connect("b", { name: "alice" });
      several.clock.advance(1);
      const second = two.connect("a", { name: "alice" });
      for (const guest of [first, second]) guest.send({ type: "join", room: "r" });
      await several.pass(2000);
      assertEquals(ownNicks(first), []);
      assertEquals(ownNicks(second), ["alice-2"]);
      seer.send({ type: "members", room: "r" });
      await several.settle();
      const members = seer.takeAll("members")[0]!.members.map(({ uid, user }) => [uid, user]);
      assertEquals(members, [["guest:a", "alice-2"], ["guest:b", "alice"], ["guest:seer", "seer"]]);
    }),
  );

  it(
    "W21.3 at the very same time the larger uid gives way",
    withSeveral(2, async (several, one, two) => {
      const [b, a] = [one.connect("b", { name: "alice" }), two.connect("a", { name: "alice" })];
      await several.settle();
      assertEquals(a.takeAll("nick"), []);
      assertEquals(b.takeAll("nick").map(({ user }) => user), ["alice-2"]);
    }),
  );

  it(
    "W21.3 W21.8 who got one name while instances could not hear each other differ when they can",
    withSeveral(2, async (several, one, two) => {
      several.bus.cut(several.nameOf(two));
      const here = one.connect("a", { name: "alice" });
      await several.pass(60_000);
      const there = two.connect("b", { name: "alice" });
      assertEquals(there.session.user, "alice");
      several.bus.mend(several.nameOf(two));
      await several.pass(3000);
      assertEquals(here.takeAll("nick"), []);
      assertEquals(there.takeAll("nick").map(({ user }) => user), ["alice-2"]);
    }),
  );

  it(
    "W21.2 W21.3 the names of a crashed instance are free when it is taken as crashed",
    withSeveral(2, async (several, one, two) => {
      one.connect("a", { name: "alice" });
      await several.settle();
      several.crash(one);
      await several.pass(4000);
      assertEquals(two.connect("b", { name: "alice" }).session.user, "alice-2");
      await several.pass(2000);
      assertEquals(two.connect("c", { name: "alice" }).session.user, "alice");
    }),
  );

  it(
    "W21.6 W10.14 a direct finds by name who is connected to another instance",
    withSeveral(2, async (several, one, two) => {
      const alice = one.connect("alice");
      const bob = two.connect("bob");
      await several.settle();
      alice.send({ type: "direct", to: "Bob", text: "hi", ref: "1" });
      alice.send({ type: "direct", to: "guest:bob", text: "hi", ref: "2" });
      alice.send({ type: "direct", to: "carol", text: "hi", ref: "3" });
      await several.settle();
      assertEquals(alice.takeAll("ack").map(({ ref, room }) => [ref, room as string]), [
        ["1", "@guest:alice,guest:bob"],
        ["2", "@guest:alice,guest:bob"],
      ]);
      bob.take();
    }),
  );

  it(
    "W21.3 W8.2 a name is free everywhere when its user has gone",
    withSeveral(2, async (several, one, two) => {
      const alice = one.connect("a", { name: "alice" });
      await several.settle();
      alice.drop();
      await several.settle();
      const next = two.connect("b", { name: "alice" });
      assertEquals(next.session.user, "alice");
    }),
  );

  it(
    "W21.3 who comes from a crashed instance to one that did not know it has the name there, in all rooms",
    withSeveral(3, async (several, one, two, three) => {
      const seer = await three.enter("seer", "r");
      silence(several, "i1", "i2");
      await one.enter("a", "r", { name: "ann" });
      await several.settle();
      several.crash(one);
      await two.enter("a", "r", { name: "Bo" });
      await several.settle();
      assertEquals(await membersFor(several, seer), ["Bo", "seer"]);
    }),
  );

  it(
    "W21.3 of two names of a user the earlier one is back when the instance of the later one crashes",
    withSeveral(3, async (several, one, two, three) => {
      const seer = await three.enter("seer", "r");
      several.bus.fate = ({ from, to }) => from !== "i3" && to !== "i3" ? "lost" : "arrives";
      await one.enter("a", "r", { name: "Bo" });
      several.clock.advance(1);
      await two.enter("a", "r", { name: "ann" });
      await several.settle();
      assertEquals(await membersFor(several, seer), ["ann", "seer"]);
      several.crash(two);
      await several.pass(6000);
      assertEquals(await membersFor(several, seer), ["Bo", "seer"]);
    }),
  );

  it(
    "W21.3 who is only on another instance any more has the name there",
    withSeveral(2, async (several, one, two) => {
      const seer = await two.enter("seer", "r");
      await one.enter("a", "r", { name: "ann" });
      silence(several, "i2", "i1");
      several.bus.cut("i1");
      await several.pass(6000);
      const there = await two.enter("a", "r", { name: "Bo" });
      several.bus.mend("i1");
      await several.pass(2000);
      assertEquals(await membersFor(several, seer), ["Bo", "seer"]);
      there.drop();
      await several.settle();
      assertEquals(await membersFor(several, seer), ["ann", "seer"]);
    }),
  );

  it(
    "W21.3 who brings a name from a crashed instance gives way to who has had it for longer",
    withSeveral(2, async (several, one, two) => {
      one.connect("b", { name: "ann" });
      await several.settle();
      several.crash(one);
      const three = await several.start();
      const first = three.connect("a", { name: "ann" });
      await several.settle();
      const second = two.connect("b", { name: "ann" });
      await several.settle();
      assertEquals(second.take().map(({ type }) => type), ["welcome", "nick"]);
      assertEquals([first, second].map(({ session }) => session.user), ["ann", "ann-2"]);
    }),
  );
});
