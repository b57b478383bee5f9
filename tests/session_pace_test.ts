import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import type { Client } from "./core/client.ts";
import { type Core, withCore } from "./core/core.ts";

const ROOM = "general";
/** Under the default bound of the outbox, 1 MiB. */
const QUARTER = 262_144;
const PACED = ["join", "history", "members", "rooms"] as const;

/** Fills a room's newest page with so many bytes of text in entries of 16 kB. */
async function fill(core: Core, client: Client, room: string, bytes: number) {
  for (let said = 0; said < bytes; said += 16_000) {
    client.send({ type: "chat", room, text: "x".repeat(16_000) });
  }
  await core.settle();
  client.take();
}

describe("session pace", () => {
  for (const type of PACED) {
    it(
      `W6.1 ${type} is begun only when the outbox is under a quarter full`,
      withCore(async (core) => {
        const alice = await core.enter("alice", ROOM);
        await fill(core, alice, ROOM, QUARTER);
        alice.socket.clogged = QUARTER;
        alice.send({ type, room: ROOM, ref: "r1" }, { type: "ping", ref: "r2" });
        const callsBefore = core.store.calls.length;
        await core.settle();
        await core.retry();
        assertEquals(alice.take(), []);
        assertEquals(core.store.calls.length, callsBefore);
        alice.socket.clogged = QUARTER - 1;
        await core.retry();
        assertEquals(core.store.calls.length > callsBefore, type !== "members");
        alice.socket.clogged = 0;
        await core.retry();
        const answers = alice.take();
        await core.retry();
        answers.push(...alice.take());
        assertEquals(answers.map((message) => "ref" in message && message.ref), ["r1", "r2"]);
      }),
    );
  }

  it(
    "W6.1 what carries neither entries nor members is answered by a full outbox as well",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.socket.clogged = 500_000;
      alice.send({ type: "chat", room: ROOM, text: "hi", ref: "r1" }, { type: "ping", ref: "r2" });
      alice.send({ type: "leave", room: ROOM, ref: "r3" });
      await core.settle();
      assertEquals(core.store.appends, [1]);
      alice.socket.clogged = 0;
      await core.retry();
      assertEquals(alice.take().map(({ type }) => type), ["ack", "chat", "pong", "left"]);
    }),
  );

  it(
    "W6.1 answers are made one at a time: the next is not read while the last one waits",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await fill(core, alice, ROOM, 640_000);
      const bob = await core.enter("bob", "other");
      bob.send({ type: "join", room: ROOM }, { type: "history", room: ROOM });
      bob.send({ type: "history", room: ROOM });
      for (let answer = 1; answer <= 3; answer++) {
        await core.settle();
        await core.retry();
        assertEquals(core.store.calls.filter((call) => call === "page").length, answer);
        assertGreater(bob.socket.buffered, 600_000);
        assertLess(bob.socket.buffered, 700_000);
        bob.take();
        await core.retry();
      }
    }),
  );

  it(
    "W6.1 P5 a client that reads nothing can't make answers pile up",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await fill(core, alice, ROOM, 96_000);
      const mallory = await core.enter("mallory", "other");
      mallory.socket.clogged = 100_000;
      for (let joins = 0; joins < 100; joins++) mallory.send({ type: "join", room: ROOM });
      await core.settle();
      for (let tries = 0; tries < 20; tries++) await core.retry();
      assertLess(core.store.calls.filter((call) => call === "page").length, 4);
      mallory.socket.clogged = 0;
      let joined = 0;
      for (let tries = 0; tries < 300; tries++) {
        joined += mallory.take().length;
        await core.retry();
      }
      assertEquals(joined, 100);
    }),
  );

  it(
    "W6.1 fifty rooms can be rejoined at once by a slow reader, and it is not too slow",
    withCore(async (core) => {
      const rooms = Array.from({ length: 50 }, (_, index) => `room${index}`);
      const alice = await core.enter("alice", rooms);
      for (const room of rooms) await fill(core, alice, room, 320_000);
      const bob = core.connect("bob");
      for (const room of rooms) {
        const since = { epoch: core.hub.rooms.get(room as RoomName)!.head.epoch, seq: 1 };
        bob.send({ type: "join", room, since });
      }
      await core.settle();
      const joined: string[] = [];
      let biggest = 0;
      for (let tries = 0; tries < 200; tries++) {
        biggest = Math.max(biggest, bob.socket.buffered);
        for (const message of bob.take()) {
          if (message.type === "joined") joined.push(`${message.room} ${message.messages.length}`);
        }
        await core.retry();
      }
      assertEquals(joined, rooms.map((room) => `${room} 19`));
      assertEquals(bob.socket.closedWith, undefined);
      assertLess(biggest, 500_000);
    }),
  );

  it(
    "W6.1 W5.9 P5 live traffic that is held back over the bound closes 4009",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send({ type: "chat", room: ROOM, text: "before" });
      await core.settle();
      core.store.hold("page");
      const bob = core.connect("bob");
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      let said = 0;
      while (!bob.socket.closedWith && said < 100) {
        alice.send({ type: "chat", room: ROOM, text: "x".repeat(16_000) });
        await core.settle();
        alice.take();
        said++;
      }
      assertEquals(bob.socket.closedWith, { code: 4009, reason: "too slow" });
      assertEquals(said, 66);
      core.store.release("page");
      await core.settle();
      assertEquals(bob.take().map(({ type }) => type), ["welcome"]);
      assertEquals(core.hub.rooms.get(ROOM as RoomName)?.size, 1);
    }),
  );

  it(
    "P5 a reader too slow for the live traffic is closed with 4009, and nobody else is slowed",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const slow = await core.enter("slow", ROOM);
      let heard = 0;
      for (let said = 0; said < 200; said++) {
        alice.send({ type: "chat", room: ROOM, text: "x".repeat(16_000) });
        await core.settle();
        heard += alice.take().length;
      }
      assertEquals(heard, 200);
      assertEquals(alice.socket.closedWith, undefined);
      assertEquals(slow.socket.closedWith, { code: 4009, reason: "too slow" });
      assertEquals(core.hub.rooms.get(ROOM as RoomName)?.size, 1);
      assert(slow.session.outbox.isDone());
    }),
  );

  it(
    "W6.1 a replay under way does not count when live traffic comes",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await fill(core, alice, ROOM, 800_000);
      const bob = core.connect("bob");
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      assertGreater(bob.socket.buffered, 800_000);
      for (let said = 0; said < 50; said++) {
        alice.send({ type: "chat", room: ROOM, text: "y".repeat(16_000) });
        await core.settle();
        alice.take();
      }
      assertEquals(bob.socket.closedWith, undefined);
      assertEquals(bob.take().map(({ type }) => type), ["welcome", "joined"]);
      let live = 0;
      for (let tries = 0; tries < 20; tries++) {
        live += bob.take().length;
        await core.retry();
      }
      assertEquals(live, 50);
    }),
  );
});
