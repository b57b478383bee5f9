import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { withCore } from "./core/core.ts";

const ROOM = "general";
const encoder = new TextEncoder();

/** `n, room, …rest`. */
function frame(room: string, ...rest: number[]): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(room);
  return Uint8Array.from([name.length, ...name, ...rest]);
}

/** What is relayed of it. */
const relayed = (room: string, uid: string, ...payload: number[]) =>
  Uint8Array.from([...frame(room), ...frame(uid), ...payload]);

const binaries = (client: Client) =>
  client.takeFrames().filter((frame) => typeof frame !== "string");

describe("session binary", () => {
  it(
    "W11.1 binary goes to the other members with room and uid, and is not stored",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const second = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM, { isBatched: false });
      const other = await core.enter("carol", "other");
      alice.session.binary(frame(ROOM, 1, 2, 3));
      await core.settle();
      const expected = [relayed(ROOM, "guest:alice", 1, 2, 3)];
      assertEquals([alice, second, bob, other].map(binaries), [[], expected, expected, []]);
      assertEquals(core.store.appends, []);
    }),
  );

  it(
    "W11.1 n = 0 is the room of the path",
    withCore(async (core) => {
      const alice = core.connect("alice", { path: ROOM });
      const bob = await core.enter("bob", ROOM);
      alice.session.binary(frame("", 9));
      await core.settle();
      assertEquals(binaries(bob), [relayed(ROOM, "guest:alice", 9)]);
    }),
  );

  it(
    "W11.2 a frame too short, without a valid room, or for a room one is not in is an error",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.session.binary(new Uint8Array());
      alice.session.binary(Uint8Array.from([200, 1]));
      alice.session.binary(frame("a b"));
      alice.session.binary(frame(""));
      alice.session.binary(frame("other", 1));
      await core.settle();
      const errors = alice.takeAll("error");
      assertEquals(errors.map(({ code }) => code), [
        ...Array(4).fill("INVALID_FIELD"),
        "NOT_JOINED",
      ]);
      assertEquals(errors.at(-1)?.room, "other");
      assertEquals(alice.socket.closedWith, undefined);
    }),
  );

  it(
    "W11.3 W13.3 binary and typing over the second bucket are dropped and counted, not answered",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      const typing = { type: "typing" as const, room: ROOM, ref: "r" };
      for (let count = 0; count < 10; count++) {
        alice.session.binary(frame(ROOM));
        alice.send(typing);
      }
      await core.settle();
      assertEquals(alice.takeFrames(), []);
      // One of ten was taken by the join, so five binary frames and four typings are left.
      const frames = bob.takeFrames();
      assertEquals(frames.filter((frame) => typeof frame !== "string").length, 5);
      alice.drop();
      await core.settle();
      assertEquals(core.lives.at(-1)?.dropped, 11);
    }, { limits: { messagesPerSecond: 1, burst: 1 } }),
  );

  it(
    "P5 binary and typing are dropped for a reader that is half full, entries are not",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      bob.socket.clogged = 600_000;
      alice.session.binary(frame(ROOM));
      alice.send({ type: "typing", room: ROOM }, { type: "chat", room: ROOM, text: "hi" });
      await core.settle();
      bob.socket.clogged = 0;
      await core.retry();
      assertEquals(bob.take().map(({ type }) => type), ["chat"]);
    }),
  );
});

describe("session typing", () => {
  it(
    "W10.2 typing goes to the room's other users, on unless false",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const second = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      alice.send({ type: "typing", room: ROOM }, { type: "typing", room: ROOM, on: false });
      await core.settle();
      const typing = { type: "typing", room: ROOM, uid: "guest:alice", user: "alice" };
      assertEquals(bob.take() as unknown[], [{ ...typing, on: true }, { ...typing, on: false }]);
      assertEquals([...alice.take(), ...second.take()], []);
    }),
  );

  it(
    "W10.2 typing in a room one is not in is NOT_JOINED",
    withCore(async (core) => {
      const alice = await core.enter("alice", "other");
      alice.send({ type: "typing", room: ROOM, ref: "r" });
      await core.settle();
      const { code, ref } = alice.takeOne("error");
      assertEquals([code, ref], ["NOT_JOINED", "r"]);
    }),
  );

  it(
    "W4.4 typing, presence and binary are not entries: no seq is used",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      alice.send({ type: "typing", room: ROOM });
      alice.session.binary(frame(ROOM, 1));
      await core.pass(1000);
      alice.send({ type: "chat", room: ROOM, text: "hi" });
      await core.settle();
      const entries = alice.takeAll("chat");
      assertEquals(entries.map(({ seq }) => seq), [1]);
      assert(binaries(bob).length === 1);
    }),
  );
});
