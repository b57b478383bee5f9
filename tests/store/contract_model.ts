// Any run of calls against a model: a list of entries for each room. fast-check prints the seed of
// a run that fails, and the smallest calls that fail.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import { type Entry, entryBytes } from "../../src/protocol.ts";
import type { Appended, Draft, Keep, PageSize, Store } from "../../src/store/store.ts";
import type { Open } from "./contract.ts";
import { entryOf, EVERYTHING } from "./drafts.ts";

export const aDraft = fc.record({
  room: fc.constantFrom("a", "b", "c"),
  epoch: fc.constantFrom("e1", "e2"),
  ts: fc.integer({ min: 1, max: 20 }),
  uid: fc.constantFrom("guest:1", "guest:2"),
  user: fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom("a", "é", "😀") }),
  text: fc.string({ minLength: 1, maxLength: 40, unit: "binary" }),
  replyTo: fc.integer({ min: 1, max: 9 }),
  ref: fc.constantFrom("r1", "r2", "r3", "r4"),
}, { requiredKeys: ["room", "epoch", "ts", "uid", "user", "text"] });
const calls = fc.array(fc.array(aDraft, { maxLength: 8 }), { maxLength: 8 });
const aRead = fc.record({
  room: fc.constantFrom("a", "b", "c"),
  from: fc.nat(20),
  to: fc.nat(20),
  size: fc.record({ limit: fc.integer({ min: 1, max: 12 }), bytes: fc.nat(1500) }),
});

/** `entries` are all that ever were; those from `first` on are kept. */
type Log = { epoch: string; entries: Entry[]; first: number; known: Map<string, Appended> };

/** What a store does, said as simply as can be. */
export class Model {
  readonly logs = new Map<string, Log>();

  append(draft: Draft): Appended {
    const log: Log = this.logs.get(draft.room) ??
      { epoch: draft.epoch, entries: [], first: 1, known: new Map() };
    this.logs.set(draft.room, log);
    const key = JSON.stringify([draft.uid, draft.ref]);
    const known = draft.ref === undefined ? undefined : log.known.get(key);
    if (known && known.seq >= log.first) return { ...known, isNew: false };
    const ts = Math.max(draft.ts, log.entries.at(-1)?.ts ?? 0);
    const appended = { epoch: log.epoch, seq: log.entries.length + 1, ts, isNew: true };
    log.entries.push(entryOf(draft, appended));
    log.known.set(key, appended);
    return appended;
  }

  /** The rooms that are cut, with their `first`. */
  retain({ since, messages }: Pick<Keep, "since" | "messages">): Map<string, number> {
    const cuts = new Map<string, number>();
    for (const [room, log] of this.logs) {
      const { first, entries } = log;
      while (
        log.first <= entries.length &&
        (entries[log.first - 1]!.ts < since || entries.length - log.first >= messages)
      ) log.first++;
      if (log.first > first) cuts.set(room, log.first);
    }
    return cuts;
  }

  entries(room: string): Entry[] {
    return this.logs.get(room)?.entries ?? [];
  }

  replay(room: string, after: number, upTo: number, size: PageSize): Entry[] | undefined {
    const found = this.entries(room).filter(({ seq }) => seq > after && seq <= upTo);
    return found.length <= size.limit && bytesOf(found) <= size.bytes ? found : undefined;
  }

  page(room: string, before: number, size: PageSize) {
    const all = this.entries(room).filter(({ seq }) => seq < before);
    const messages = all.slice(-size.limit);
    while (messages.length > 1 && bytesOf(messages) > size.bytes) messages.shift();
    return { messages, more: messages.length < all.length };
  }
}

export function modelContract(open: Open) {
  it("P2 P4 W4.1 appends as the model does, whatever the calls", async () => {
    await using opened = await open();
    const { store } = opened;
    await runs(calls, async (made, prefix) => {
      const model = new Model();
      for (const call of made) {
        const appended = await store.append(call.map((one) => inRun(prefix, one)));
        assertEquals(appended, call.map((one) => model.append(inRun(prefix, one))));
      }
      for (const [room, log] of model.logs) await assertSame(store, room, log);
    });
  });

  it("P3 W5.4 W5.8 reads as the model does, wherever and however much", async () => {
    await using opened = await open();
    const { store } = opened;
    const both = fc.tuple(calls, fc.array(aRead, { minLength: 1, maxLength: 10 }));
    await runs(both, async ([made, reads], prefix) => {
      const model = new Model();
      const said = made.flat().map((one) => inRun(prefix, one));
      await store.append(said);
      for (const one of said) model.append(one);
      for (const { room: name, from, to, size } of reads) {
        const room = prefix + name;
        const replayed = await store.replay(room, from, to, size);
        assertEquals(replayed, model.replay(room, from, to, size));
        assertEquals(await store.page(room, to + 1, size), model.page(room, to + 1, size));
      }
    });
  });
}

/** Checks a property many times, each time in rooms of its own: opening a store takes longer. */
export async function runs<T>(
  made: fc.Arbitrary<T>,
  check: (value: T, prefix: string) => Promise<void>,
) {
  let run = 0;
  await fc.assert(fc.asyncProperty(made, (value) => check(value, `run${++run}-`)));
}

export function inRun(prefix: string, draft: Draft): Draft {
  return { ...draft, room: prefix + draft.room };
}

export async function assertSame(store: Store, room: string, { epoch, entries, first }: Log) {
  const head = { epoch, seq: entries.length, first, topic: "" };
  assertEquals(await store.head(room), head);
  const kept = entries.slice(first - 1);
  assertEquals(await store.replay(room, first - 1, entries.length, EVERYTHING), kept);
  assertEquals((await store.page(room, Infinity, EVERYTHING)).messages, kept);
}

function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
}
