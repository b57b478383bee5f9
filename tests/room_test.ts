import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Batch } from "../src/batch.ts";
import { GroupCommit } from "../src/commit.ts";
import { Counts } from "../src/counts.ts";
import type { Entry, RoomName, UserId } from "../src/protocol.ts";
import { Room } from "../src/room.ts";
import { microtasks } from "./core/core.ts";
import { FakeOccupant } from "./core/fake_occupant.ts";
import { HeldStore } from "./core/held_store.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

const NAME = "general" as RoomName;

function open({ holdBytes = 1_000_000 } = {}) {
  const scheduler = new ManualScheduler();
  const store = new HeldStore();
  const counts = new Counts();
  const commit = new GroupCommit({
    store,
    counts,
    scheduler,
    outboxes: { added: 0, done: 0 },
    maxBytes: 10_000_000,
    tried: () => {},
    fault: (error) => {
      throw error;
    },
  });
  const room = new Room(NAME, { epoch: "e", seq: 0, first: 1, topic: "t" }, commit, holdBytes);
  const settled: (number | undefined)[] = [];
  const say = (who: FakeOccupant, text: string, more: { ref?: string; replyTo?: number } = {}) =>
    room.put({ type: "chat", uid: who.uid, user: who.user, text, ...more }, 1000, (outcome) => {
      settled.push(outcome && "seq" in outcome ? outcome.seq : undefined);
    });
  const enter = (...names: string[]) =>
    names.map((name) => {
      const occupant = new FakeOccupant(name);
      room.hold(occupant);
      room.release(occupant);
      return occupant;
    });
  const turn = async () => {
    scheduler.turn();
    await microtasks();
  };
  return { room, store, scheduler, settled, say, enter, turn, counts };
}

/** The texts of entries, or the types of other messages. */
const heard = (occupant: FakeOccupant) =>
  occupant.take().map((message) => message.type === "chat" ? message.text : message.type);

describe("room", () => {
  it("counts every entry once for each connection that it is given to", async () => {
    const { say, enter, turn, counts } = open();
    const [alice, bob] = enter("alice", "bob", "carol") as [FakeOccupant, FakeOccupant];
    say(alice, "one");
    say(bob, "two");
    await turn();
    assertEquals(counts.deliveries, 6);
    // A retry adds nothing.
    say(bob, "three", { ref: "1" });
    say(bob, "three", { ref: "1" });
    await turn();
    assertEquals(counts.deliveries, 9);
  });

  it("P2 W4.1 every member gets each entry once and in the order of the log", async () => {
    const { room, say, enter, turn, settled } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    say(alice, "one");
    say(bob, "two");
    say(alice, "three", { replyTo: 1 });
    await turn();
    assertEquals(settled, [1, 2, 3]);
    const expected: Entry[] = [
      { seq: 1, uid: alice.uid, user: "alice", text: "one" },
      { seq: 2, uid: bob.uid, user: "bob", text: "two" },
      { seq: 3, uid: alice.uid, user: "alice", text: "three", replyTo: 1 },
    ].map((entry) => ({ type: "chat", room: NAME, ts: 1000, ...entry }));
    assertEquals(alice.take(), expected);
    assertEquals(bob.take(), expected);
    assertEquals(room.head, { epoch: "e", seq: 3, first: 1, topic: "t" });
  });

  it("W5.5 W14.3 begins its log in the epoch that it is told of, and knows where that begins", async () => {
    const { room, say, store, turn, enter } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    room.told({ first: 1, epoch: "another" });
    assertEquals(room.head.epoch, "another");
    say(alice, "hi");
    await turn();
    assertEquals((await store.head(NAME))!.epoch, "another");
    room.told({ first: 2 });
    assertEquals(room.head, { epoch: "another", seq: 1, first: 2, topic: "t" });
  });

  it("a commit's entries are one batch, the same for everybody", async () => {
    const { say, enter, turn } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    say(alice, "one");
    say(alice, "two");
    await turn();
    const [one, ...none] = alice.takeBatches();
    assertEquals(none, []);
    assertEquals(one?.kind, "entry");
    assert(one?.batch === bob.takeBatches()[0]?.batch);
  });

  it("W2.4 entries of more than a frame are several batches", async () => {
    const { say, enter, turn } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    for (const text of ["a", "b", "c"]) say(alice, text.repeat(400_000));
    await turn();
    assertEquals(alice.takeBatches().map(({ batch }) => batch.lines.length), [2, 1]);
  });

  it("W7.1 what was said is settled before any member hears of it", async () => {
    const { room, enter, turn } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    let heardBefore: number | undefined;
    room.put({ type: "chat", uid: alice.uid, user: "alice", text: "hi" }, 1000, () => {
      heardBefore = alice.takeBatches().length;
    });
    await turn();
    assertEquals(heardBefore, 0);
    assertEquals(alice.takeBatches().length, 1);
  });

  it("W7.2 a retry is settled with the position it got, and nobody hears of it", async () => {
    const { say, enter, turn, settled, room } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    say(alice, "one", { ref: "r" });
    say(alice, "again, at once", { ref: "r" });
    await turn();
    say(alice, "again, later", { ref: "r" });
    say(bob, "another's", { ref: "r" });
    await turn();
    assertEquals(settled, [1, 1, 1, 2]);
    assertEquals(heard(bob), ["one", "another's"]);
    assertEquals(room.head.seq, 2);
  });

  it("W7.3 what could not be stored is settled as lost, and is not in the log", async () => {
    const { say, enter, turn, store, settled, room } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    store.fail("append");
    say(alice, "lost");
    await turn();
    store.recover();
    say(alice, "kept");
    await turn();
    assertEquals(settled, [undefined, 1]);
    assertEquals(heard(alice), ["kept"]);
    assertEquals(room.head.seq, 1);
  });

  it("W5.9 entries that come while a joined is made follow it, once and in order", async () => {
    const { room, say, enter, turn } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    say(alice, "before");
    await turn();
    const bob = new FakeOccupant("bob");
    assertEquals(room.hold(bob).seq, 1);
    say(alice, "meanwhile");
    await turn();
    say(alice, "and more");
    await turn();
    assertEquals(heard(bob), []);
    room.release(bob, Batch.of('{"type":"joined"}'));
    say(alice, "after");
    await turn();
    assertEquals(heard(bob), ["joined", "meanwhile", "and more", "after"]);
  });

  it("W5.9 an entry that was stored before the join and told after it comes once", async () => {
    const { room, say, enter, turn, store } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    store.hold("append", "after");
    say(alice, "in the store");
    await turn();
    const bob = new FakeOccupant("bob");
    assertEquals(room.hold(bob).seq, 0);
    store.release("append");
    await turn();
    room.release(bob, Batch.of('{"type":"joined"}'));
    assertEquals(heard(bob), ["joined", "in the store"]);
  });

  it("W5.6 a member that joins again is held back as well, and keeps its place", async () => {
    const { room, say, enter, turn } = open();
    const [alice] = enter("alice") as [FakeOccupant];
    room.hold(alice);
    assertEquals([room.size, room.presence.count], [1, 1]);
    say(alice, "meanwhile");
    await turn();
    assertEquals(heard(alice), []);
    room.release(alice, Batch.of('{"type":"joined"}'));
    assertEquals(heard(alice), ["joined", "meanwhile"]);
    room.leave(alice);
    assertEquals([room.size, room.presence.count, room.isIdle], [0, 0, true]);
  });

  it("W9.3 W10.2 W11.1 a member that joins again misses nothing of what is not kept", () => {
    const { room, enter } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    room.hold(alice);
    room.sweep(1000);
    room.pass({ type: "typing", room: NAME, uid: bob.uid, user: "bob", on: true }, bob.uid);
    room.passBinary(new Uint8Array([1]), bob);
    assertEquals(heard(alice), ["presence", "typing"]);
    assertEquals(alice.takeBinaries().length, 1);
  });

  it("P5 what is held back is bounded; over it the occupant is too slow", async () => {
    const { room, say, enter, turn } = open({ holdBytes: 1000 });
    const [alice] = enter("alice") as [FakeOccupant];
    const bob = new FakeOccupant("bob");
    room.hold(bob);
    const overhead = JSON.stringify({
      ...{ type: "chat", room: NAME, seq: 1, ts: 1000, uid: alice.uid, user: "alice", text: "" },
    }).length;
    say(alice, "x".repeat(1000 - overhead));
    await turn();
    assertEquals(bob.overflows, 0);
    say(alice, "x");
    await turn();
    assertEquals(bob.overflows, 1);
    assertEquals(alice.overflows, 0);
  });

  it("P5 the bound is of each join, not of all together", async () => {
    const { room, say, enter, turn } = open({ holdBytes: 1000 });
    const [alice] = enter("alice") as [FakeOccupant];
    for (let join = 0; join < 3; join++) {
      room.hold(alice);
      say(alice, "x".repeat(600));
      await turn();
      room.release(alice);
    }
    assertEquals(alice.overflows, 0);
  });

  it("nobody hears anything after leaving, and leaving twice is leaving once", async () => {
    const { room, say, enter, turn } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    say(alice, "in flight");
    room.leave(bob);
    room.leave(bob);
    await turn();
    room.pass({ type: "system", room: NAME, text: "s" }, "x" as UserId);
    assertEquals(heard(bob), []);
    assertEquals(heard(alice), ["in flight", "system"]);
    assertEquals(room.presence.count, 1);
  });

  it("W10.2 a passing message goes to the other users, and to nobody before their joined", () => {
    const { room, enter } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    const second = new FakeOccupant("alice", { isBatched: false });
    room.hold(second);
    room.release(second);
    const joining = new FakeOccupant("carol");
    room.hold(joining);
    const { uid } = alice;
    room.pass({ type: "typing", room: NAME, uid, user: "alice", on: true }, uid);
    assertEquals([alice, bob, second, joining].map(heard), [[], ["typing"], [], []]);
  });

  it("W11.1 binary goes to the other members, and to nobody before their joined", () => {
    const { room, enter } = open();
    const [alice, bob] = enter("alice", "bob") as [FakeOccupant, FakeOccupant];
    const joining = new FakeOccupant("carol");
    room.hold(joining);
    room.passBinary(new Uint8Array([1]), alice);
    assertEquals([alice, bob, joining].map((one) => one.takeBinaries().length), [0, 1, 0]);
  });

  it("is not idle while somebody is here, awaited, or an entry waits to be stored", async () => {
    const { room, say, enter, turn } = open();
    assert(room.isIdle);
    const [alice] = enter("alice") as [FakeOccupant];
    assert(!room.isIdle);
    say(alice, "last words");
    room.leave(alice);
    assert(!room.isIdle);
    await turn();
    assert(room.isIdle);
    const [bob] = enter("bob") as [FakeOccupant];
    room.leave(bob, 5000);
    room.sweep(4999);
    assert(!room.isIdle);
    room.sweep(5000);
    assert(room.isIdle);
  });
});
