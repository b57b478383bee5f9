import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Marks } from "../src/marks.ts";
import { type Mark, StoreError } from "../src/store/store.ts";
import { microtasks } from "./core/core.ts";
import { HeldStore } from "./core/held_store.ts";
import { draft } from "./store/drafts.ts";

const ROOM = "general";
const mark = (seq: number, uid = "guest:a"): Mark => ({ uid, user: "a", room: ROOM, seq, at: 1 });

/** A store whose room has ten entries. */
async function openStore(): Promise<HeldStore> {
  const store = new HeldStore();
  await store.append(Array.from({ length: 10 }, () => draft(ROOM, "hi")));
  return store;
}

describe("marks", () => {
  it("W10.10 go to the store together, at most once a second", async () => {
    const store = await openStore();
    const marks = new Marks(store.marks);
    const stored = () => store.calls.filter((call) => call === "mark").length;
    marks.add(mark(1));
    marks.add(mark(3));
    marks.add(mark(2, "guest:b"));
    await marks.sweep(1000);
    assertEquals([stored(), await store.marks.marker("guest:a", ROOM)], [1, 3]);
    assertEquals(await store.marks.marker("guest:b", ROOM), 2);
    marks.add(mark(4));
    await marks.sweep(1999);
    assert(!marks.isIdle);
    await marks.sweep(2000);
    assertEquals([stored(), await store.marks.marker("guest:a", ROOM)], [2, 4]);
    await marks.sweep(9000);
    assert(marks.isIdle);
    assertEquals(stored(), 2);
  });

  it("W10.10 are found as they are, also while they are on their way", async () => {
    const store = await openStore();
    await store.marks.mark([mark(2)]);
    const marks = new Marks(store.marks);
    assertEquals(await marks.find(ROOM, "guest:a"), 2);
    marks.add(mark(5));
    assertEquals([marks.pending(ROOM, "guest:a"), await marks.find(ROOM, "guest:a")], [5, 5]);
    store.hold("mark");
    const saved = marks.save();
    assertEquals([marks.pending(ROOM, "guest:a"), await marks.find(ROOM, "guest:a")], [5, 5]);
    store.release("mark");
    await saved;
    assertEquals([marks.pending(ROOM, "guest:a"), await marks.find(ROOM, "guest:a")], [0, 5]);
  });

  it("W10.10 that could not be stored are tried again, the newer one where there is one", async () => {
    const store = await openStore();
    const marks = new Marks(store.marks);
    marks.add(mark(1));
    marks.add(mark(2, "guest:b"));
    store.hold("mark");
    store.fail("mark");
    const saved = marks.save();
    marks.add(mark(7));
    store.release("mark");
    await assertRejects(() => saved, StoreError);
    assertEquals([marks.pending(ROOM, "guest:a"), marks.pending(ROOM, "guest:b")], [7, 2]);
    store.recover();
    await marks.save();
    assertEquals(await store.marks.marker("guest:a", ROOM), 7);
    assertEquals(await store.marks.marker("guest:b", ROOM), 2);
  });

  it("W10.10 are all stored when a save resolves, whatever was under way", async () => {
    const store = await openStore();
    const marks = new Marks(store.marks);
    store.hold("mark");
    marks.add(mark(1));
    const saves = [marks.save()];
    marks.add(mark(2));
    let done = 0;
    saves.push(...[marks.save(), marks.save()].map((save) => save.then(() => void done++)));
    store.release("mark", 1);
    await saves[0];
    await microtasks();
    assertEquals([done, store.waiting("mark")], [0, 1]);
    store.release("mark");
    await Promise.all(saves);
    assert(marks.isIdle);
    assertEquals(await store.marks.marker("guest:a", ROOM), 2);
  });
});
