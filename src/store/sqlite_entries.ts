// The entries of a room as they stand in the log table, and what a row says.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Entry, Message, RoomName } from "../protocol.ts";
import { entryOfRow, type Kind } from "./row.ts";
import type { SqliteIndex } from "./sqlite_index.ts";

/** Selects the text of a row: as bytes where it holds a NUL, or it would come back cut there. */
export const TEXT = "case when instr(text, char(0)) then cast(text as blob) else text end as text";
export const COLUMNS = `log.seq, ts, uid, user, reply_to, kind, files, ${TEXT}`;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Rows that are read at once: stepping through them one by one takes six times as long. */
const ROWS = 64;

/** A row of the log, as `COLUMNS` gives it. */
export interface LogRow {
  seq: number;
  ts: number;
  uid: string;
  user: string;
  text: string | Uint8Array;
  reply_to: number | null;
  /** Null: a chat entry, the one that is in a hurry. */
  kind: Exclude<Kind, "chat"> | null;
  files: string | null;
}

export class SqliteEntries {
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: SqliteIndex;

  constructor(db: DatabaseSync, index: SqliteIndex) {
    this.#sql = statements(db);
    this.#index = index;
  }

  /** Those with `after < seq <= upTo`, rising. */
  *rising(id: number, room: RoomName, after: number, upTo: number): Generator<Entry> {
    const end = Math.min(upTo, this.#index.tailFrom(id) - 1);
    for (let at = after; at < end; at += ROWS) {
      const rows = this.#sql.rising.all(id, at, Math.min(at + ROWS, end));
      for (const row of rows) yield toEntry(room, row as unknown as LogRow);
    }
    for (const row of listed(this.#sql.tail, this.#index.tail(id, after, upTo))) {
      yield toEntry(room, row);
    }
  }

  /** The messages with `seq < before`, falling, as they were said. */
  *falling(id: number, room: RoomName, before: number): Generator<Message> {
    const tail = this.#index.tail(id, 0, before - 1).reverse();
    for (const row of listed(this.#sql.chatTail, tail)) yield toEntry(room, row) as Message;
    for (let at = Math.min(before, this.#index.tailFrom(id));;) {
      const rows = this.#sql.falling.all(id, at) as unknown as LogRow[];
      for (const row of rows) yield toEntry(room, row) as Message;
      if (rows.length < ROWS) return;
      at = rows.at(-1)!.seq;
    }
  }
}

/** The rows with these ids, in that order. */
function* listed(statement: StatementSync, ids: readonly number[]): Generator<LogRow> {
  for (let from = 0; from < ids.length; from += ROWS) {
    const list = JSON.stringify(ids.slice(from, from + ROWS));
    yield* statement.all(list) as unknown as LogRow[];
  }
}

export function textOf(text: string | Uint8Array): string {
  return typeof text === "string" ? text : decoder.decode(text);
}

export function toEntry(room: RoomName, row: LogRow): Entry {
  const { seq, ts, uid, user, kind, files } = row;
  const text = textOf(row.text);
  return entryOfRow(room, {
    seq,
    ts,
    uid,
    user,
    kind: kind ?? "chat",
    text,
    of: row.reply_to,
    files,
  });
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  const places = `select ${COLUMNS} from place cross join log using (id)`;
  // In the order of the list.
  const listed = `select ${COLUMNS} from json_each(?) as listed
    cross join log on log.id = listed.value`;
  return {
    rising: sql(`${places} where place.room = ? and place.seq > ? and place.seq <= ?
      order by place.seq`),
    falling: sql(`${places} where place.room = ? and place.seq < ? and kind is null
      order by place.seq desc limit ${ROWS}`),
    tail: sql(listed),
    chatTail: sql(`${listed} where kind is null`),
  };
}
