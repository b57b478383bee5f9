import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MemoryStore } from "../../src/store/memory.ts";
import { openStore } from "../../src/store/open.ts";
import { storeContract } from "./contract.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";

/** Entries that it keeps of one room. */
const KEPT = 10_000;

async function openMemory() {
  const store = await openStore("memory:", "full");
  return { store, [Symbol.asyncDispose]: () => store.close() };
}

storeContract("memory:", openMemory);

describe("the ring of a memory: store", () => {
  it("keeps the newest entries of a room and drops the oldest", async () => {
    await using opened = await openMemory();
    const { store } = opened;
    await store.append([...drafts("a", KEPT), ...drafts("b", 3)]);
    assertEquals(await store.head("a"), { epoch: "e1", seq: KEPT, first: 1, topic: "" });
    await store.append(drafts("a", 5));
    assertEquals(await store.head("a"), { epoch: "e1", seq: KEPT + 5, first: 6, topic: "" });
    assertEquals(await store.head("b"), { epoch: "e1", seq: 3, first: 1, topic: "" });
  });

  it("P3 shows nothing of what was dropped, and seqs go on", async () => {
    await using opened = await openMemory();
    const { store } = opened;
    await store.append(drafts("a", KEPT + 100));
    const oldest = await store.page("a", 103, EVERYTHING);
    assertEquals([seqs(oldest.messages), oldest.more], [[101, 102], false]);
    const nothing = { messages: [], more: false, seq: KEPT + 100, topic: "" };
    assertEquals(await store.page("a", 101, EVERYTHING), nothing);
    assertEquals(seqs((await store.replay("a", 100, 103, EVERYTHING))!), [101, 102, 103]);
    const one = await store.page("a", 103, { ...EVERYTHING, limit: 1 });
    assertEquals([seqs(one.messages), one.more], [[102], true]);
    assertEquals(seqs(await store.append(drafts("a", 1))), [KEPT + 101]);
  });

  it("W7.2 forgets a ref with its entry, and not before", async () => {
    await using opened = await openMemory();
    const { store } = opened;
    const first = draft("a", "first", { ref: "r-1" });
    const second = draft("a", "second", { ref: "r-2" });
    await store.append([first, second, ...drafts("a", KEPT - 1)]);
    const [again, kept] = await store.append([second, first]);
    assertEquals(again, { epoch: "e1", seq: 2, ts: 1000, isNew: false });
    assertEquals(kept, { epoch: "e1", seq: KEPT + 2, ts: 1000, isNew: true });
  });

  it("empties the rooms that were silent longest, and their seqs go on", async () => {
    const store = new MemoryStore();
    await store.append([draft("quiet", "1", { ref: "r", epoch: "e" })]);
    const rooms = Array.from({ length: 200_000 / KEPT }, (_, n) => `room-${n}`);
    for (const room of rooms) await store.append(drafts(room, KEPT));
    assertEquals(await store.head("quiet"), { epoch: "e", seq: 1, first: 2, topic: "" });
    assertEquals(await store.replay("quiet", 0, 1, EVERYTHING), undefined);
    const [next] = await store.append([draft("quiet", "2", { ref: "r", epoch: "other" })]);
    assertEquals([next!.epoch, next!.seq, next!.isNew], ["e", 2, true]);
    assertEquals((await store.head("room-0"))!.first, KEPT + 1);
    assertEquals((await store.head("room-1"))!.first, 1);
  });
});
