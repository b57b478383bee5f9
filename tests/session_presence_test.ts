import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../src/protocol.ts";
import type { Client } from "./core/client.ts";
import { type Core, withCore } from "./core/core.ts";

const ROOM = "general";
const LEAVE = { type: "leave" as const, room: ROOM };
const member = (name: string, user = name) => ({ uid: `guest:${name}` as UserId, user });

/** Alice is in the room, and all presence is told. */
function withAlice(run: (core: Core, alice: Client) => unknown) {
  return withCore(async (core) => {
    const alice = await core.enter("alice", ROOM);
    await core.pass(1000);
    alice.take();
    await run(core, alice);
  });
}

/** So many users in the room, told of. */
async function crowd(core: Core, size: number, name = (index: number) => `user${index}`) {
  const clients: Client[] = [];
  for (let index = 0; index < size; index++) {
    clients.push(core.connect(`user${index}`, { name: name(index) }));
    clients.at(-1)!.send({ type: "join", room: ROOM });
  }
  await core.settle();
  await core.pass(1000);
  for (const client of clients) client.take();
  return clients;
}

describe("session presence", () => {
  it(
    "W9.1 joined shows one member for each user, the oldest first, at most 100, and the count",
    withCore(async (core) => {
      await core.enter("zoe", ROOM);
      await core.enter("zoe", ROOM);
      await core.enter("adam", ROOM);
      const bob = core.connect("bob");
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      const [, few] = bob.take();
      assert(few?.type === "joined");
      assertEquals(few.members, [member("zoe"), member("adam"), member("bob")]);
      assertEquals(few.count, 3);
      await crowd(core, 120);
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      const many = bob.takeAll("joined")[0]!;
      assertEquals([many.members.length, many.count], [100, 123]);
      assertEquals(many.members.slice(0, 4), [...few.members, member("user0")]);
    }),
  );

  it(
    "W9.3 who joined is told within a second, also to themselves",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await core.pass(250);
      assertEquals(alice.take() as unknown[], [
        { type: "presence", room: ROOM, joined: [member("alice")], left: [], count: 1 },
      ]);
    }),
  );

  it(
    "W9.3 presence comes at most once a second and then holds all that changed",
    withAlice(async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      await core.pass(250);
      assertEquals(alice.takeOne("presence").joined, [member("bob")]);
      bob.send(LEAVE);
      await core.enter("carol", ROOM);
      await core.enter("dave", ROOM);
      await core.pass(750);
      assertEquals(alice.take(), []);
      await core.pass(250);
      assertEquals(alice.take() as unknown[], [{
        type: "presence",
        room: ROOM,
        joined: [member("carol"), member("dave")],
        left: [member("bob")],
        count: 3,
      }]);
    }),
  );

  it(
    "W9.3 nothing is told when nothing changed, or was undone within the second",
    withAlice(async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      await core.pass(1000);
      alice.take();
      bob.send(LEAVE, { type: "join", room: ROOM });
      await core.enter("bob", ROOM);
      const carol = await core.enter("carol", ROOM);
      carol.send(LEAVE);
      await core.settle();
      await core.pass(3000);
      assertEquals(alice.take(), []);
    }),
  );

  it(
    "W9.4 leave and a close with 1000 show at once, a lost connection after its grace",
    withAlice(async (core, alice) => {
      const [bob, carol, dave] = await Promise.all(
        ["bob", "carol", "dave"].map((name) => core.enter(name, ROOM)),
      );
      await core.pass(1000);
      alice.take();
      bob!.send(LEAVE);
      carol!.drop(1000);
      dave!.drop(1001);
      await core.pass(1000);
      const now = alice.takeOne("presence");
      assertEquals([now.left, now.count], [[member("bob"), member("carol")], 2]);
      await core.pass(8750);
      assertEquals(alice.take(), []);
      await core.pass(500);
      const later = alice.takeOne("presence");
      assertEquals([later.left, later.count], [[member("dave")], 1]);
    }),
  );

  it(
    "W9.4 somebody lost who comes back in time never left",
    withAlice(async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      await core.pass(1000);
      alice.take();
      bob.drop();
      await core.pass(9500);
      await core.enter("bob", ROOM);
      await core.pass(15_000);
      assertEquals(alice.take(), []);
    }),
  );

  it(
    "W9.4 a user with another connection in the room never leaves it",
    withAlice(async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      const second = await core.enter("bob", ROOM);
      await core.pass(1000);
      assertEquals(alice.takeOne("presence").count, 2);
      bob.drop();
      await core.pass(15_000);
      assertEquals(alice.take(), []);
      second.send(LEAVE);
      await core.pass(1000);
      assertEquals(alice.takeOne("presence").left, [member("bob")]);
    }),
  );

  it(
    "W9.4 W8.2 somebody back in time whose name was taken meanwhile shows under the new one",
    withAlice(async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      await core.pass(1000);
      alice.take();
      bob.drop();
      await core.enter("thief", ROOM, { name: "bob" });
      await core.enter("bob", ROOM);
      await core.pass(1000);
      const { joined } = alice.takeOne("presence");
      assertEquals(joined, [member("thief", "bob"), member("bob", "bob-2")]);
      alice.send({ type: "members", room: ROOM });
      await core.settle();
      const names = alice.takeOne("members").members.map(({ user }) => user);
      assertEquals(names, ["alice", "bob-2", "bob"]);
    }),
  );

  it(
    "W9.5 plain connections get system in its place",
    withCore(async (core) => {
      const plain = await core.enter("plain", ROOM, { isBatched: false });
      await core.pass(1000);
      plain.take();
      const bob = await core.enter("bob", ROOM);
      await core.enter("carol", ROOM);
      await core.pass(1000);
      bob.send(LEAVE);
      await core.pass(1000);
      assertEquals(plain.take() as unknown[], [
        { type: "system", room: ROOM, text: "bob joined" },
        { type: "system", room: ROOM, text: "carol joined" },
        { type: "system", room: ROOM, text: "bob left" },
      ]);
    }),
  );

  it(
    "W9.3 W9.5 up to 100 users are named, above that only counted and plain ones get nothing",
    withCore(async (core) => {
      await crowd(core, 97);
      const watcher = await core.enter("watcher", ROOM);
      const plain = await core.enter("plain", ROOM, { isBatched: false });
      await core.pass(1000);
      for (const client of [watcher, plain]) client.take();
      const last = await core.enter("u100", ROOM);
      await core.pass(1000);
      assertEquals(watcher.takeOne("presence").joined, [member("u100")]);
      assertEquals(plain.takeOne("system").text, "u100 joined");
      const over = await core.enter("u101", ROOM);
      await core.pass(1000);
      last.send(LEAVE);
      over.send(LEAVE);
      await core.enter("u102", ROOM);
      await core.enter("u103", ROOM);
      await core.pass(1000);
      const counted = { type: "presence", room: ROOM, joined: [], left: [], count: 101 };
      assertEquals(watcher.take() as unknown[], [counted, counted]);
      assertEquals(plain.take(), []);
    }),
  );

  it(
    "W9.3 W2.4 when more than 100 users leave at once, the frame stays small: nobody is named",
    withCore(async (core) => {
      const watcher = await core.enter("watcher", ROOM);
      const plain = await core.enter("plain", ROOM, { isBatched: false });
      const names = (index: number) => "𝒩".repeat(28) + index;
      const clients = await crowd(core, 6000, names);
      for (const client of [watcher, plain]) client.take();
      for (const client of clients) client.send(LEAVE);
      await core.pass(1000);
      const [frame, ...none] = watcher.takeFrames().map(String);
      assertEquals(none, []);
      assertLess(frame!.length, 1_000_000);
      const counted = { type: "presence", room: ROOM, joined: [], left: [], count: 2 };
      assertEquals(JSON.parse(frame!), counted);
      assertEquals(plain.take(), []);
    }),
  );

  it(
    "P5 presence is dropped for a reader that is half full, and told to the others",
    withAlice(async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      alice.socket.clogged = 600_000;
      await core.pass(1000);
      alice.socket.clogged = 0;
      await core.retry();
      assertEquals(alice.take(), []);
      assertEquals(bob.takeOne("presence").joined, [member("bob")]);
      alice.drop();
      await core.settle();
      assertEquals(core.lives.at(-1)?.dropped, 1);
    }),
  );
});
