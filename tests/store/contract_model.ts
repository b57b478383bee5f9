// Any run of calls against a model: a list of entries for each room. fast-check prints the seed of
// a run that fails, and the smallest calls that fail.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import fc from "fast-check";
import { type Chat, type Entry, entryBytes, type Message } from "../../src/protocol.ts";
import type { KeptFile, Upload } from "../../src/store/file_store.ts";
import type { Appended, Draft, Keep, Outcome, Page } from "../../src/store/store.ts";
import type { PageSize, Store } from "../../src/store/store.ts";
import { emptied, judge, shown, topicOf } from "./account.ts";
import type { Open } from "./contract.ts";
import { entryOf, EVERYTHING } from "./drafts.ts";

const sender = {
  room: fc.constantFrom("a", "b", "c"),
  epoch: fc.constantFrom("e1", "e2"),
  ts: fc.integer({ min: 1, max: 20 }),
  uid: fc.constantFrom("guest:1", "guest:2"),
  user: fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom("a", "é", "😀") }),
  ref: fc.constantFrom("r1", "r2", "r3", "r4", "r5", "r6"),
};
const requiredKeys = ["type", "room", "epoch", "ts", "uid", "user"] as const;
const text = fc.string({ minLength: 1, maxLength: 40, unit: "binary" });
const about = { of: fc.integer({ min: 1, max: 4 }), from: fc.integer({ min: 0, max: 5 }) };
const aChat = fc.record({
  ...{ type: fc.constant("chat" as const), ...sender, text },
  replyTo: fc.integer({ min: 1, max: 9 }),
}, { requiredKeys: [...requiredKeys, "text"] });
const anEdit = fc.record(
  { type: fc.constant("edited" as const), ...sender, ...about, text },
  { requiredKeys: [...requiredKeys, "of", "text"] },
);
const aDeletion = fc.record(
  { type: fc.constant("deleted" as const), ...sender, ...about, isModerator: fc.boolean() },
  { requiredKeys: [...requiredKeys, "of"] },
);
const aReaction = fc.record({
  ...{ type: fc.constant("reaction" as const), ...sender, ...about },
  emoji: fc.constantFrom("👍", "❤️", "x"),
  on: fc.boolean(),
}, { requiredKeys: [...requiredKeys, "of", "emoji", "on"] });
const aTopic = fc.record({
  ...{ type: fc.constant("topic" as const), ...sender },
  text: fc.constantFrom("", "one", "two"),
}, { requiredKeys: [...requiredKeys, "text"] });
export const aDraft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 5, arbitrary: aChat },
  { weight: 2, arbitrary: anEdit },
  { weight: 1, arbitrary: aDeletion },
  { weight: 4, arbitrary: aReaction },
  { weight: 1, arbitrary: aTopic },
);
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
  /** Files that are found. */
  readonly files: Map<string, KeptFile>;

  constructor(uploads: readonly Upload[] = []) {
    this.files = new Map(uploads.map((one) => [one.id, one]));
  }

  append(draft: Draft): Outcome {
    const isNew = !this.logs.has(draft.room);
    if (isNew && "of" in draft) return { refused: "missing" };
    const log: Log = this.logs.get(draft.room) ??
      { epoch: draft.epoch, entries: [], first: 1, known: new Map() };
    const key = JSON.stringify([draft.uid, draft.ref]);
    const before = draft.ref === undefined ? undefined : log.known.get(key);
    if (before && before.seq >= log.first) return { ...before, isNew: false };
    if ("of" in draft) {
      const judged = judge(log, draft);
      if (judged && "refused" in judged) return judged;
      if (judged) return { epoch: log.epoch, seq: judged.seq, ts: judged.ts, isNew: false };
    }
    const ids = draft.type === "chat" && draft.files || [];
    const named = ids.map((id) => this.files.get(id));
    for (const file of named) {
      const isTheirs = file?.room === draft.room && file.uid === draft.uid;
      if (!isTheirs || file.said !== undefined) return { refused: "file" };
    }
    this.logs.set(draft.room, log);
    const ts = Math.max(draft.ts, log.entries.at(-1)?.ts ?? 0);
    const files = named.map((file) => shownOf(file!));
    for (const id of ids) this.files.get(id)!.said = ts;
    const appended: Appended = { epoch: log.epoch, seq: log.entries.length + 1, ts, isNew: true };
    if (files.length > 0) appended.files = files;
    if (draft.type === "deleted") this.#release(log.entries[draft.of - 1]!);
    log.entries.push(entryOf(draft, appended));
    const { files: _, ...known } = appended;
    log.known.set(key, known);
    const author = draft.type === "deleted" ? log.entries[draft.of - 1]!.uid : draft.uid;
    return author === draft.uid ? appended : { ...appended, author };
  }

  /** The rooms that are cut, with their `first`. */
  retain({ since, messages }: Pick<Keep, "since" | "messages">): Map<string, number> {
    const cuts = new Map<string, number>();
    for (const [room, log] of this.logs) {
      const { first, entries } = log;
      while (
        log.first <= entries.length &&
        (entries[log.first - 1]!.ts < since || entries.length - log.first >= messages)
      ) this.#release(entries[log.first++ - 1]!);
      if (log.first > first) cuts.set(room, log.first);
    }
    return cuts;
  }

  /** As they are replayed. */
  entries(room: string): Entry[] {
    return this.logs.get(room)?.entries.map((entry, _, all) => emptied(entry, all)) ?? [];
  }

  replay(room: string, after: number, upTo: number, size: PageSize): Entry[] | undefined {
    const found = this.entries(room).filter(({ seq }) => seq > after && seq <= upTo);
    return found.length <= size.limit && bytesOf(found) <= size.bytes ? found : undefined;
  }

  page(room: string, before: number, size: PageSize, uid: string): Page {
    const { entries = [], first = 1 } = this.logs.get(room) ?? {};
    const all = entries.filter(({ seq, type }) => type === "chat" && seq >= first && seq < before)
      .map((chat) => shown(chat as Chat, entries, uid));
    const messages = all.slice(-size.limit);
    while (messages.length > 1 && bytesOf(messages) > size.bytes) messages.shift();
    const more = messages.length < all.length;
    return { messages, more, seq: entries.length, topic: topicOf(entries) };
  }

  #release(entry: Entry) {
    for (const { id } of entry.type === "chat" && entry.files || []) this.files.delete(id);
  }
}

/** What a message shows of a file. */
function shownOf({ room: _, uid: __, at: ___, said: ____, ...file }: KeptFile) {
  return file;
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
      for (const room of model.logs.keys()) await assertSame(store, room, model);
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
        for (const uid of ["guest:1", "nobody"]) {
          const page = await store.page(room, to + 1, size, uid);
          assertEquals(page, model.page(room, to + 1, size, uid));
        }
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

export async function assertSame(store: Store, room: string, model: Model) {
  const { epoch, first, entries } = model.logs.get(room)!;
  const head = { epoch, seq: entries.length, first, topic: topicOf(entries) };
  assertEquals(await store.head(room), head);
  const kept = model.entries(room).slice(first - 1);
  assertEquals(await store.replay(room, first - 1, entries.length, EVERYTHING), kept);
  const page = await store.page(room, Infinity, EVERYTHING, "guest:1");
  assertEquals(page, model.page(room, Infinity, EVERYTHING, "guest:1"));
}

function bytesOf(entries: readonly (Entry | Message)[]): number {
  return entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
}
