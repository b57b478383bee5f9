import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { GroupCommit, type Log } from "../src/commit.ts";
import { Counts } from "../src/counts.ts";
import type { RoomName, UserId } from "../src/protocol.ts";
import { type Outcome, StoreError } from "../src/store/store.ts";
import { microtasks } from "./core/core.ts";
import { HeldStore } from "./core/held_store.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

/** What every room here gives to its members in one go. */
const FANNED_OUT = 10;

function open() {
  const scheduler = new ManualScheduler();
  const store = new HeldStore();
  const tries: unknown[] = [];
  const happened: string[] = [];
  const outboxes = { added: 0, done: 0 };
  const faults: unknown[] = [];
  const counts = new Counts();
  const commit = new GroupCommit({
    store,
    counts,
    scheduler,
    outboxes,
    maxBytes: 4096 * 300,
    tried: (error) => tries.push(error),
    fault: (error) => faults.push(error),
  });
  const logs = new Map<string, Log>();
  const log = (room: string): Log => {
    const fanOut = () => {
      happened.push(`${room} fans out`);
      return FANNED_OUT;
    };
    if (!logs.has(room)) logs.set(room, { fanOut });
    return logs.get(room)!;
  };
  const add = (room: string, text: string) =>
    commit.add(
      {
        type: "chat",
        room: room as RoomName,
        epoch: "e",
        ts: 1,
        uid: "u" as UserId,
        user: "u",
        text,
      },
      log(room),
      (outcome) => happened.push(`${room} ${text} ${seqOf(outcome)}`),
    );
  /** One turn of the loop, and what follows from it. */
  const turn = async () => {
    scheduler.turn();
    await microtasks();
  };
  const take = () => happened.splice(0);
  return { scheduler, store, commit, tries, happened, add, turn, take, outboxes, faults, counts };
}

/** Where it stands, or that it was not stored. */
function seqOf(outcome: Outcome | undefined): number | string {
  return outcome && "seq" in outcome ? outcome.seq : "lost";
}

describe("commit", () => {
  it("what arrives before the turn ends is one call of the store", async () => {
    const { store, commit, add, turn, take, tries } = open();
    add("a", "one");
    add("b", "two");
    add("a", "three");
    assert(!commit.isIdle);
    assertEquals(store.appends, []);
    await turn();
    assertEquals(store.appends, [3]);
    assertEquals(take(), ["a one 1", "b two 1", "a three 2", "a fans out", "b fans out"]);
    assertEquals(tries, [undefined]);
    assert(commit.isIdle);
  });

  it("W7.1 everything is settled before any room fans out, and each room does once", async () => {
    const { add, turn, take } = open();
    for (const text of ["1", "2", "3"]) add("a", text);
    add("b", "4");
    await turn();
    const fanned = take().map((event) => event.endsWith("fans out"));
    assertEquals(fanned, [false, false, false, false, true, true]);
  });

  it("one call is under way at a time, and the next takes all that came meanwhile", async () => {
    const { store, commit, scheduler, add, turn, take } = open();
    store.hold("append");
    add("a", "one");
    await turn();
    for (const text of ["two", "three"]) add("a", text);
    await turn();
    assertEquals(store.appends, [1]);
    store.release("append");
    await microtasks();
    assertEquals(take(), ["a one 1", "a fans out"]);
    assert(!commit.isIdle);
    await turn();
    assertEquals(store.appends, [1, 2]);
    assertEquals(take(), ["a two 2", "a three 3", "a fans out"]);
    assert(commit.isIdle && scheduler.isIdle);
  });

  it("W7.3 when the store fails all of the call are lost, and the next call is tried", async () => {
    const { store, commit, add, turn, take, tries } = open();
    const error = new StoreError("the disk is full");
    store.fail("append", error);
    add("a", "one");
    add("b", "two");
    await turn();
    assertEquals(take(), ["a one lost", "b two lost", "a fans out", "b fans out"]);
    store.recover();
    add("a", "three");
    await turn();
    assertEquals(take(), ["a three 1", "a fans out"]);
    assertEquals(tries, [error, undefined]);
    assert(commit.isIdle);
  });

  it("a call holds at most 4096 drafts, and the rest follow in order", async () => {
    const { store, commit, add, turn, take } = open();
    for (let text = 1; text <= 5000; text++) add("a", String(text));
    await turn();
    assertEquals(store.appends, [4096]);
    await turn();
    assertEquals(store.appends, [4096, 904]);
    const settled = take().filter((event) => !event.endsWith("fans out"));
    assertEquals(settled, Array.from({ length: 5000 }, (_, i) => `a ${i + 1} ${i + 1}`));
    assert(commit.isIdle);
  });

  it("P5 commits no more than maxBytes until the outboxes it filled had their turn", async () => {
    const { store, commit, add, turn, take, outboxes } = open();
    const large = "x".repeat(700_000);
    for (const text of [large, large, "last"]) add("a", text);
    outboxes.added = 3;
    await turn();
    assertEquals(store.appends, [2]);
    await turn();
    assertEquals(store.appends, [2]);
    assert(!commit.isIdle);
    outboxes.added = 9;
    outboxes.done = 2;
    commit.flushed();
    await turn();
    assertEquals(store.appends, [2]);
    outboxes.done = 3;
    commit.flushed();
    await turn();
    assertEquals(store.appends, [2, 1]);
    assertEquals(take().at(-2), "a last 3");
    assert(commit.isIdle);
  });

  it("counts its calls by size and time, failed ones too, and what the rooms gave", async () => {
    const { store, add, turn, counts } = open();
    for (const text of ["1", "2", "3"]) add("a", text);
    add("b", "4");
    await turn();
    store.fail("append");
    add("a", "5");
    await turn();
    const { commitEntries, commitSeconds, deliveries } = counts;
    assertEquals(commitEntries.bounds.slice(0, 3), [1, 2, 5]);
    assertEquals(commitEntries.counts.slice(0, 4), [1, 0, 1, 0]);
    assertEquals([commitEntries.sum, deliveries], [5, 3 * FANNED_OUT]);
    assertEquals(commitSeconds.counts.reduce((all, count) => all + count), 2);
    assert(commitSeconds.sum > 0 && commitSeconds.sum < 60);
  });

  it("goes on after something threw that must not, and tells of it", async () => {
    const { commit, turn, faults, add, take } = open();
    const error = new Error("a bug");
    const draft = { room: "a" as RoomName, epoch: "e", ts: 1, uid: "u" as UserId, user: "u" };
    commit.add({ ...draft, type: "chat", text: "1" }, { fanOut: () => 0 }, () => {
      throw error;
    });
    await turn();
    assertEquals(faults, [error]);
    add("a", "2");
    await turn();
    assertEquals(take(), ["a 2 2", "a fans out"]);
  });
});
