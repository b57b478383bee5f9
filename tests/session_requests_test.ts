import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { withCore } from "./core/core.ts";

const ROOM = "general";

/** What was answered: the ref, and the type or the code of an error. */
function answers(client: Client): string[] {
  return client.take().flatMap((message) =>
    "ref" in message
      ? [`${message.ref} ${message.type === "error" ? message.code : message.type}`]
      : []
  );
}

describe("session requests", () => {
  it(
    "W3.1 every direct answer carries the ref of its request",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send(
        { type: "join", room: "other", ref: "r1" },
        { type: "chat", room: ROOM, text: "hi", ref: "r2" },
        { type: "history", room: ROOM, ref: "r3" },
        { type: "members", room: ROOM, ref: "r4" },
        { type: "rooms", ref: "r5" },
        { type: "ping", ref: "r6" },
        { type: "leave", room: ROOM, ref: "r7" },
        { type: "chat", room: ROOM, text: "hi", ref: "r8" },
        { type: "typing", room: ROOM, ref: "r9" },
        { type: "history", room: ROOM, limit: 0, ref: "r10" },
        { type: "members", room: ROOM, ref: "r11" },
        { type: "dance" as "chat", ref: "r12" },
      );
      await core.settle();
      assertEquals(answers(alice), [
        ...["r1 joined", "r2 ack", "r3 history", "r4 members", "r5 rooms", "r6 pong", "r7 left"],
        ...["r8 NOT_JOINED", "r9 NOT_JOINED", "r10 INVALID_FIELD", "r11 NOT_JOINED"],
        "r12 UNKNOWN_TYPE",
      ]);
    }),
  );

  it(
    "W3.1 an answer to a request without ref carries none",
    withCore(async (core) => {
      const alice = core.connect("alice");
      alice.send({ type: "join", room: ROOM }, { type: "history", room: ROOM });
      alice.send({ type: "members", room: ROOM }, { type: "rooms" }, { type: "ping" });
      alice.send({ type: "leave", room: ROOM }, { type: "chat", room: ROOM, text: "hi" });
      await core.settle();
      const messages = alice.take();
      assertEquals(messages.length, 8);
      assertEquals(messages.filter((message) => "ref" in message), []);
    }),
  );

  it(
    "W3.2 while an entry is being stored, later requests wait, other entries do not",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      alice.send(
        { type: "chat", room: ROOM, text: "one", ref: "r1" },
        { type: "chat", room: ROOM, text: "two", ref: "r2" },
        { type: "ping", ref: "r3" },
        { type: "chat", room: ROOM, text: "three", ref: "r4" },
        { type: "leave", room: ROOM, ref: "r5" },
        { type: "nonsense" as "chat", ref: "r6" },
        { type: "chat", room: ROOM, text: "four", ref: "r7" },
      );
      await core.settle();
      assertEquals(answers(alice), []);
      assertEquals(core.store.appends, [2]);
      core.store.release("append", 1);
      await core.settle();
      assertEquals(answers(alice), ["r1 ack", "r2 ack", "r3 pong"]);
      assertEquals(core.store.appends, [2, 1]);
      core.store.release("append");
      await core.settle();
      assertEquals(answers(alice), ["r4 ack", "r5 left", "r6 UNKNOWN_TYPE", "r7 NOT_JOINED"]);
    }),
  );

  it(
    "W3.2 W7.1 who says something and leaves gets the own copy before the left",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send(
        { type: "chat", room: ROOM, text: "bye", ref: "r" },
        { type: "leave", room: ROOM },
      );
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["ack", "chat", "left"]);
    }),
  );

  for (const call of ["head", "page", "replay", "active"] as const) {
    it(
      `W3.2 while the store's ${call} is slow, everything after it waits`,
      withCore(async (core) => {
        const bob = await core.enter("bob", ROOM);
        bob.send({ type: "chat", room: ROOM, text: "one" }, {
          type: "chat",
          room: ROOM,
          text: "two",
        });
        await core.settle();
        const alice = await core.enter("alice", ROOM);
        core.store.hold(call);
        const { epoch } = core.hub.rooms.get(ROOM as never)!.head;
        alice.send(
          call === "head"
            ? { type: "join", room: "other", ref: "r1" }
            : call === "replay"
            ? { type: "join", room: ROOM, since: { epoch, seq: 1 }, ref: "r1" }
            : call === "page"
            ? { type: "history", room: ROOM, ref: "r1" }
            : { type: "rooms", ref: "r1" },
          { type: "ping", ref: "r2" },
          { type: "chat", room: ROOM, text: "hi", ref: "r3" },
          { type: "members", room: ROOM, ref: "r4" },
        );
        await core.settle();
        assertEquals(answers(alice), []);
        assertEquals(core.store.waiting(call), 1);
        core.store.release(call);
        await core.settle();
        assertEquals(answers(alice).map((answer) => answer.slice(0, 2)), ["r1", "r2", "r3", "r4"]);
      }),
    );
  }

  it(
    "W3.2 P5 a connection whose store is slow keeps no other waiting",
    withCore(async (core) => {
      const [alice, bob] = [await core.enter("alice", ROOM), await core.enter("bob", ROOM)];
      core.store.hold("page");
      alice.send({ type: "chat", room: ROOM, text: "hi" }, {
        type: "history",
        room: ROOM,
        ref: "r1",
      });
      bob.send({ type: "ping", ref: "r1" });
      await core.settle();
      assertEquals(answers(alice), []);
      assertEquals(answers(bob), ["r1 pong"]);
    }),
  );

  it(
    "W3.3 W3.5 in a frame of several messages a bad one is answered and the others are done",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.session.text(
        '{"type":"ping","ref":"r1"}\n{"type":"chat","ref":"r2"}\noops\n{"type":"x","ref":"r3"}\n' +
          '{"type":"ping","ref":"r4"}',
      );
      await core.settle();
      const messages = alice.take();
      assertEquals(
        messages.map((message) => message.type === "error" ? message.code : message.type),
        [
          ...["pong", "INVALID_FIELD", "PARSE_ERROR", "UNKNOWN_TYPE", "pong"],
        ],
      );
      assertEquals(alice.socket.closedWith, undefined);
    }),
  );

  it(
    "W2.3 a frame of 65 messages is refused whole with one error",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.sendTogether(...Array(65).fill({ type: "chat", room: ROOM, text: "hi", ref: "r" }));
      await core.settle();
      assertEquals(alice.takeOne("error").code, "INVALID_FIELD");
      alice.sendTogether(...Array(64).fill({ type: "ping" }));
      await core.settle();
      assertEquals(alice.take().length, 64);
    }),
  );

  it(
    "W3.4 of entries 256 may wait for the store, and the 257th is RATE_LIMITED at once",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      const chat = (number: number) => ({
        type: "chat" as const,
        room: ROOM,
        text: "t",
        ref: `r${number}`,
      });
      for (let number = 1; number <= 257; number++) alice.send(chat(number));
      await core.settle();
      const { code, ref, retryAfterMs, message } = alice.takeOne("error");
      assertEquals([code, ref], ["RATE_LIMITED", "r257"]);
      assertMatch(message, /256/);
      assertEquals(typeof retryAfterMs, "number");
      core.store.release("append");
      await core.settle();
      assertEquals(alice.takeAll("ack").map(({ ref }) => ref).at(-1), "r256");
      alice.send(chat(258));
      await core.settle();
      assertEquals(alice.takeAll("ack").map(({ seq }) => seq), [257]);
    }),
  );

  it(
    "W3.4 the message that is being read counts among the 256",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("head");
      alice.send({ type: "join", room: "other", ref: "r1" });
      for (let number = 2; number <= 257; number++) alice.send({ type: "ping", ref: `r${number}` });
      await core.settle();
      assertEquals(answers(alice), ["r257 RATE_LIMITED"]);
      core.store.release("head");
      await core.settle();
      const all = Array.from({ length: 255 }, (_, index) => `r${index + 2} pong`);
      assertEquals(answers(alice), ["r1 joined", ...all]);
    }),
  );

  it(
    "W3.4 entries being stored and what waits behind them are counted together",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      for (let number = 1; number <= 100; number++) {
        alice.send({ type: "chat", room: ROOM, text: "t" });
      }
      for (let number = 1; number <= 156; number++) alice.send({ type: "ping" });
      await core.settle();
      assertEquals(alice.take(), []);
      alice.send({ type: "leave", room: ROOM, ref: "r" });
      await core.settle();
      assertEquals(answers(alice), ["r RATE_LIMITED"]);
      core.store.release("append");
      await core.settle();
      const types = alice.take().map(({ type }) => type);
      assertEquals(types, [...Array(100).fill("chat"), ...Array(156).fill("pong")]);
    }),
  );
});
