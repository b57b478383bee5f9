import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import { withCore } from "./core/core.ts";

const ROOM = "general";
const TOO_BIG = { code: 1009, reason: "message too big" };

/** A chat whose frame has exactly so many bytes of UTF-8. */
function frameOf(bytes: number, filling: string): string {
  const empty = JSON.stringify({ type: "chat", room: ROOM, text: "" });
  const size = new TextEncoder().encode(filling).length;
  const left = bytes - empty.length;
  const text = filling.repeat(Math.floor(left / size)) + "x".repeat(left % size);
  return JSON.stringify({ type: "chat", room: ROOM, text });
}

describe("session close", () => {
  for (const filling of ["x", "é", "漢", "😀"]) {
    it(
      `W2.1 a text frame of MAX_MESSAGE_BYTES is done, one byte more closes 1009 (${filling})`,
      withCore(async (core) => {
        const alice = await core.enter("alice", ROOM);
        alice.session.text(frameOf(16384, filling));
        await core.settle();
        assertEquals(alice.take().map(({ type }) => type), ["chat"]);
        assertEquals(alice.socket.closedWith, undefined);
        alice.session.text(frameOf(16385, filling));
        await core.settle();
        assertEquals(alice.socket.closedWith, TOO_BIG);
        assertEquals(alice.take(), []);
        assertEquals(core.store.appends, [1]);
      }),
    );
  }

  it(
    "W2.1 a frame too large is not even looked into: nothing in it is done",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const line = JSON.stringify({ type: "chat", room: ROOM, text: "x".repeat(300) });
      alice.session.text(Array(64).fill(line).join("\n"));
      await core.settle();
      assertEquals(alice.socket.closedWith, TOO_BIG);
      assertEquals(core.store.appends, []);
    }),
  );

  it(
    "W2.1 a binary frame of MAX_MESSAGE_BYTES is relayed, one byte more closes 1009",
    withCore(async (core) => {
      const alice = await core.enter("alice", "a");
      const bob = await core.enter("bob", "a");
      const frame = (bytes: number) =>
        Uint8Array.from({ length: bytes }, (_, i) => [1, 97][i] ?? 0);
      alice.session.binary(frame(16384));
      await core.settle();
      assertEquals(bob.takeFrames().length, 1);
      alice.session.binary(frame(16385));
      await core.settle();
      assertEquals(bob.takeFrames(), []);
      assertEquals(alice.socket.closedWith, TOO_BIG);
    }),
  );

  it(
    "after a close of ours nothing is done or sent, and the user is in their grace",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      await core.pass(1000);
      for (const client of [alice, bob]) client.take();
      alice.send({ type: "ping" });
      alice.session.text("x".repeat(20_000));
      alice.send({ type: "chat", room: ROOM, text: "hi" });
      alice.session.text("x".repeat(20_000));
      alice.session.binary(new Uint8Array(20_000));
      bob.send({ type: "chat", room: ROOM, text: "bye" });
      await core.settle();
      assertEquals(alice.take(), []);
      assertEquals(alice.socket.closedWith, TOO_BIG);
      assertEquals(bob.take().map(({ type }) => type), ["chat"]);
      assertEquals(core.hub.rooms.get(ROOM as RoomName)?.presence.count, 2);
      assertEquals(core.hub.sessions.size, 2);
      await core.pass(12_000);
      assertEquals(bob.takeOne("presence").left.map(({ user }) => user), ["alice"]);
    }),
  );

  it(
    "a peer that never answers a close is no member, has no name, and is swept without a fault",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM, { hasHeartbeat: true });
      await core.pass(60_000);
      assertEquals(alice.socket.closedWith?.code, 4000);
      assertEquals([core.hub.rooms.size, core.hub.names.count], [0, 0]);
      assertEquals(core.hub.sessions.size, 1);
    }),
  );

  it(
    "a connection that ends leaves every room, forgets what waits, and stores what was said",
    withCore(async (core) => {
      const alice = await core.enter("alice", [ROOM, "other"]);
      const bob = await core.enter("bob", ROOM);
      core.store.hold("append");
      alice.send({ type: "chat", room: ROOM, text: "one" }, { type: "leave", room: ROOM });
      alice.send({ type: "chat", room: "other", text: "two" });
      await core.settle();
      alice.drop(1000);
      core.store.release("append");
      await core.settle();
      assertEquals(core.store.appends, [1]);
      assertEquals(bob.takeOne("chat").text, "one");
      await core.pass(500);
      assertEquals([...core.hub.rooms.keys()].map(String), [ROOM]);
    }),
  );

  it(
    "a connection may end in any state, and is told of once",
    withCore(async (core) => {
      const open = core.connect("open");
      const closing = core.connect("closing");
      closing.session.text("x".repeat(20_000));
      const leaving = core.connect("leaving");
      leaving.session.drain(1000);
      for (const client of [open, closing, leaving]) {
        client.drop();
        client.session.closed(1006, "");
        client.session.drain(1000);
        client.session.sweep(core.clock.nowMs + 60_000);
        client.send({ type: "ping" });
      }
      await core.settle();
      assertEquals(core.lives.map(({ code }) => code), [1006, 1009, 1006]);
      for (const client of [open, closing, leaving]) assertEquals(client.take(), []);
    }),
  );

  it(
    "what is known of a connection when it has ended is told",
    withCore(async (core) => {
      const alice = await core.enter("alice", ["a", "b"]);
      alice.send({ type: "chat", room: "a", text: "hi", ref: "r" }, { type: "chat", room: "a" });
      alice.session.binary(new Uint8Array());
      await core.settle();
      core.clock.advance(1500);
      alice.drop(1001);
      assertEquals(core.lives as unknown[], [{
        uid: "guest:alice",
        user: "alice",
        rooms: ["a", "b"],
        code: 1001,
        reason: "",
        seconds: 1.5,
        received: 5,
        sent: 7,
        dropped: 0,
      }]);
    }),
  );

  it(
    "a reader that is too slow while it is sent home is closed with 4009, without a fault",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.socket.clogged = 1_050_000;
      core.hub.drain();
      await core.settle();
      assertEquals(alice.socket.closedWith?.code, 4009);
      assert(core.faults.length === 0);
    }),
  );
});
