import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { announce } from "../../src/announcement.ts";
import { withSeveral } from "../core/several.ts";

const frame = (room: string, payload: number[]) =>
  new Uint8Array([room.length, ...new TextEncoder().encode(room), ...payload]);

describe("what passes between instances", () => {
  it(
    "W21.4 W10.2 typing goes to members on other instances, and to instances with members alone",
    withSeveral(3, async (several, one, two, three) => {
      const alice = await one.enter("alice", "r");
      await several.settle();
      const again = await two.enter("alice", "r");
      const bob = await two.enter("bob", "r");
      const carol = await three.enter("carol", "other");
      await several.pass(2000);
      for (const client of [again, bob, carol]) client.take();
      several.bus.takeTypes("i3");
      alice.send({ type: "typing", room: "r", on: true });
      await several.settle();
      assertEquals(bob.take(), [
        { type: "typing", room: "r" as never, uid: "guest:alice", user: "alice", on: true },
      ]);
      assertEquals([again.take(), carol.take()], [[], []]);
      assertEquals(several.bus.takeTypes("i3"), []);
    }),
  );

  it(
    "W21.4 W11.1 binary goes to the other members wherever they are, byte for byte",
    withSeveral(2, async (several, one, two) => {
      const alice = await one.enter("alice", "r");
      await several.settle();
      const [again, bob] = [await two.enter("alice", "r"), await two.enter("bob", "r")];
      await several.pass(2000);
      for (const client of [alice, again, bob]) client.take();
      const bytes = Array.from({ length: 256 }, (_, index) => index);
      alice.session.binary(frame("r", bytes));
      await several.settle();
      const uid = [...new TextEncoder().encode("guest:alice")];
      const expected = [new Uint8Array([1, 114, uid.length, ...uid, ...bytes])];
      assertEquals(bob.takeFrames(), expected);
      assertEquals(again.takeFrames(), expected);
      assertEquals(alice.takeFrames(), []);
    }),
  );

  it(
    "W21.4 W10.10 a marker goes to the user's connections on other instances, and to no other",
    withSeveral(3, async (several, one, two, three) => {
      const alice = await one.enter("alice", "r");
      await several.settle();
      const [again, bob] = [await two.enter("alice", []), await three.enter("bob", "r")];
      alice.send({ type: "chat", room: "r", text: "hi" });
      await several.pass(2000);
      for (const client of [alice, again, bob]) client.take();
      several.bus.takeTypes("i3");
      alice.send({ type: "read", room: "r", seq: 1 });
      await several.settle();
      assertEquals(again.take(), [{ type: "read", room: "r" as never, seq: 1 }]);
      assertEquals([alice.take(), bob.take()], [[], []]);
      assertEquals(several.bus.takeTypes("i3"), []);
      await several.pass(2000);
      again.send({ type: "join", room: "r" });
      await several.settle();
      assertEquals(again.takeAll("joined")[0]!.read, 1);
    }),
  );

  it(
    "W10.10 who comes back to an instance is shown what they have read on another",
    withSeveral(2, async (several, one, two) => {
      const alice = await one.enter("alice", "r");
      for (const text of ["one", "two"]) alice.send({ type: "chat", room: "r", text });
      await several.settle();
      const there = await two.enter("alice", "r");
      await two.enter("bob", "r");
      there.send({ type: "read", room: "r", seq: 1 });
      await several.pass(2000);
      there.drop();
      await several.settle();
      alice.send({ type: "read", room: "r", seq: 2 });
      await several.pass(5000);
      const back = two.connect("alice");
      back.send({ type: "join", room: "r" });
      await several.settle();
      assertEquals(back.takeAll("joined")[0]!.read, 2);
    }),
  );

  it(
    "W10.10 a marker that comes late and is older is told to nobody",
    withSeveral(2, async (several, _one, two) => {
      const alice = await two.enter("alice", "r");
      for (const text of ["one", "two"]) alice.send({ type: "chat", room: "r", text });
      await several.settle();
      alice.take();
      for (const upTo of [2, 1]) {
        const word = { type: "read", room: "r", uid: "guest:alice", upTo };
        several.bus.forge("i1", "i2", JSON.stringify(word));
      }
      await several.settle();
      assertEquals(alice.takeAll("read").map(({ seq }) => seq), [2]);
    }),
  );

  it(
    "W21.4 W10.12 who is mentioned hears of it on other instances, where they may read it",
    withSeveral(2, async (several, one, two) => {
      const alice = await one.enter("alice", "r");
      const bob = await two.enter("bob", "r");
      const blind = two.connect("bob", { grants: [] });
      await several.pass(2000);
      for (const client of [bob, blind]) client.take();
      alice.send({ type: "chat", room: "r", text: "hello @Bob, and @alice" });
      await several.settle();
      assertEquals(bob.takeAll("mention"), [
        { type: "mention", room: "r" as never, seq: 1, uid: "guest:alice", user: "alice" },
      ]);
      assertEquals(blind.takeAll("mention"), []);
      assertEquals(alice.takeAll("mention"), []);
    }),
  );

  it(
    "W21.4 W10.14 an entry of a direct conversation goes once to every connection of both, joined or not",
    withSeveral(3, async (several, one, two, three) => {
      const alice = one.connect("alice");
      const [bob, carol] = [two.connect("bob"), three.connect("carol")];
      await several.settle();
      const second = two.connect("alice");
      await several.settle();
      for (const client of [alice, second, bob, carol]) client.take();
      several.bus.takeTypes("i3");
      for (const text of ["one", "two"]) alice.send({ type: "direct", to: "bob", text });
      await several.settle();
      for (const client of [second, bob]) {
        const said = client.takeAll("chat").map(({ seq, text, user }) => [seq, text, user]);
        assertEquals(said, [[1, "one", "alice"], [2, "two", "alice"]]);
      }
      assertEquals([carol.take(), several.bus.takeTypes("i3")], [[], []]);
      // What opens the room from here on is told of by the log.
      assertEquals(two.hub.rooms.size, 0);
      alice.take();
    }),
  );

  it(
    "W21.4 W10.14 what the room's log brings by itself is not given again by the word of it",
    withSeveral(2, async (several, one, two) => {
      const alice = one.connect("alice");
      const [bob, second] = [two.connect("bob"), two.connect("alice")];
      await several.settle();
      alice.send({ type: "direct", to: "bob", text: "one" });
      await several.settle();
      for (const client of [bob, second]) client.take();
      const room = "@guest:alice,guest:bob";
      bob.send({ type: "join", room });
      await several.settle();
      assertEquals(bob.takeAll("joined")[0]!.messages.length, 1);
      const entry = {
        type: "chat",
        room,
        seq: 1,
        ts: 1,
        uid: "guest:alice",
        user: "alice",
        text: "",
      };
      for (const seq of [1, 2]) {
        several.bus.forge("i1", "i2", JSON.stringify({ type: "entry", entry: { ...entry, seq } }));
      }
      await several.settle();
      assertEquals(bob.takeAll("chat"), []);
      // The first was there before the room was opened.
      assertEquals(second.takeAll("chat").map(({ seq }) => seq), [1]);
    }),
  );

  it(
    "W21.4 W10.17 what an administrator tells everybody reaches connections on other instances",
    withSeveral(2, async (several, one, two) => {
      const [alice, bob] = [one.connect("alice"), two.connect("bob")];
      await several.settle();
      assertEquals(announce(one.hub, "down at noon"), 1);
      await several.settle();
      for (const client of [alice, bob]) {
        assertEquals(client.takeAll("system"), [{ type: "system", text: "down at noon" }]);
      }
    }),
  );
});
