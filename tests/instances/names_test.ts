import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../../src/protocol.ts";
import type { Client } from "../core/client.ts";
import { withSeveral } from "../core/several.ts";

/** The names that a connection was told are its own from now on. */
function ownNicks(client: Client): string[] {
  return client.takeAll("nick").filter(({ room }) => room === undefined).map(({ user }) => user);
}

describe("names over several instances", () => {
  it(
    "W21.3 W8.2 a guest's name is unlike those of users on other instances",
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      one!.connect("alice");
      one!.connect("bob", { uid: "u-1" });
      await several.settle();
      assertEquals(two!.connect("a2", { name: "ALICE" }).session.user, "ALICE-2");
      assertEquals(two!.connect("b2", { name: "bob" }).session.user, "bob-2");
      // A token's user has the name of its token.
      assertEquals(
        two!.connect("t", { uid: "u-2", name: "alice" }).session.user,
        "alice",
      );
    }),
  );

  it(
    "W21.3 W8.2 a user has one name, whichever instance the next connection comes to",
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      const first = one!.connect("alice", { seal: (user) => `sealed ${user}` });
      await several.settle();
      first.take();
      const second = two!.connect("alice", { name: "other" });
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
      assertEquals(two!.connect("x", { name: "alice" }).session.user, "alice");
    }),
  );

  it(
    "W21.3 W8.6 who is on two instances and goes by another name does so on a third one",
    withSeveral(3, async (several) => {
      const [one, two, three] = several.cores;
      const first = one!.connect("alice");
      await several.settle();
      two!.connect("alice");
      await several.settle();
      first.send({ type: "nick", name: "carol" });
      await several.settle();
      assertEquals(three!.hub.instances!.of("guest:alice" as UserId)?.user, "carol");
      assertEquals(three!.connect("x", { name: "alice" }).session.user, "alice");
      assertEquals(three!.connect("alice").session.user, "carol");
    }),
  );

  it(
    "W21.3 W8.6 W9.6 a nick is CONFLICT where somebody has it elsewhere, and is told in rooms there",
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      const alice = await one!.enter("alice", "r");
      const bob = await two!.enter("bob", "r");
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
    withSeveral(3, async (several) => {
      const [one, two, three] = several.cores;
      const seer = await three!.enter("seer", "r");
      const first = one!.connect("b", { name: "alice" });
      several.clock.advance(1);
      const second = two!.connect("a", { name: "alice" });
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
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      const [b, a] = [one!.connect("b", { name: "alice" }), two!.connect("a", { name: "alice" })];
      await several.settle();
      assertEquals(a.takeAll("nick"), []);
      assertEquals(b.takeAll("nick").map(({ user }) => user), ["alice-2"]);
    }),
  );

  it(
    "W21.3 W21.8 who got one name while instances could not hear each other differ when they can",
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      several.bus.cut(several.nameOf(two!));
      const here = one!.connect("a", { name: "alice" });
      await several.pass(60_000);
      const there = two!.connect("b", { name: "alice" });
      assertEquals(there.session.user, "alice");
      several.bus.mend(several.nameOf(two!));
      await several.pass(3000);
      assertEquals(here.takeAll("nick"), []);
      assertEquals(there.takeAll("nick").map(({ user }) => user), ["alice-2"]);
    }),
  );

  it(
    "W21.2 W21.3 the names of a crashed instance are free when it is taken as crashed",
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      one!.connect("a", { name: "alice" });
      await several.settle();
      several.crash(one!);
      await several.pass(4000);
      assertEquals(two!.connect("b", { name: "alice" }).session.user, "alice-2");
      await several.pass(2000);
      assertEquals(two!.connect("c", { name: "alice" }).session.user, "alice");
    }),
  );

  it(
    "W21.6 W10.14 a direct finds by name who is connected to another instance",
    withSeveral(2, async (several) => {
      const [one, two] = several.cores;
      const alice = one!.connect("alice");
      const bob = two!.connect("bob");
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
    withSeveral(2, async (several) => {
      const alice = several.cores[0]!.connect("a", { name: "alice" });
      await several.settle();
      alice.drop();
      await several.settle();
      const next = several.cores[1]!.connect("b", { name: "alice" });
      assertEquals(next.session.user, "alice");
    }),
  );
});
