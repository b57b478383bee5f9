import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Retention } from "../src/retention.ts";
import { type Keep, type Retained, StoreError } from "../src/store/store.ts";
import { microtasks } from "./core/core.ts";
import { HeldStore } from "./core/held_store.ts";

const DAY_MS = 24 * 3_600_000;
const FULL = new StoreError("database or disk is full");

/** A retention over a store that takes these steps, one after the other. */
function open(steps: Retained[], limits: Partial<Record<"days" | "messages" | "bytes", number>>) {
  const store = new HeldStore();
  const asked: Keep[] = [];
  const retain = store.retain.bind(store);
  store.retain = async (keep) => {
    asked.push(keep);
    await retain(keep);
    return steps.shift() ?? { cuts: [], isDone: true };
  };
  const told: unknown[] = [];
  const retention = new Retention({
    store,
    limits: { days: 0, messages: 0, bytes: 0, ...limits },
    now: () => 100 * DAY_MS,
    cut: (room, first) => told.push(`${room} ${first}`),
    failed: (error) => told.push(error),
  });
  return { retention, store, asked, told };
}

const step = (isDone: boolean, ...rooms: string[]): Retained => ({
  cuts: rooms.map((room, index) => ({ room, first: index + 2 })),
  isDone,
});

describe("retention", () => {
  it("W14.3 keeps for good what has no limit", async () => {
    const { retention, asked } = open([], {});
    await retention.run();
    assertEquals(asked, [{ since: -Infinity, messages: Infinity, bytes: Infinity }]);
  });

  it("W14.3 counts days from now, and says all limits", async () => {
    const { retention, asked } = open([], { days: 30, messages: 1000, bytes: 5_000_000 });
    await retention.run();
    assertEquals(asked, [{ since: 70 * DAY_MS, messages: 1000, bytes: 5_000_000 }]);
  });

  it("goes on until all is done, and tells of each cut, but of no second run meanwhile", async () => {
    const steps = [step(false, "a", "b"), step(false), step(true, "c")];
    const { retention, store, asked, told } = open(steps, { days: 1 });
    store.hold("retain");
    const running = retention.run();
    await retention.run();
    store.release("retain", 1);
    await microtasks();
    assertEquals(told, ["a 2", "b 3"]);
    store.release("retain");
    await running;
    assertEquals(told, ["a 2", "b 3", "c 2"]);
    assertEquals(asked.length, 3);
    await retention.run();
    assertEquals(asked.length, 4);
  });

  it("tells of a failure, and may run again", async () => {
    const { retention, store, told } = open([step(true, "a")], { days: 1 });
    store.fail("retain", FULL);
    await retention.run();
    assertEquals(told, [FULL]);
    store.recover();
    await retention.run();
    assertEquals(told, [FULL, "a 2"]);
  });

  it("ends after the step that is under way when it is stopped", async () => {
    const { retention, store, asked } = open([step(false), step(false)], { days: 1 });
    store.hold("retain");
    const running = retention.run();
    retention.stop();
    store.release("retain");
    await running;
    assertEquals(asked.length, 1);
  });
});
