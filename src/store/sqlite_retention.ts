// What retention takes out of the log next, and how it goes: a few entries in a step, always the
// oldest of their rooms. Synchronous, as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RoomName } from "../protocol.ts";
import type { SqliteChanges } from "./sqlite_changes.ts";
import type { SqliteFiles } from "./sqlite_files.ts";
import type { SqliteIndex } from "./sqlite_index.ts";
import type { Keep, Retained } from "./store.ts";

/** Entries in a step, and rooms that are looked at in one. */
const ENTRIES = 128;
const ROOMS = 256;

export class SqliteRetention {
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: SqliteIndex;
  readonly #changes: SqliteChanges;
  readonly #files: SqliteFiles;
  /** The room up to which the round over all rooms has come. */
  #room = 0;

  constructor(db: DatabaseSync, index: SqliteIndex, changes: SqliteChanges, files: SqliteFiles) {
    this.#sql = statements(db);
    this.#index = index;
    this.#changes = changes;
    this.#files = files;
  }

  /** Ids of rows that may not stay, and whether there are no more. */
  next(keep: Keep): { ids: number[]; isDone: boolean } {
    if (this.#bytes() > keep.bytes) {
      const ids = this.#sql.oldest.all().map(({ id }) => id as number);
      if (ids.length > 0) return { ids, isDone: false };
    }
    if (keep.since === -Infinity && keep.messages === Infinity) return { ids: [], isDone: true };
    return this.#goRound(keep);
  }

  /** Within a commit: takes them out. */
  drop(ids: readonly number[]): Retained["cuts"] {
    const list = JSON.stringify(ids);
    const cuts = this.#sql.cut.all(list) as { id: number; room: RoomName; cut: number }[];
    this.#index.forget(list, cuts);
    this.#changes.forget(cuts);
    this.#files.release(list);
    this.#sql.drop.run(list);
    this.#index.lowerMark();
    return cuts.map(({ room, cut }) => ({ room, first: cut + 1 }));
  }

  /** Of the pages in use. SQLite fills those that are free again before the file grows. */
  #bytes(): number {
    const { bytes } = this.#sql.bytes.get() as { bytes: number };
    return bytes;
  }

  /** A part of the round in which every room is looked at for what is too old or too much. */
  #goRound({ since, messages }: Keep): { ids: number[]; isDone: boolean } {
    const rooms = this.#sql.rooms.all(this.#room) as { id: number; cut: number }[];
    const ids: number[] = [];
    for (const { id: room, cut } of rooms) {
      const last = this.#index.last(room) ?? cut;
      let seq = cut;
      for (const id of this.#index.rising(room, cut, last)) {
        seq++;
        if (seq > last - messages && this.#ts(id) >= since) break;
        if (ids.length === ENTRIES) return { ids, isDone: false };
        ids.push(id);
      }
      this.#room = room;
    }
    const isDone = rooms.length < ROOMS;
    if (isDone) this.#room = 0;
    return { ids, isDone };
  }

  #ts(id: number): number {
    const { ts } = this.#sql.ts.get(id) as { ts: number };
    return ts;
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    bytes: sql(
      `select (page_count - freelist_count) * page_size as bytes
       from pragma_page_count, pragma_freelist_count, pragma_page_size`,
    ),
    oldest: sql(`select id from log order by id limit ${ENTRIES}`),
    rooms: sql(`select id, cut from room where id > ? order by id limit ${ROOMS}`),
    ts: sql("select ts from log where id = ?"),
    cut: sql(
      `update room set cut = gone.seq, cut_ts = gone.ts
       from (select room, max(seq) as seq, max(ts) as ts from log
             where id in (select value from json_each(?)) group by room) as gone
       where room.id = gone.room returning id, name as room, cut`,
    ),
    drop: sql("delete from log where id in (select value from json_each(?))"),
  };
}
