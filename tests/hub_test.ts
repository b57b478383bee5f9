import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Guest } from "../src/hub.ts";
import type { RoomName, UserId } from "../src/protocol.ts";
import { StoreError } from "../src/store/store.ts";
import { Core, microtasks, withCore } from "./core/core.ts";

const name = (room: string) => room as RoomName;
const JOIN = { type: "join" as const, room: "general" };
const CHAT = { type: "chat" as const, room: "general", text: "hi" };

/** Somebody to be sent home, who keeps the time to come back. */
class FakeGuest implements Guest {
  delays: number[] = [];
  sweeps: number[] = [];
  readonly identity = { uid: "guest:fake" as UserId, name: "fake", expires: null, seal: null };
  readonly address = "192.0.2.1";
  readonly outbox = { bytes: 0 };

  close(): void {}

  sweep(now: number): void {
    this.sweeps.push(now);
  }

  drain(reconnectAfterMs: number): void {
    this.delays.push(reconnectAfterMs);
  }
}

function coreWith(count: number): { core: Core; guests: FakeGuest[] } {
  const core = new Core();
  const guests = Array.from({ length: count }, () => new FakeGuest());
  for (const guest of guests) core.hub.sessions.add(guest);
  return { core, guests };
}

describe("hub rooms", () => {
  it(
    "a room is opened once, however many ask for it at the same time",
    withCore(async (core) => {
      core.store.hold("head");
      const asked = ["a", "a", "b", "a"].map((room) => core.hub.openRoom(name(room)));
      await microtasks();
      assertEquals(core.store.waiting("head"), 2);
      core.store.release("head");
      const [one, two, other, three] = await Promise.all(asked);
      assertStrictEquals(one, two);
      assertStrictEquals(one, three);
      assert(one !== other);
      assertStrictEquals(await core.hub.openRoom(name("a")), one);
    }),
  );

  it(
    "W14.1 a room knows the head of its log, or gets an epoch where it has none",
    withCore(async (core) => {
      const alice = await core.enter("alice", "general");
      alice.send(CHAT, CHAT);
      await core.settle();
      alice.drop(1000);
      await core.pass(500);
      assertEquals(core.hub.rooms.size, 0);
      const room = await core.hub.openRoom(name("general"));
      assertEquals(room?.head, { epoch: "epoch-1", seq: 2, first: 1, topic: "" });
      const fresh = await core.hub.openRoom(name("fresh"));
      assertEquals(fresh?.head, { epoch: "epoch-2", seq: 0, first: 1, topic: "" });
    }),
  );

  it(
    "W5.6 no more rooms than MAX_ROOMS, those being opened included",
    withCore(async (core) => {
      core.store.hold("head");
      const [a, b] = ["a", "b"].map((room) => core.hub.openRoom(name(room)));
      assertEquals(await core.hub.openRoom(name("c")), undefined);
      core.store.release("head");
      assert(await a && await b);
      assertEquals(await core.hub.openRoom(name("c")), undefined);
      assert(await core.hub.openRoom(name("a")));
      core.hub.sweep();
      core.hub.sweep();
      assert(await core.hub.openRoom(name("c")));
    }, { maxRooms: 2 }),
  );

  it(
    "a room that could not be opened is told to all who asked, and can be opened later",
    withCore(async (core) => {
      core.store.fail("head");
      const asked = [1, 2].map(() => core.hub.openRoom(name("a")));
      for (const room of asked) await assertRejects(() => room, StoreError);
      assertEquals(core.hub.rooms.size, 0);
      core.store.recover();
      assert(await core.hub.openRoom(name("a")));
    }, { maxRooms: 1 }),
  );

  it(
    "a room goes when the last member and the last grace have gone",
    withCore(async (core) => {
      const alice = await core.enter("alice", "general");
      const bob = await core.enter("bob", "general");
      alice.send({ type: "leave", room: "general" });
      await core.pass(1000);
      assertEquals(core.hub.rooms.size, 1);
      bob.drop();
      await core.pass(9750);
      assertEquals(core.hub.rooms.size, 1);
      await core.pass(500);
      assertEquals(core.hub.rooms.size, 0);
    }),
  );

  it(
    "P2 a room whose last entry is still being stored stays, and there is never a second one",
    withCore(async (core) => {
      const alice = await core.enter("alice", "general");
      core.store.hold("append");
      alice.send(CHAT);
      alice.drop(1000);
      await core.pass(1000);
      assertEquals(core.hub.rooms.size, 1);
      const bob = await core.enter("bob", "general");
      bob.send(CHAT);
      core.store.release("append");
      await core.settle();
      assertEquals(bob.takeAll("chat").map(({ seq }) => seq), [1, 2]);
    }),
  );

  it(
    "a room that was opened for somebody who went meanwhile goes with the second sweep",
    withCore(async (core) => {
      core.store.hold("head");
      const alice = core.connect("alice");
      alice.send(JOIN);
      await core.settle();
      alice.drop(1000);
      core.store.release("head");
      await core.settle();
      assertEquals(core.hub.rooms.size, 1);
      core.hub.sweep();
      assertEquals(core.hub.rooms.size, 1);
      core.hub.sweep();
      assertEquals(core.hub.rooms.size, 0);
    }),
  );
});

describe("hub", () => {
  it("looks at the deadlines of every session, by its clock", () => {
    const { core, guests } = coreWith(3);
    core.hub.sweep();
    core.clock.advance(250);
    core.hub.sweep();
    const { nowMs } = core.clock;
    for (const { sweeps } of guests) assertEquals(sweeps, [nowMs - 250, nowMs]);
  });

  for (
    const [connections, longest] of [[1, 2000], [2000, 2000], [5000, 5000], [
      31_000,
      30_000,
    ]] as const
  ) {
    it(`W13.2 of ${connections} connections each comes back after 500 to ${longest} ms`, () => {
      const { core, guests } = coreWith(connections);
      assert(!core.hub.isDraining);
      core.random = 0;
      core.hub.drain();
      core.random = 1 - Number.EPSILON;
      core.hub.drain();
      core.random = 0.5;
      core.hub.drain();
      const middle = 500 + (longest - 500) / 2;
      for (const { delays } of guests) assertEquals(delays, [500, longest, middle]);
      assert(core.hub.isDraining);
    });
  }

  it(
    "W13.2 each connection gets a delay of its own",
    withCore(async (core) => {
      const clients = ["a", "b", "c"].map((name) => core.connect(name));
      const dice = [0.1, 0.2, 0.3];
      Object.defineProperty(core, "random", { get: () => dice.shift() });
      core.hub.drain();
      await core.settle();
      const delays = clients.map((client) => client.takeAll("closing")[0]?.reconnectAfterMs);
      assertEquals(delays, [650, 800, 950]);
    }),
  );

  it(
    "W13.2 is idle when nobody is connected and nothing waits to be stored",
    withCore(async (core) => {
      assert(core.hub.isIdle);
      const alice = await core.enter("alice", "general");
      assert(!core.hub.isIdle);
      core.store.hold("append");
      alice.send(CHAT);
      await core.settle();
      alice.drop();
      assert(!core.hub.isIdle);
      core.store.release("append");
      await core.settle();
      assert(core.hub.isIdle);
    }),
  );
});
