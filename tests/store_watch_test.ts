import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StoreError } from "../src/store/store.ts";
import { StoreWatch } from "../src/store_watch.ts";
import { microtasks } from "./core/core.ts";
import { HeldStore } from "./core/held_store.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

const FULL = new StoreError("database or disk is full");

/** A watch over a store that works only while `works` says so. */
function open() {
  const scheduler = new ManualScheduler();
  const state = { works: false, checks: 0, now: 0 };
  const store = new HeldStore();
  store.check = () => {
    state.checks++;
    return state.works ? Promise.resolve() : Promise.reject(FULL);
  };
  const told: unknown[] = [];
  const watch = new StoreWatch({
    store,
    now: () => state.now,
    later: (run, ms) => scheduler.later(run, ms),
    failed: (error) => told.push(error),
    recovered: () => told.push("recovered"),
  });
  const elapse = async (ms: number) => {
    state.now += ms;
    scheduler.elapse(ms);
    await microtasks();
  };
  return { watch, state, told, scheduler, elapse };
}

describe("store watch", () => {
  it("is ready until a commit fails, and tells of the first failure alone", () => {
    const { watch, told } = open();
    assert(watch.isReady);
    watch.tried(undefined);
    watch.tried(FULL);
    watch.tried(FULL);
    assert(!watch.isReady);
    assertEquals(told, [FULL]);
  });

  it("tries by itself until the store works again, once a second", async () => {
    const { watch, state, told, scheduler, elapse } = open();
    watch.tried(FULL);
    for (let second = 0; second < 3; second++) await elapse(1000);
    assertEquals([state.checks, watch.isReady], [3, false]);
    state.works = true;
    await elapse(1000);
    assertEquals([state.checks, watch.isReady], [4, true]);
    assertEquals(told, [FULL, "recovered"]);
    assert(scheduler.isIdle);
  });

  it("has one try under way, also when it fails, works and fails within a second", async () => {
    const { watch, state, told, elapse } = open();
    watch.tried(FULL);
    watch.tried(undefined);
    watch.tried(FULL);
    assertEquals(told, [FULL, "recovered"]);
    await elapse(1000);
    assertEquals(state.checks, 1);
    assert(!watch.isReady);
  });

  it("tells the same words once a minute when it works and fails by turns", async () => {
    const { watch, told, elapse } = open();
    for (let second = 0; second < 100; second++) {
      watch.tried(FULL);
      assert(!watch.isReady);
      watch.tried(undefined);
      assert(watch.isReady);
      await elapse(1000);
    }
    assertEquals(told, [FULL, "recovered", FULL, "recovered"]);
  });

  it("tells other words at once", () => {
    const { watch, told } = open();
    const damaged = new StoreError("database disk image is malformed");
    watch.tried(FULL);
    watch.tried(undefined);
    watch.tried(damaged);
    assertEquals(told, [FULL, "recovered", damaged]);
  });

  it("tells of a second failure that stays, within a minute", async () => {
    const { watch, told, elapse } = open();
    watch.tried(FULL);
    watch.tried(undefined);
    watch.tried(FULL);
    assertEquals(told, [FULL, "recovered"]);
    for (let second = 0; second < 90; second++) await elapse(1000);
    assertEquals(told, [FULL, "recovered", FULL]);
  });
});
