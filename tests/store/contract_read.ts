// What `replay` and `page` promise: which entries, how many, how many bytes.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { type Entry, entryBytes } from "../../src/protocol.ts";
import type { Open } from "./contract.ts";
import { draft, drafts, EVERYTHING, seqs } from "./drafts.ts";

/** Bytes of entries as a frame has them. */
const bytesOf = (entries: readonly Entry[]) =>
  entries.reduce((sum, entry) => sum + entryBytes(entry), 0);

export function readContract(open: Open) {
  it("P3 W5.3 replays exactly what is after one seq and up to another", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...drafts("a", 5), ...drafts("b", 9)]);
    const replayed = async (after: number, upTo: number) =>
      seqs((await store.replay("a", after, upTo, EVERYTHING))!);
    assertEquals(await replayed(0, 5), [1, 2, 3, 4, 5]);
    assertEquals(await replayed(2, 4), [3, 4]);
    assertEquals(await replayed(4, 5), [5]);
    assertEquals(await replayed(5, 5), []);
    assertEquals(await replayed(4, 3), []);
  });

  it("P3 W5.4 replays all or nothing when there are more than the limit", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 5));
    const limited = (after: number, upTo: number, limit: number) =>
      store.replay("a", after, upTo, { ...EVERYTHING, limit });
    assertEquals(seqs((await limited(0, 5, 5))!), [1, 2, 3, 4, 5]);
    assertEquals(await limited(0, 5, 4), undefined);
    assertEquals(seqs((await limited(1, 5, 4))!), [2, 3, 4, 5]);
    assertEquals(seqs((await limited(0, 4, 4))!), [1, 2, 3, 4]);
    assertEquals(seqs((await limited(4, 5, 1))!), [5]);
  });

  it("W5.4 counts the entries there are, not the seqs that were asked for", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 3));
    assertEquals(seqs((await store.replay("a", 0, 1000, { ...EVERYTHING, limit: 3 }))!), [1, 2, 3]);
    assertEquals(await store.replay("a", 3, 1000, { ...EVERYTHING, limit: 1 }), []);
  });

  it("P3 W5.4 replays all or nothing when it is more than the bytes, in UTF-8", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(["x", "é", "😀", "\n"].map((text) => draft("a", text)));
    const bytes = bytesOf((await store.page("a", 100, EVERYTHING)).messages);
    const sized = (bytes: number) => store.replay("a", 0, 4, { limit: 100, bytes });
    assertEquals(seqs((await sized(bytes))!), [1, 2, 3, 4]);
    assertEquals(await sized(bytes - 1), undefined);
    assertEquals(await sized(1), undefined);
  });

  it("W5.8 pages what is before a seq, newest of it, oldest first", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([...drafts("a", 9), ...drafts("b", 20)]);
    const paged = async (before: number, limit: number) => {
      const { messages, more } = await store.page("a", before, { ...EVERYTHING, limit });
      return [seqs(messages), more];
    };
    assertEquals(await paged(10, 4), [[6, 7, 8, 9], true]);
    assertEquals(await paged(6, 4), [[2, 3, 4, 5], true]);
    assertEquals(await paged(2, 4), [[1], false]);
    assertEquals(await paged(5, 4), [[1, 2, 3, 4], false]);
    assertEquals(await paged(6, 5), [[1, 2, 3, 4, 5], false]);
    assertEquals(await paged(1, 4), [[], false]);
    assertEquals(await paged(1000, 2), [[8, 9], true]);
    assertEquals(await paged(Number.MAX_SAFE_INTEGER, 100), [[1, 2, 3, 4, 5, 6, 7, 8, 9], false]);
  });

  it("W5.8 pages only what fits the bytes, and says that there is more", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(["é".repeat(50), "x".repeat(50), "😀".repeat(50)].map((t) => draft("a", t)));
    const { messages } = await store.page("a", 100, EVERYTHING);
    const paged = async (bytes: number) => {
      const page = await store.page("a", 100, { limit: 100, bytes });
      return [seqs(page.messages), page.more];
    };
    assertEquals(await paged(bytesOf(messages)), [[1, 2, 3], false]);
    assertEquals(await paged(bytesOf(messages) - 1), [[2, 3], true]);
    assertEquals(await paged(bytesOf(messages.slice(1))), [[2, 3], true]);
    assertEquals(await paged(bytesOf(messages.slice(1)) - 1), [[3], true]);
  });

  it("pages at least one entry, whatever its size", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append([draft("a", "small"), draft("a", "x".repeat(100_000))]);
    const tiny = { limit: 100, bytes: 1 };
    const newest = await store.page("a", 3, tiny);
    assertEquals([seqs(newest.messages), newest.more], [[2], true]);
    const oldest = await store.page("a", 2, tiny);
    assertEquals([seqs(oldest.messages), oldest.more], [[1], false]);
  });

  it("reads and writes on after a read that stopped half-way", async () => {
    await using opened = await open();
    const { store } = opened;
    await store.append(drafts("a", 10));
    for (let round = 0; round < 5; round++) {
      assertEquals(await store.replay("a", 0, 10, { limit: 100, bytes: 200 }), undefined);
      assertEquals((await store.page("a", 100, { limit: 100, bytes: 1 })).messages.length, 1);
      const [appended] = await store.append(drafts("a", 1));
      assertEquals(appended!.seq, 11 + round);
    }
    assertEquals((await store.page("a", 100, EVERYTHING)).messages.length, 15);
  });
}
