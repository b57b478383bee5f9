import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { withCore } from "./core/core.ts";

const ROOM = "general";
const RESTARTING = { code: 1012, reason: "restarting" };
const chat = (text: string) => ({ type: "chat" as const, room: ROOM, text, ref: text });

describe("session drain", () => {
  it(
    "W13.2 closing says when to come back, and then comes the close with 1012",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.hub.drain();
      assertEquals(alice.socket.closedWith, undefined);
      await core.settle();
      const closing = { type: "closing", code: 1012, reconnectAfterMs: 1250 };
      assertEquals(alice.take() as unknown[], [closing]);
      assertEquals(alice.socket.closedWith, RESTARTING);
    }),
  );

  it(
    "W13.2 P1 what waits is still stored and answered before the close",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      core.store.hold("append");
      alice.send(chat("one"), { type: "ping", ref: "p" }, chat("two"));
      alice.send({ type: "history", room: ROOM, ref: "h" });
      await core.settle();
      core.hub.drain();
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["closing"]);
      assertEquals(alice.socket.closedWith, undefined);
      assertEquals(bob.socket.closedWith, RESTARTING);
      assert(!core.hub.isIdle);
      core.store.release("append");
      await core.settle();
      const types = alice.take().map(({ type }) => type);
      assertEquals(types, ["ack", "chat", "pong", "ack", "chat", "history"]);
      assertEquals(alice.socket.closedWith, RESTARTING);
    }),
  );

  it(
    "W13.2 what the outbox holds goes out before the close",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      bob.socket.clogged = 100_000;
      alice.send(chat("one"));
      await core.settle();
      core.hub.drain();
      await core.settle();
      assertEquals(bob.socket.closedWith, undefined);
      bob.socket.clogged = 0;
      await core.retry();
      assertEquals(bob.take().map(({ type }) => type).toSorted(), ["chat", "closing"]);
      assertEquals(bob.socket.closedWith, RESTARTING);
    }),
  );

  it(
    "W13.2 a reader that does not read is closed all the same after a while",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.socket.clogged = 300_000;
      core.hub.drain();
      await core.pass(4750);
      assertEquals(alice.socket.closedWith, undefined);
      await core.pass(250);
      assertEquals(alice.socket.closedWith, RESTARTING);
    }),
  );

  it(
    "W13.2 what comes after the closing is UNAVAILABLE and not done",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      alice.send(chat("one"));
      await core.settle();
      core.hub.drain();
      alice.send(chat("two"), { type: "join", room: "other", ref: "j" });
      core.store.release("append");
      await core.settle();
      const [closing, ack, entry, two, join, ...none] = alice.take();
      assertEquals([closing?.type, ack?.type, entry?.type], ["closing", "ack", "chat"]);
      assert(two?.type === "error" && join?.type === "error");
      assertEquals([two.code, two.ref], ["UNAVAILABLE", "two"]);
      assertEquals([join.code, join.ref], ["UNAVAILABLE", "j"]);
      assertEquals(none, []);
      assertEquals(core.store.appends, [1]);
      assertEquals(alice.socket.closedWith, RESTARTING);
    }),
  );

  it(
    "W3.2 W13.2 UNAVAILABLE keeps its place behind what is still answered",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("page");
      alice.send(chat("one"), { type: "history", room: ROOM, ref: "h" });
      await core.settle();
      alice.take();
      core.hub.drain();
      alice.send(chat("two"));
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["closing"]);
      core.store.release("page");
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["history", "error"]);
      assertEquals(alice.socket.closedWith, RESTARTING);
    }),
  );

  it(
    "W13.2 who is sent home gets no heartbeat and is sent home once",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM, { hasHeartbeat: true });
      alice.socket.clogged = 100_000;
      core.hub.drain();
      core.hub.drain();
      await core.pass(1000);
      alice.socket.clogged = 0;
      await core.retry();
      assertEquals(alice.take().map(({ type }) => type), ["closing", "presence"]);
    }, { heartbeatMs: 500 }),
  );

  it(
    "W13.2 W9.4 who is sent home is in their grace, as anybody who lost the line",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const watcher = await core.enter("watcher", ROOM);
      alice.session.drain(500);
      await core.settle();
      alice.drop(1012);
      await core.pass(1000);
      watcher.take();
      await core.pass(5000);
      assertEquals(watcher.take(), []);
    }),
  );
});
