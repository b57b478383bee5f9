import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StoreError } from "../src/store/store.ts";
import { StoreWatch } from "../src/store_watch.ts";
import { microtasks } from "./core/core.ts";
import { HeldStore } from "./core/held_store.ts";
import { ManualScheduler } from "./core/manual_scheduler.ts";

const FULL = new StoreError("database or disk is full");

const GONE = new StoreError("Redis does not answer");

/** A watch over a store that works only while `works` says so, and is there while `answers` does. */
function open({ isRemote = false } = {}) {
  const scheduler = new ManualScheduler();
  const state = { works: false, answers: () => Promise.resolve(), checks: 0, looks: 0, now: 0 };
  const store = new HeldStore();
  store.check = () => {
    state.checks++;
    return state.works ? Promise.resolve() : Promise.reject(FULL);
  };
  const ping = () => {
    state.looks++;
    return state.answers();
  };
  const told: unknown[] = [];
  const watch = new StoreWatch({
    store: Object.assign(store, isRemote && { ping }),
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

  it("finds out that a store is gone that nobody asks for anything, and that it is back", async () => {
    const { watch, state, told, elapse } = open({ isRemote: true });
    await watch.look();
    assert(watch.isReady);
    state.answers = () => Promise.reject(GONE);
    await watch.look();
    assert(!watch.isReady);
    // From here on it must work again, and not only be there.
    state.answers = () => Promise.resolve();
    await watch.look();
    await elapse(1000);
    assertEquals([watch.isReady, state.looks, state.checks], [false, 2, 1]);
    state.works = true;
    await elapse(1000);
    assertEquals([watch.isReady, told], [true, [GONE, "recovered"]]);
  });

  it("does not say that a store works because it is there", async () => {
    const { watch, state } = open({ isRemote: true });
    const answer = Promise.withResolvers<void>();
    state.answers = () => answer.promise;
    const looking = watch.look();
    await watch.look();
    watch.tried(FULL);
    answer.resolve();
    await looking;
    assertEquals([watch.isReady, state.looks], [false, 1]);
  });

  it("asks no store that can't go without a word", async () => {
    const { watch, state } = open();
    await watch.look();
    assertEquals([watch.isReady, state.looks, state.checks], [true, 0, 0]);
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
