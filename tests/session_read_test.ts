import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { type ConnectOptions, type Core, type CoreOptions, withCore } from "./core/core.ts";

const ROOM = "general";
const USER: ConnectOptions = { uid: "ada" };
const read = (seq: number, ref?: string) => {
  return { type: "read" as const, room: ROOM, seq, ...(ref && { ref }) };
};

/** Says so many things in the room. */
async function fill(core: Core, client: Client, count: number, room = ROOM) {
  for (let n = 1; n <= count; n++) client.send({ type: "chat", room, text: `${n}` });
  await core.settle();
  client.take();
}

/** What the list of rooms says of unread entries and mentions. */
async function unread(core: Core, client: Client, room = ROOM) {
  client.take();
  client.send({ type: "rooms" });
  await core.settle();
  const listed = client.takeOne("rooms").rooms.find((it) => it.room === room);
  return listed && [listed.unread, listed.mentions];
}

describe("session read", () => {
  it(
    "W10.10 a marker goes to the user's other connections, joined or not, and to nobody else",
    withCore(async (core) => {
      const bob = await core.enter("bob", ROOM);
      await fill(core, bob, 5);
      const ada = await core.enter("ada", ROOM, USER);
      const joined = await core.enter("ada", ROOM, USER);
      const elsewhere = await core.enter("ada", [], USER);
      ada.send(read(3));
      await core.settle();
      for (const client of [joined, elsewhere]) {
        assertEquals({ ...client.takeOne("read") }, { type: "read", room: ROOM, seq: 3 });
      }
      assertEquals([ada.take(), bob.takeAll("read")], [[], []]);
    }),
  );

  it(
    "W10.10 it only grows, never above the head, and with a ref is answered as it is",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM, USER);
      const second = await core.enter("ada", [], USER);
      await fill(core, ada, 5);
      ada.send(read(3, "a"), read(2, "b"), read(Number.MAX_SAFE_INTEGER, "c"), read(4));
      await core.settle();
      const answers = ada.takeAll("read").map(({ seq, ref }) => [seq, ref]);
      assertEquals(answers, [[3, "a"], [3, "b"], [5, "c"]]);
      assertEquals(second.takeAll("read").map(({ seq }) => seq), [3, 5]);
    }),
  );

  it(
    "W10.10 joined gives it, also while it is on its way to the store, and after all have left",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM, USER);
      await fill(core, ada, 5);
      ada.send(read(4));
      const second = core.connect("ada", USER);
      second.send({ type: "join", room: ROOM });
      await core.settle();
      assertEquals(second.takeAll("joined")[0]!.read, 4);
      for (const client of [ada, second]) client.drop(1000);
      await core.pass(500);
      assertEquals(core.hub.rooms.size, 0);
      const third = core.connect("ada", USER);
      third.send({ type: "join", room: ROOM });
      const other = core.connect("bob");
      other.send({ type: "join", room: ROOM });
      await core.settle();
      assertEquals(third.takeAll("joined")[0]!.read, 4);
      assertEquals(other.takeAll("joined")[0]!.read, 0);
    }),
  );

  it(
    "W10.10 W5.1 one who is just joining hears of it in joined alone",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM, USER);
      await fill(core, ada, 5);
      core.store.hold("page");
      const second = core.connect("ada", USER);
      second.send({ type: "join", room: ROOM });
      await core.settle();
      ada.send(read(4));
      core.store.release("page");
      await core.settle();
      const messages = second.take();
      assertEquals(messages.map(({ type }) => type), ["welcome", "joined"]);
      assertEquals(messages[1]!.type === "joined" && messages[1].read, 4);
    }),
  );

  it(
    "W10.10 it is stored once a second at most, and again where that failed",
    withCore(async (core) => {
      const ada = await core.enter("ada", ROOM, USER);
      await fill(core, ada, 50);
      const stored = () => core.store.calls.filter((call) => call === "mark").length;
      for (let seq = 1; seq <= 40; seq++) {
        ada.send(read(seq));
        await core.pass(250);
      }
      assertEquals([stored() <= 11, await core.store.marks.marker("ada", ROOM) >= 36], [
        true,
        true,
      ]);
      core.store.fail("mark");
      ada.send(read(50));
      await core.pass(3000);
      assertEquals(core.storeTries.filter((error) => error !== undefined).length > 0, true);
      core.store.recover();
      await core.pass(1000);
      assertEquals(await core.store.marks.marker("ada", ROOM), 50);
    }),
  );

  it(
    "W10.10 W10.4 only in a room one is in and may read, and above its rate it is dropped",
    withCore(async (core) => {
      const ada = await core.enter("ada", "other", USER);
      ada.send(read(1, "a"));
      await core.settle();
      assertEquals(ada.takeOne("error").code, "NOT_JOINED");
      const grants = [{ pattern: "mine", permissions: ["read" as const], from: 0 }];
      const other = await core.enter("bob", [], { uid: "bob", grants });
      other.send(read(1, "a"));
      await core.settle();
      assertEquals(other.takeOne("error").code, "NOT_FOUND");
      for (let count = 0; count < 300; count++) ada.send({ ...read(1), room: "other" });
      await core.settle();
      assertEquals(ada.take(), []);
      ada.send({ type: "ping", ref: "p" });
      await core.settle();
      assertEquals(ada.takeOne("error").code, "RATE_LIMITED");
    }, { limits: { messagesPerSecond: 5, burst: 20 } } satisfies CoreOptions),
  );
});

describe("session unread", () => {
  it(
    "W10.11 what others said after the marker is unread, where there is a marker",
    withCore(async (core) => {
      const bob = await core.enter("bob", ROOM);
      const ada = await core.enter("ada", ROOM, USER);
      await fill(core, bob, 5);
      await fill(core, ada, 3);
      assertEquals(await unread(core, ada), [undefined, undefined]);
      ada.send(read(2));
      assertEquals(await unread(core, ada), [3, 0]);
      await core.pass(1000);
      await fill(core, bob, 150);
      assertEquals(await unread(core, ada), [100, 0]);
      ada.drop(1000);
      const back = await core.enter("ada", [], USER);
      assertEquals(await unread(core, back), [100, 0]);
      assertEquals(await unread(core, bob), [undefined, undefined]);
    }),
  );

  it(
    "W10.11 W10.5 what is hidden is not unread",
    withCore(async (core) => {
      const bob = await core.enter("bob", ROOM);
      await fill(core, bob, 5);
      core.clock.advance(1000);
      await fill(core, bob, 2);
      const from = core.clock.nowMs;
      const grants = [{ pattern: ROOM, permissions: ["read" as const], from }];
      const ada = await core.enter("ada", ROOM, { ...USER, grants });
      ada.send(read(1));
      assertEquals(await unread(core, ada), [2, 0]);
    }),
  );
});
