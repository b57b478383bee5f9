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
  const state = { works: false, checks: 0 };
  const store = new HeldStore();
  store.check = () => {
    state.checks++;
    return state.works ? Promise.resolve() : Promise.reject(FULL);
  };
  const told: unknown[] = [];
  const watch = new StoreWatch({
    store,
    later: (run, ms) => scheduler.later(run, ms),
    failed: (error) => told.push(error),
    recovered: () => told.push("recovered"),
  });
  const elapse = async (ms: number) => {
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
    assertEquals(told, [FULL, "recovered", FULL]);
    await elapse(1000);
    assertEquals(state.checks, 1);
    assert(!watch.isReady);
  });
});
