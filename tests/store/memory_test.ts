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

  it("W10.10 forgets who read a room least lately, and what is of a room with the room", async () => {
    const store = new MemoryStore();
    const mark = (uid: string, room = "a") => ({ uid, user: uid, room, seq: 1, at: 1 });
    await store.append([draft("a", "1"), draft("b", "1"), draft("@u,v", "1")]);
    await store.marks.mark([mark("first"), mark("second", "b"), mark("u", "@u,v")]);
    const many = Array.from({ length: 99_998 }, (_, n) => mark(`u${n}`, "b"));
    await store.marks.mark(many);
    assertEquals(await store.marks.marker("first", "a"), 0);
    assertEquals(await store.marks.marker("second", "b"), 1);
    await store.append(Array.from({ length: 100_000 }, (_, n) => draft(`room-${n}`, "1")));
    assertEquals(await store.marks.marker("second", "b"), 0);
    assertEquals([await store.marks.direct("u", 9), await store.marks.knows("u")], [[], false]);
  });
});

describe("the records of a memory: store", () => {
  it("are forgotten some time after they have expired, whoever is asked for", async () => {
    await using opened = await openMemory();
    const { store } = opened;
    for (const [key, expires] of [["a", 1000], ["b", 2_000_000], ["c", null]] as const) {
      await store.put("session", key, "kept", expires);
    }
    const keys = async () => (await store.list("session", 0)).map(({ key }) => key);
    await store.get("session", "none", 999);
    await store.get("session", "none", 1001);
    assertEquals(await keys(), ["a", "b", "c"]);
    await store.get("ban", "none", 700_000);
    assertEquals(await keys(), ["b", "c"]);
  });
});
