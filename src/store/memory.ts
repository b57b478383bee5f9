// The store that keeps nothing over a restart: a bounded ring of entries for each room, for tests
// and throw-away servers.
import { isDirect } from "../direct_name.ts";
import { entryOf } from "../entry.ts";
import { type Entry, entryBytes, type Message, type RoomName, type UserId } from "../protocol.ts";
import { MemoryFiles } from "./memory_files.ts";
import { disown, emptyTexts, filesOf, firstOf, type Item, itemAt, type Log } from "./memory_log.ts";
import { MemoryMarks } from "./memory_marks.ts";
import { MemoryMessage } from "./memory_message.ts";
import type { Appended, Authored, Draft, Head, Keep, Outcome, Page, PageSize } from "./store.ts";
import type { Retained, Store, Stored } from "./store.ts";

/** Entries kept of one room, and in all; of the rest only how far their logs went is known. */
const ENTRIES_PER_ROOM = 10_000;
const ENTRIES = 200_000;
/** Rooms of which anything is known. */
const ROOMS = 100_000;
/** How often records that have expired are dropped, in milliseconds. */
const SWEEP_MS = 600_000;

export class MemoryStore implements Store {
  readonly marks = new MemoryMarks({
    head: (room) => this.#logs.get(room),
    first: (room) => firstOf(this.#logs.get(room)!),
    between: (room, after, upTo) => this.#between(room, after, upTo).map(({ entry }) => entry),
  });
  readonly files = new MemoryFiles();
  readonly #logs = new Map<RoomName, Log>();
  readonly #kept = new Map<string, string>();
  /** By kind, then by key. */
  readonly #records = new Map<string, Map<string, Stored>>();
  #sweptAt = -Infinity;
  #lastId = 0;
  #entries = 0;
  /** Logs that lost entries since `retain` last told of them. */
  readonly #cut = new Set<RoomName>();

  append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]> {
    return Promise.resolve(drafts.map((draft) => this.#append(draft) as Outcome<D>));
  }

  head(room: RoomName): Promise<Head | undefined> {
    const log = this.#logs.get(room);
    return Promise.resolve(
      log && { epoch: log.epoch, seq: log.seq, first: firstOf(log), topic: log.topic },
    );
  }

  replay(
    room: RoomName,
    after: number,
    upTo: number,
    size: PageSize,
  ): Promise<Entry[] | undefined> {
    const log = this.#logs.get(room);
    if (log && after < firstOf(log) - 1) return Promise.resolve(undefined);
    const found = this.#between(room, after, upTo).map(({ entry }) => entry);
    const fits = found.length <= size.limit &&
      found.reduce((sum, entry) => sum + entryBytes(entry), 0) <= size.bytes;
    return Promise.resolve(fits ? found : undefined);
  }

  page(room: RoomName, before: number, size: PageSize, uid?: UserId): Promise<Page> {
    const { seq = 0, topic = "" } = this.#logs.get(room) ?? {};
    const found = this.#between(room, 0, before - 1).flatMap(({ message }) => message ?? []);
    const messages: Message[] = [];
    let bytes = 0;
    for (const kept of found.reverse()) {
      const message = kept.show(uid);
      bytes += entryBytes(message);
      if (messages.length === size.limit || (messages.length > 0 && bytes > size.bytes)) break;
      messages.unshift(message);
    }
    return Promise.resolve({ messages, more: messages.length < found.length, seq, topic });
  }

  /** All in one part, and then what was said since. */
  authored(uid: UserId, after: number): Promise<Authored> {
    if (after === this.#lastId) return Promise.resolve({ entries: [] });
    const entries = this.#by(uid, after, this.#lastId).map(({ entry }) => entry);
    return Promise.resolve({ entries, next: this.#lastId });
  }

  disown(uid: UserId, after: number, next: number, user: string): Promise<void> {
    for (const item of this.#by(uid, after, next)) {
      disown(item, user);
      const { entry } = item;
      if (entry.type !== "reaction") continue;
      itemAt(this.#logs.get(entry.room)!, entry.of)?.message?.disownReaction(uid, user);
    }
    return Promise.resolve();
  }

  active(since: number, limit: number): Promise<{ room: RoomName; seq: number; topic: string }[]> {
    const rooms = [...this.#logs]
      .filter(([room, log]) => log.ts >= since && !isDirect(room))
      .sort(([, a], [, b]) => b.ts - a.ts).slice(0, limit)
      .map(([room, log]) => ({ room, seq: log.seq, topic: log.topic }));
    return Promise.resolve(rooms);
  }

  /** All in one step. It has no size: what it holds is bounded by number. */
  retain({ since, messages }: Keep): Promise<Retained> {
    for (const [room, log] of this.#logs) {
      const young = log.entries.findIndex(({ entry }) => entry.ts >= since);
      const old = young === -1 ? log.entries.length : young;
      this.#forget(room, log, Math.max(old, log.entries.length - messages));
    }
    const cuts = [...this.#cut].flatMap((room) => {
      const log = this.#logs.get(room);
      return log ? [{ room, first: firstOf(log) }] : [];
    });
    this.#cut.clear();
    return Promise.resolve({ cuts, isDone: true });
  }

  keep(name: string, fresh: string): Promise<string> {
    if (!this.#kept.has(name)) this.#kept.set(name, fresh);
    return Promise.resolve(this.#kept.get(name)!);
  }

  put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    let records = this.#records.get(kind);
    if (!records) this.#records.set(kind, records = new Map());
    records.set(key, { key, value, expires });
    return Promise.resolve();
  }

  async replace(
    kind: string,
    key: string,
    value: string,
    expires: number | null,
  ): Promise<boolean> {
    if (!this.#records.get(kind)?.has(key)) return false;
    await this.put(kind, key, value, expires);
    return true;
  }

  get(kind: string, key: string, now: number): Promise<string | undefined> {
    this.#sweep(now);
    const record = this.#records.get(kind)?.get(key);
    return Promise.resolve(record && isAlive(record, now) ? record.value : undefined);
  }

  list(kind: string, now: number): Promise<Stored[]> {
    const records = this.#records.get(kind) ?? new Map<string, Stored>();
    const alive = [...records.values()].filter((record) => isAlive(record, now));
    return Promise.resolve(alive.sort((a, b) => a.key < b.key ? -1 : 1));
  }

  remove(kind: string, key: string): Promise<void> {
    this.#records.get(kind)?.delete(key);
    return Promise.resolve();
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Forgets records that have expired, which nobody may ever ask for again. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    for (const records of this.#records.values()) {
      for (const record of records.values()) if (!isAlive(record, now)) records.delete(record.key);
    }
  }

  #append(draft: Draft): Outcome {
    const there = this.#logs.get(draft.room);
    if ("of" in draft && !there) return { refused: "missing" };
    const key = draft.ref === undefined ? undefined : `${draft.uid} ${draft.ref}`;
    const known = key === undefined ? undefined : there?.refs.get(key);
    if (known) return { ...known, isNew: false };
    const ids = draft.type === "chat" && draft.files;
    const files = ids ? this.files.claimable(ids, draft.room, draft.uid) : undefined;
    if (ids && !files) return { refused: "file" };

    const log = this.#log(draft);
    const changed = "of" in draft ? itemAt(log, draft.of)?.message : undefined;
    if ("of" in draft) {
      const judged = changed ? changed.judge(draft) : { refused: "missing" as const };
      if (judged && "refused" in judged) return judged;
      if (judged) return { epoch: log.epoch, ...judged, isNew: false };
    }
    log.seq++;
    log.ts = Math.max(log.ts, draft.ts);
    const { seq, ts } = log;
    if (ids) this.files.claim(ids, ts);
    const entry = entryOf(draft, { seq, ts, ...(files && { files }) });
    const message = entry.type === "chat" ? new MemoryMessage(entry) : undefined;
    log.entries.push({ id: ++this.#lastId, entry, key, message });
    if (draft.type === "chat" && draft.mentions) {
      this.marks.mention(draft.room, log.seq, draft.mentions);
    }
    if (entry.type === "topic") log.topic = entry.text;
    if (entry.type === "deleted") {
      this.files.release(filesOf(itemAt(log, entry.of)!));
      emptyTexts(log, [entry.of, ...changed!.edits]);
    }
    changed?.take(entry);
    const appended: Appended = { epoch: log.epoch, seq, ts, isNew: true };
    if (key !== undefined) log.refs.set(key, { ...appended });
    if (files) appended.files = files;
    if (entry.type === "deleted" && changed!.uid !== entry.uid) appended.author = changed!.uid;
    this.#entries++;
    if (log.entries.length > ENTRIES_PER_ROOM) this.#forget(draft.room, log, 1);
    if (this.#entries > ENTRIES) this.#forgetOldest();
    return appended;
  }

  /** Empties the log that has been silent for longest. */
  #forgetOldest(): void {
    for (const [room, log] of this.#logs) {
      if (log.entries.length > 0) return this.#forget(room, log, log.entries.length);
    }
  }

  #forget(room: RoomName, log: Log, count: number): void {
    if (count === 0) return;
    for (const item of log.entries.splice(0, count)) {
      if (item.key !== undefined) log.refs.delete(item.key);
      this.files.release(filesOf(item));
    }
    this.#entries -= count;
    this.#cut.add(room);
  }

  /** The room's log, made if need be; the room that spoke last is the last to be forgotten. */
  #log(draft: Draft): Log {
    if (!this.#logs.has(draft.room)) this.marks.begin(draft.room);
    const log = this.#logs.get(draft.room) ??
      { epoch: draft.epoch, seq: 0, ts: 0, topic: "", entries: [], refs: new Map() };
    this.#logs.delete(draft.room);
    this.#logs.set(draft.room, log);
    if (this.#logs.size > ROOMS) {
      const [name, oldest] = this.#logs.entries().next().value!;
      this.#forget(name, oldest, oldest.entries.length);
      this.#logs.delete(name);
      this.marks.forget(name);
    }
    return log;
  }

  /** A user's entries with `after < id <= upTo`, in the order in which they came. */
  #by(uid: UserId, after: number, upTo: number): Item[] {
    return [...this.#logs.values()].flatMap(({ entries }) => entries)
      .filter(({ id, entry }) => id > after && id <= upTo && entry.uid === uid)
      .sort((a, b) => a.id - b.id);
  }

  #between(room: RoomName, after: number, upTo: number): Item[] {
    const log = this.#logs.get(room);
    if (!log) return [];
    const first = firstOf(log);
    return log.entries.slice(Math.max(0, after + 1 - first), Math.max(0, upTo + 1 - first));
  }
}

function isAlive({ expires }: Stored, now: number): boolean {
  return expires === null || expires > now;
}
