// Where each entry stands in the append-only log table: by room and seq, and by ref. What is new is
// known in memory; it goes into the index tables later, one room at a time, because an index page
// that is written for a single entry costs more than the entry (docs/decisions/store.md).
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Entries that only the memory knows; beyond it the room that waits longest is indexed. */
export const MAX_UNINDEXED = 32_768;
/** A room that has so many of them is indexed with the next commit, so that no commit waits long. */
const MAX_OF_ROOM = 1024;

/** The newest entries of a room, without a gap: those that the tables don't have yet. */
interface Tail {
  /** Its first row when it began: what retention took since does not change the order of tails. */
  firstId: number;
  firstSeq: number;
  /** Ids of their rows in the log. */
  ids: number[];
  /** Their keys in `#refs`. */
  keys: (string | undefined)[];
}

/** Where a ref stands. */
export interface Place {
  seq: number;
  ts: number;
}

export class SqliteIndex {
  readonly #sql: ReturnType<typeof statements>;
  /** By room. A room is indexed whole, so they stay in the order of their first entries. */
  readonly #tails = new Map<number, Tail>();
  readonly #refs = new Map<string, Place>();
  readonly #maxUnindexed: number;
  /** Rooms that are due, for having many. */
  #due = new Set<number>();
  #unindexed = 0;
  /** The newest row, as far as is known. */
  #lastId = 0;

  constructor(db: DatabaseSync, maxUnindexed: number) {
    this.#sql = statements(db);
    this.#maxUnindexed = maxUnindexed;
    this.load();
  }

  /** Learns from the tables what the memory must know: at the start, and after a failed commit. */
  load(): void {
    this.#tails.clear();
    this.#refs.clear();
    this.#due.clear();
    this.#unindexed = 0;
    this.#lastId = 0;
    for (const row of this.#sql.unindexed.iterate()) {
      const { id, room, seq, ts, uid, ref } = row as unknown as {
        id: number;
        room: number;
        seq: number;
        ts: number;
        uid: string;
        ref: string | null;
      };
      this.add(id, room, seq, ts, uid, ref ?? undefined);
    }
  }

  /** Notes a new entry: the row `id` of the log. */
  add(id: number, room: number, seq: number, ts: number, uid: string, ref?: string): void {
    let tail = this.#tails.get(room);
    if (!tail) this.#tails.set(room, tail = { firstId: id, firstSeq: seq, ids: [], keys: [] });
    const key = ref === undefined ? undefined : keyOf(room, uid, ref);
    if (key !== undefined) this.#refs.set(key, { seq, ts });
    tail.ids.push(id);
    tail.keys.push(key);
    if (tail.ids.length >= MAX_OF_ROOM) this.#due.add(room);
    this.#unindexed++;
    this.#lastId = id;
  }

  /** Where a user's ref stands in a room, if it is known. */
  find(room: number, uid: string, ref: string): Place | undefined {
    return this.#refs.get(keyOf(room, uid, ref)) ??
      this.#sql.find.get(room, uid, ref) as unknown as Place | undefined;
  }

  /** The newest seq of a room, where it has entries. */
  last(room: number): number | undefined {
    const tail = this.#tails.get(room);
    if (tail) return tail.firstSeq + tail.ids.length - 1;
    const { last } = this.#sql.last.get(room) as { last: number | null };
    return last ?? undefined;
  }

  /** Ids of the rows with `after < seq <= upTo`, rising. */
  *rising(room: number, after: number, upTo: number): Generator<number> {
    const tailFrom = this.tailFrom(room);
    if (after + 1 < tailFrom) {
      const rows = this.#sql.rising.iterate(room, after, Math.min(upTo, tailFrom - 1));
      for (const row of rows) yield (row as { id: number }).id;
    }
    yield* this.tail(room, after, upTo);
  }

  /** The row of one entry. */
  row(room: number, seq: number): number | undefined {
    const [id] = this.rising(room, seq - 1, seq);
    return id;
  }

  /** From which seq on entries of a room are in no table yet; Infinity: none is. */
  tailFrom(room: number): number {
    return this.#tails.get(room)?.firstSeq ?? Infinity;
  }

  /** The newest ids of a room that the tables don't have yet, of rows with `after < seq <= upTo`. */
  tail(room: number, after: number, upTo: number): number[] {
    const tail = this.#tails.get(room);
    if (!tail) return [];
    const { firstSeq, ids } = tail;
    return ids.slice(Math.max(0, after + 1 - firstSeq), Math.max(0, upTo + 1 - firstSeq));
  }

  /** Within a commit: brings rooms into the tables, as far as is needed. */
  settle(): void {
    if (this.#due.size === 0 && this.#unindexed <= this.#maxUnindexed) return;
    for (const room of this.#due) this.#index(room, this.#tails.get(room)!);
    while (this.#unindexed > this.#maxUnindexed) {
      const [room, tail] = this.#tails.entries().next().value!;
      this.#index(room, tail);
    }
    const [oldest] = this.#tails.values();
    this.#sql.mark.run(String(oldest ? oldest.firstId - 1 : this.#lastId));
  }

  /** Within a commit, before these rows (a JSON list) go, with which rooms lose all up to a seq. */
  forget(ids: string, cuts: readonly { id: number; cut: number }[]): void {
    this.#sql.forgetRefs.run(ids);
    this.#sql.forgetPlaces.run(ids);
    for (const { id, cut } of cuts) this.#cutTail(id, cut);
  }

  /** Within a commit, after rows went: the ids of the newest, if they did, will be given again. */
  lowerMark(): void {
    const { last } = this.#sql.newest.get() as { last: number };
    this.#lastId = last;
    this.#sql.lowerMark.run(last, last);
  }

  #index(room: number, tail: Tail): void {
    const list = JSON.stringify(tail.ids);
    this.#sql.place.run(list);
    this.#sql.ref.run(list);
    for (const key of tail.keys) if (key !== undefined) this.#refs.delete(key);
    this.#unindexed -= tail.ids.length;
    this.#drop(room);
  }

  #cutTail(room: number, cut: number): void {
    const tail = this.#tails.get(room);
    if (!tail || cut < tail.firstSeq) return;
    const count = cut + 1 - tail.firstSeq;
    tail.ids.splice(0, count);
    for (const key of tail.keys.splice(0, count)) if (key !== undefined) this.#refs.delete(key);
    tail.firstSeq += count;
    this.#unindexed -= count;
    if (tail.ids.length === 0) this.#drop(room);
  }

  #drop(room: number): void {
    this.#tails.delete(room);
    this.#due.delete(room);
  }
}

function keyOf(room: number, uid: string, ref: string): string {
  return `${room} ${ref} ${uid}`;
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    unindexed: sql(
      `select id, room, seq, ts, uid, ref from log
       where id > coalesce((select cast(value as integer) from meta where key = 'indexed'), 0)
         and not exists (select 1 from place where place.room = log.room and place.seq = log.seq)
       order by id`,
    ),
    find: sql(
      "select seq, ts from ref join log using (id) where ref.room = ? and ref.uid = ? and ref.ref = ?",
    ),
    last: sql("select max(seq) as last from place where room = ?"),
    rising: sql("select id from place where room = ? and seq > ? and seq <= ? order by seq"),
    place: sql(
      `insert into place (room, seq, id) select room, seq, id from log
       where id in (select value from json_each(?))`,
    ),
    ref: sql(
      `insert into ref (room, uid, ref, id) select room, uid, ref, id from log
       where id in (select value from json_each(?)) and ref is not null`,
    ),
    forgetRefs: sql(
      `delete from ref where (room, uid, ref) in
       (select room, uid, ref from log where id in (select value from json_each(?)))`,
    ),
    forgetPlaces: sql(
      `delete from place where (room, seq) in
       (select room, seq from log where id in (select value from json_each(?)))`,
    ),
    newest: sql("select coalesce(max(id), 0) as last from log"),
    lowerMark: sql(
      "update meta set value = ? where key = 'indexed' and cast(value as integer) > ?",
    ),
    mark: sql("insert or replace into meta (key, value) values ('indexed', ?)"),
  };
}
