import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import type { Feed, Follower } from "../src/store/store.ts";
import { Core, withCore } from "./core/core.ts";
import { HeldStore } from "./core/held_store.ts";
import { texts } from "./harness/visitor.ts";

const ROOM = "general";
const chat = (text: string) => ({ type: "chat" as const, room: ROOM, text });
const JOIN = { type: "join" as const, room: ROOM };

describe("session join", () => {
  it(
    "W5.1 W5.5 joined in a room without a log: seq 0, first 1, and the epoch that will last",
    withCore(async (core) => {
      const alice = core.connect("alice");
      alice.send({ ...JOIN, ref: "r" });
      await core.settle();
      const [, joined] = alice.take();
      assertEquals(joined as unknown, {
        type: "joined",
        room: ROOM,
        epoch: "epoch-1",
        seq: 0,
        first: 1,
        topic: "",
        may: "write",
        read: 0,
        count: 1,
        members: [{ uid: "guest:alice", user: "alice" }],
        messages: [],
        gap: false,
        more: false,
        ref: "r",
      });
      alice.send(chat("hi"), JOIN);
      await core.settle();
      const [entry, again] = alice.take();
      assert(entry?.type === "chat" && again?.type === "joined");
      assertEquals([entry.seq, again.seq, again.epoch], [1, 1, "epoch-1"]);
    }),
  );

  it(
    "W14.1 W14.2 a room that was empty for a while goes on with its epoch and the next seq",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send(chat("one"));
      alice.drop(1000);
      await core.settle();
      await core.pass(1000);
      assertEquals(core.hub.rooms.size, 0);
      const bob = core.connect("bob");
      bob.send(JOIN, chat("two"));
      await core.settle();
      const [, joined, entry] = bob.take();
      assert(joined?.type === "joined" && entry?.type === "chat");
      assertEquals([joined.epoch, joined.seq, entry.seq], ["epoch-1", 1, 2]);
    }),
  );

  it(
    "W14.2 a room without entries leaves nothing in the store",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send({ type: "typing", room: ROOM }, { type: "leave", room: ROOM }, JOIN);
      alice.send({ type: "history", room: ROOM });
      alice.session.binary(Uint8Array.from([7, ...new TextEncoder().encode(ROOM), 1]));
      await core.settle();
      assertEquals(await core.store.head(ROOM as RoomName), undefined);
      assertEquals(await core.store.active(0, 100), []);
      assertEquals(core.store.appends, []);
    }),
  );

  for (
    const [entries, page, more] of [
      [3, [1, 2, 3], false],
      [5, [1, 2, 3, 4, 5], false],
      [6, [2, 3, 4, 5, 6], true],
    ] as const
  ) {
    it(
      `W5.2 of ${entries} entries, joined shows the newest page of 5, oldest first`,
      withCore(async (core) => {
        const alice = await core.enter("alice", ROOM);
        for (let text = 1; text <= entries; text++) alice.send(chat(String(text)));
        await core.settle();
        alice.take();
        const bob = core.connect("bob");
        bob.send(JOIN);
        await core.settle();
        const [, joined] = bob.take();
        assert(joined?.type === "joined");
        assertEquals(joined.messages.map(({ seq }) => seq), [...page]);
        assertEquals(texts(joined.messages).map(Number), [...page]);
        assertEquals([joined.seq, joined.first, joined.gap, joined.more], [
          entries,
          1,
          false,
          more,
        ]);
      }, { limits: { historyPage: 5 } }),
    );
  }

  it(
    "W5.1 nothing of a room is sent before its joined",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send(chat("before"));
      await core.settle();
      core.store.hold("page", "after");
      const bob = core.connect("bob");
      const plain = core.connect("plain", { isBatched: false });
      for (const client of [bob, plain]) client.send(JOIN);
      await core.settle();
      alice.send({ type: "typing", room: ROOM }, chat("meanwhile"));
      alice.session.binary(Uint8Array.from([7, ...new TextEncoder().encode(ROOM), 1]));
      await core.pass(1000);
      for (const client of [bob, plain]) {
        assertEquals(client.take().map(({ type }) => type), ["welcome"]);
      }
      core.store.release("page");
      await core.settle();
      for (const client of [bob, plain]) {
        assertEquals(client.take().map(({ type }) => type), ["joined", "chat"]);
      }
    }),
  );

  it(
    "W5.6 joining again answers joined again, and counts nobody twice",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      alice.send(JOIN, JOIN);
      await core.settle();
      const joined = alice.takeAll("joined");
      assertEquals(joined.map(({ count, gap }) => [count, gap]), [[1, false], [1, false]]);
      alice.send({ type: "leave", room: ROOM });
      await core.settle();
      assertEquals(core.hub.rooms.get(ROOM as RoomName)?.isIdle, true);
    }),
  );

  it(
    "W5.7 left answers leave, also in a room one is not in, and nothing comes after it",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const bob = await core.enter("bob", ROOM);
      alice.send({ type: "leave", room: ROOM, ref: "r1" }, { type: "leave", room: "never" });
      await core.settle();
      bob.send(chat("hi"), { type: "typing", room: ROOM });
      await core.pass(1000);
      assertEquals(alice.take() as unknown[], [
        { type: "left", room: ROOM, ref: "r1" },
        { type: "left", room: "never" },
      ]);
    }),
  );

  it(
    "W5.6 more rooms on a connection than it may be in is ROOM_FULL",
    withCore(async (core) => {
      const alice = await core.enter("alice", ["a", "b"]);
      alice.send({ type: "join", room: "c", ref: "r" }, { type: "join", room: "a" });
      await core.settle();
      const [full, again] = alice.take();
      assert(full?.type === "error");
      assertEquals([full.code, full.room, full.ref], ["ROOM_FULL", "c", "r"]);
      assertMatch(full.message, /2 rooms/);
      assertEquals(again?.type, "joined");
      alice.send({ type: "leave", room: "a" }, { type: "join", room: "c" });
      await core.settle();
      assertEquals(alice.take().map(({ type }) => type), ["left", "joined"]);
    }, { limits: { rooms: 2 } }),
  );

  it(
    "W5.6 more connections in a room than it may have is ROOM_FULL",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await core.enter("bob", ROOM);
      const carol = core.connect("carol");
      carol.send({ ...JOIN, ref: "r" }, { type: "join", room: "other" });
      alice.send(JOIN);
      await core.settle();
      const [, full, joined] = carol.take();
      assert(full?.type === "error");
      assertEquals([full.code, full.room, full.ref], ["ROOM_FULL", ROOM, "r"]);
      assertEquals([joined?.type, alice.takeOne("joined").count], ["joined", 2]);
      alice.send({ type: "leave", room: ROOM });
      carol.send(JOIN);
      await core.settle();
      assertEquals(carol.takeOne("joined").count, 2);
    }, { maxRoomMembers: 2 }),
  );

  it(
    "W5.6 of connections that join at the same time, no more get in than the room may have",
    withCore(async (core) => {
      core.store.hold("head");
      const clients = ["a", "b", "c", "d"].map((name) => core.connect(name));
      for (const client of clients) client.send(JOIN);
      await core.settle();
      core.store.release("head");
      await core.settle();
      const types = clients.map((client) => client.take().map(({ type }) => type).at(-1));
      assertEquals(types, ["joined", "joined", "error", "error"]);
    }, { maxRoomMembers: 2 }),
  );

  it(
    "W5.6 more rooms at once than the server may have is ROOM_FULL",
    withCore(async (core) => {
      const alice = await core.enter("alice", "a");
      core.store.hold("head");
      const bob = core.connect("bob");
      const carol = core.connect("carol");
      bob.send({ type: "join", room: "b" });
      carol.send({ type: "join", room: "c", ref: "r" });
      await core.settle();
      const [, full] = carol.take();
      assert(full?.type === "error");
      assertEquals([full.code, full.room, full.ref], ["ROOM_FULL", "c", "r"]);
      core.store.release("head");
      carol.send({ type: "join", room: "b" });
      await core.settle();
      assertEquals(carol.takeOne("joined").count, 2);
      alice.send({ type: "leave", room: "a" });
      await core.pass(500);
      carol.send({ type: "join", room: "c" });
      await core.settle();
      assertEquals(carol.takeAll("joined").map(({ room }) => String(room)), ["c"]);
    }, { maxRooms: 2 }),
  );

  for (const call of ["head", "page"] as const) {
    it(
      `a join that fails because the store's ${call} does is UNAVAILABLE, and leaves nothing`,
      withCore(async (core) => {
        const alice = await core.enter("alice", ROOM);
        alice.send(chat("hi"));
        await core.pass(1000);
        alice.take();
        if (call === "head") {
          alice.drop(1000);
          await core.pass(1000);
        }
        core.store.fail(call);
        const bob = core.connect("bob");
        bob.send({ ...JOIN, ref: "r" }, { ...chat("hi"), ref: "r2" });
        await core.settle();
        const [, error, second] = bob.take();
        assert(error?.type === "error" && second?.type === "error");
        const { code, room, ref } = error;
        assertEquals({ code, room, ref }, { code: "UNAVAILABLE", room: ROOM, ref: "r" });
        assertEquals(second.code, "NOT_JOINED");
        assertEquals(bob.session.rooms.size, 0);
        await core.pass(1000);
        assertEquals(alice.take(), []);
        core.store.recover();
        bob.send(JOIN);
        await core.settle();
        assertEquals(bob.takeOne("joined").messages.length, 1);
      }),
    );
  }

  it("P3 W5.4 who comes just when a room is lost is in the one that takes its place", async () => {
    const store = new HeldStore();
    let follower: Follower | undefined;
    const feed: Feed = {
      follow: async (room, one) => {
        follower = one;
        return await store.head(room) ?? { epoch: "e1", seq: 0, first: 1, topic: "" };
      },
      unfollow: () => {},
    };
    const core = new Core({ store: Object.assign(store, { feed }) });
    const alice = await core.enter("alice", ROOM);
    alice.send({ type: "chat", room: ROOM, text: "one" });
    await core.settle();
    const bob = core.connect("bob");
    bob.send({ type: "join", room: ROOM });
    // The log is another: the room is found, and not entered yet.
    follower!.told({ epoch: "e2", seq: 0, first: 1, topic: "" }, 0);
    await core.settle();
    assertEquals(alice.takeAll("closing").length, 1);
    assert(core.hub.rooms.get(ROOM as RoomName)!.hasJoined(bob.session));
    bob.send({ type: "chat", room: ROOM, text: "two" });
    await core.settle();
    assertEquals(bob.takeAll("chat").map(({ text }) => text), ["two"]);
    await core.assertNothingLeft();
  });
});
