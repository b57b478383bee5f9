// What users have read and where they are mentioned, as the memory store keeps it: bounded, with
// the oldest forgotten first. Knows of the logs how to count in them.
import { partiesOf } from "../direct_name.ts";
import type { Entry, Member, RoomName, UserId } from "../protocol.ts";
import type { Count, Direct, Mark, MarkStore, Unread } from "./store.ts";

/** What is counted is counted so far, and so many mentions of a user in a room are kept. */
const MOST = 100;
/** Entries after a marker that are looked at for those of others. */
const LOOKED_AT = 1000;
/** Markers that are kept. */
const KEPT = 100_000;

/** What is kept of a user in a room. */
interface Kept {
  mark: Mark;
  /** Seqs, rising. */
  mentions: number[];
}

export interface Logs {
  head(room: RoomName): { seq: number; ts: number } | undefined;
  /** The oldest entry that a log keeps, or the next one. */
  first(room: RoomName): number;
  between(room: RoomName, after: number, upTo: number): Entry[];
}

export class MemoryMarks implements MarkStore {
  readonly #logs: Logs;
  /** By room and user, those that changed last last. */
  readonly #kept = new Map<RoomName, Map<UserId, Kept>>();
  readonly #direct = new Map<UserId, Set<RoomName>>();
  #count = 0;

  constructor(logs: Logs) {
    this.#logs = logs;
  }

  mark(marks: readonly Mark[]): Promise<void> {
    for (const mark of marks) {
      const before = this.#find(mark.room, mark.uid);
      const seq = Math.max(mark.seq, before?.mark.seq ?? 0);
      const mentions = before?.mentions.filter((mentioned) => mentioned > seq) ?? [];
      if (this.#logs.head(mark.room)) this.#keep({ mark: { ...mark, seq }, mentions });
    }
    return Promise.resolve();
  }

  marker(uid: UserId, room: RoomName): Promise<number> {
    return Promise.resolve(this.#marker(uid, room));
  }

  readers(room: RoomName, limit: number): Promise<Member[]> {
    const marks = [...this.#kept.get(room)?.values() ?? []].map(({ mark }) => mark);
    const newest = marks.sort((a, b) => b.at - a.at).slice(0, limit);
    return Promise.resolve(newest.map(({ uid, user }) => ({ uid, user })));
  }

  knows(uid: UserId): Promise<boolean> {
    return Promise.resolve(this.#kept.values().some((kept) => kept.has(uid)));
  }

  unread(uid: UserId, rooms: readonly Unread[]): Promise<(Count | undefined)[]> {
    const counts = rooms.map(({ room, after, first = 1 }) => {
      const marker = this.#marker(uid, room);
      if (marker === 0 && after === undefined) return undefined;
      if (!this.#logs.head(room)) return { unread: 0, mentions: 0 };
      const oldest = Math.max(first, this.#logs.first(room));
      const from = Math.max(marker, after ?? 0, oldest - 1);
      const unread = this.#logs.between(room, from, from + LOOKED_AT)
        .filter((entry) => isThere(entry) && entry.uid !== uid).length;
      const mentions = this.#find(room, uid)?.mentions.filter((seq) =>
        seq > from && this.#logs.between(room, seq - 1, seq).some(isThere)
      ) ?? [];
      return { unread: Math.min(unread, MOST), mentions: mentions.length };
    });
    return Promise.resolve(counts);
  }

  forgetUser(uid: UserId): Promise<void> {
    for (const [room, users] of this.#kept) {
      if (users.delete(uid)) this.#count--;
      if (users.size === 0) this.#kept.delete(room);
    }
    return Promise.resolve();
  }

  direct(uid: UserId, limit: number): Promise<Direct[]> {
    const found = [...this.#direct.get(uid) ?? []].map((room) => {
      return { room, ...this.#logs.head(room)! };
    });
    const newest = found.sort((a, b) => b.ts - a.ts).slice(0, limit);
    return Promise.resolve(newest.map(({ room, seq }) => {
      const other = partiesOf(room)?.find((party) => party !== uid) ?? uid;
      const user = this.#name(other);
      return { room, seq, topic: "", ...(user !== undefined && { user }) };
    }));
  }

  /** A log begins. */
  begin(room: RoomName): void {
    for (const uid of partiesOf(room) ?? []) {
      const rooms = this.#direct.get(uid) ?? new Set();
      this.#direct.set(uid, rooms.add(room));
    }
  }

  /** A log is forgotten: what was read of it says nothing of one that begins anew. */
  forget(room: RoomName): void {
    this.#count -= this.#kept.get(room)?.size ?? 0;
    this.#kept.delete(room);
    for (const uid of partiesOf(room) ?? []) {
      const rooms = this.#direct.get(uid);
      rooms?.delete(room);
      if (rooms?.size === 0) this.#direct.delete(uid);
    }
  }

  /** An entry mentions these. Kept for those who have a marker. */
  mention(room: RoomName, seq: number, uids: readonly UserId[]): void {
    for (const uid of uids) {
      const kept = this.#find(room, uid);
      if (kept) kept.mentions = [...kept.mentions, seq].slice(-MOST);
    }
  }

  #find(room: RoomName, uid: UserId): Kept | undefined {
    return this.#kept.get(room)?.get(uid);
  }

  #name(uid: UserId): string | undefined {
    const marks = [...this.#kept.values()].flatMap((kept) => kept.get(uid)?.mark ?? []);
    return marks.sort((a, b) => b.at - a.at)[0]?.user;
  }

  #keep(kept: Kept): void {
    const { room, uid } = kept.mark;
    const users = this.#kept.get(room) ?? new Map<UserId, Kept>();
    if (!users.delete(uid)) this.#count++;
    this.#kept.delete(room);
    this.#kept.set(room, users.set(uid, kept));
    if (this.#count <= KEPT) return;
    const [oldest, others] = this.#kept.entries().next().value!;
    others.delete(others.keys().next().value!);
    if (others.size === 0) this.#kept.delete(oldest);
    this.#count--;
  }

  #marker(uid: UserId, room: RoomName): number {
    const head = this.#logs.head(room)?.seq ?? 0;
    return Math.min(head, this.#find(room, uid)?.mark.seq ?? 0);
  }
}

/** Something that was said, and not taken back. */
function isThere(entry: Entry): boolean {
  return entry.type === "chat" && !entry.deleted;
}
