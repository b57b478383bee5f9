import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../src/protocol.ts";
import { messagesOf } from "./core/client.ts";
import { withCore } from "./core/core.ts";

const ROOM = "general";
const chat = (text: string, more: Record<string, unknown> = {}) => ({
  type: "chat" as const,
  room: ROOM,
  text,
  ...more,
});

describe("session chat", () => {
  it(
    "W4.1 W4.2 an entry is the same JSON for everybody, live and in joined, without its ref",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM, { isBatched: false });
      alice.send(chat("hi", { ref: "r1" }), chat("you", { ref: "r2", replyTo: 1 }));
      await core.settle();
      const live = bob.takeFrames().map(String);
      const entry = { type: "chat", room: ROOM, seq: 1, ts: core.clock.nowMs };
      const author = { uid: "guest:alice", user: "alice" };
      assertEquals(live, [
        JSON.stringify({ ...entry, ...author, text: "hi" }),
        JSON.stringify({ ...entry, seq: 2, ...author, text: "you", replyTo: 1 }),
      ]);
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      const frame = String(bob.takeFrames()[0]);
      for (const line of live) assert(frame.includes(line));
    }),
  );

  it(
    "W4.1 ts is the server's clock, and never smaller than that of the entry before",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const start = core.clock.nowMs;
      for (const offset of [0, 1000, -5000, 999, 1001]) {
        core.clock.nowMs = start + offset;
        alice.send(chat("hi"));
        await core.settle();
      }
      const stamps = alice.takeAll("chat").map(({ ts }) => ts - start);
      assertEquals(stamps, [0, 1000, 1000, 1000, 1001]);
    }),
  );

  it(
    "W4.3 only members may say something",
    withCore(async (core) => {
      const alice = await core.enter("alice", "other");
      alice.send(chat("hi", { ref: "r" }));
      await core.settle();
      const { code, ref, room, message } = alice.takeOne("error");
      assertEquals({ code, ref, room }, { code: "NOT_JOINED", ref: "r", room: ROOM });
      assertEquals(message, "join general first");
      assertEquals(core.store.appends, []);
    }),
  );

  it(
    "W4.3 replyTo names an earlier entry; one at or above the next seq is INVALID_FIELD",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send(chat("one"), chat("two", { replyTo: 1 }), chat("bad", { replyTo: 3, ref: "r" }));
      await core.settle();
      const [one, two, error] = alice.take();
      assert(one?.type === "chat" && two?.type === "chat" && error?.type === "error");
      assertEquals([one.replyTo, two.replyTo], [undefined, 1]);
      const { code, ref, room, message } = error;
      assertEquals({ code, ref, room }, { code: "INVALID_FIELD", ref: "r", room: ROOM });
      assertEquals(message, "replyTo must be the seq of an earlier message of this room");
    }),
  );

  it(
    "W4.3 a reply may name an entry that is still being stored before it",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      alice.send(chat("one"), chat("two", { replyTo: 1 }), chat("three", { replyTo: 2, ref: "r" }));
      await core.settle();
      core.store.release("append");
      await core.settle();
      assertEquals(alice.takeAll("chat").map(({ replyTo }) => replyTo), [undefined, 1, 2]);
    }),
  );

  it(
    "W7.1 the ack comes after the commit and before the own copy, in the same frame",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      alice.send(chat("one", { ref: "r1" }), chat("two"), chat("three", { ref: "r3" }));
      await core.settle();
      assertEquals(alice.takeFrames(), []);
      core.store.release("append");
      await core.settle();
      const [frame, ...others] = alice.takeFrames();
      assertEquals(others, []);
      const ts = core.clock.nowMs;
      const [first, second, ...copies] = messagesOf(String(frame));
      assertEquals(first as unknown, { type: "ack", ref: "r1", room: ROOM, seq: 1, ts });
      assertEquals(second as unknown, { type: "ack", ref: "r3", room: ROOM, seq: 3, ts });
      assertEquals(copies.map((copy) => copy.type === "chat" && copy.seq), [1, 2, 3]);
    }),
  );

  it(
    "W7.1 the ack and the own copy share a frame also when the commit is large",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      for (let seq = 1; seq <= 10; seq++) alice.send(chat("x".repeat(16_000), { ref: `r${seq}` }));
      await core.settle();
      const frames = alice.takeFrames().map(String);
      assertEquals(frames.length, 1);
      const types = messagesOf(frames[0]!).map(({ type }) => type);
      assertEquals(types, [...Array(10).fill("ack"), ...Array(10).fill("chat")]);
    }),
  );

  it(
    "W7.1 a plain client's ack is the frame before the own copy",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM, { isBatched: false });
      alice.send(chat("hi", { ref: "r" }));
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["ack", "chat"]);
    }),
  );

  it(
    "W7.1 without a ref there is no ack, and nobody else hears of one",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      alice.send(chat("one"), chat("two", { ref: "r" }));
      await core.settle();
      assertEquals(alice.takeAll("ack").map(({ seq }) => seq), [2]);
      assertEquals(bob.take().map(({ type }) => type), ["chat", "chat"]);
    }),
  );

  it(
    "W7.2 P4 the same ref again gives the same ack and nothing else",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      const { nowMs: ts } = core.clock;
      alice.send(chat("one", { ref: "r" }), chat("at once", { ref: "r" }));
      await core.settle();
      const ack = { type: "ack" as const, ref: "r", room: ROOM, seq: 1, ts };
      const first = alice.take();
      assertEquals(first.map(({ type }) => type), ["ack", "ack", "chat"]);
      assertEquals(first.slice(0, 2) as unknown[], [ack, ack]);
      core.clock.advance(5000);
      alice.send(chat("later", { ref: "r", replyTo: 1 }));
      await core.settle();
      assertEquals(alice.takeOne("ack") as unknown, ack);
      assertEquals(bob.takeAll("chat").map(({ text }) => text), ["one"]);
    }),
  );

  it(
    "W7.2 P4 a ref is known after a reconnect, also when its ack was lost on the way",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      alice.send(chat("one", { ref: "r" }));
      await core.settle();
      alice.drop();
      core.store.release("append");
      await core.settle();
      const back = await core.enter("alice", ROOM);
      back.send(chat("one", { ref: "r" }));
      await core.settle();
      assertEquals(back.takeOne("ack").seq, 1);
    }),
  );

  it(
    "W7.2 a ref is of one user and one room",
    withCore(async (core) => {
      const alice = await core.enter("alice", [ROOM, "other"]);
      const second = await core.enter("second", ROOM, { uid: "guest:alice" as UserId });
      const bob = await core.enter("bob", ROOM);
      alice.send(chat("one", { ref: "r" }), chat("two", { room: "other", ref: "r" }));
      await core.settle();
      bob.send(chat("three", { ref: "r" }));
      second.send(chat("one again", { ref: "r" }));
      await core.settle();
      assertEquals(alice.takeAll("ack").map(({ room, seq }) => `${room} ${seq}`), [
        "general 1",
        "other 1",
      ]);
      assertEquals(bob.takeAll("ack").map(({ seq }) => seq), [2]);
      assertEquals(second.takeAll("ack").map(({ seq }) => seq), [1]);
    }),
  );

  it(
    "W7.3 an entry that could not be stored is UNAVAILABLE with its ref, and may be tried again",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      core.store.fail("append");
      alice.send(chat("one", { ref: "r" }), chat("two"), { type: "ping", ref: "p" });
      await core.settle();
      const [lost, other, pong] = alice.take();
      assert(lost?.type === "error" && other?.type === "error");
      const { code, ref, room, retryAfterMs } = lost;
      assertEquals({ code, ref, room }, { code: "UNAVAILABLE", ref: "r", room: ROOM });
      assertEquals(retryAfterMs, 1000);
      assert(other.code === "UNAVAILABLE" && !("ref" in other));
      assertEquals(pong, { type: "pong", ref: "p" });
      core.store.recover();
      alice.send(chat("one", { ref: "r" }));
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["ack", "chat"]);
      assertEquals(bob.takeOne("chat").seq, 1);
      assertEquals(core.storeTries.map((error) => error === undefined), [false, true]);
    }),
  );

  it(
    "P1 what its sender did not wait for is stored all the same",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      alice.send(chat("last words"), { type: "leave", room: ROOM });
      alice.drop();
      await core.settle();
      assertEquals(bob.takeOne("chat").text, "last words");
    }),
  );
});
