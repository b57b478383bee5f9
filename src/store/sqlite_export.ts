// The logs of an SQLite file as lines. Only reads; a server may be at work. Goes on past damage,
// which it can because it needs nothing but the rows themselves.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RoomName } from "../protocol.ts";
import { type EntryLine, isLine, type RoomLine } from "./sqlite_archive.ts";
import { COLUMNS, type LogRow, toEntry } from "./sqlite_entries.ts";
import { openToRead, SCHEMA } from "./sqlite_schema.ts";
import { StoreError } from "./store.ts";

/** Rows that are read at once. */
const ROWS = 256;
/** A row takes at least so many bytes: what is below the damage may have no more rows than fit. */
const ROW_BYTES = 16;

/** What came out, and what did not. */
export interface Exported {
  entries: number;
  /** Where entries are missing, such as `general: 5 to 9`. */
  missing: string[];
}

interface Room extends Omit<RoomLine, "type"> {
  /** The last seq that came out. */
  seq: number;
}

type Row = LogRow & { id: number; room: number; ref: string | null };

/** Gives `write` every entry of one room, or of all, in the order in which they came. */
export function exportLogs(
  path: string,
  only: RoomName | undefined,
  write: (line: RoomLine | EntryLine) => void,
): Exported {
  try {
    const { db, version } = openToRead(path);
    try {
      if (version !== SCHEMA) {
        throw new Error(`its schema is ${version}, not ${SCHEMA}: start this Snug on it first`);
      }
      // All of one moment.
      db.exec("begin");
      return exportFrom(db, only, write);
    } finally {
      db.close();
    }
  } catch (error) {
    throw new StoreError(`can't export from ${path}: ${(error as Error).message}`);
  }
}

function exportFrom(
  db: DatabaseSync,
  only: RoomName | undefined,
  write: (line: RoomLine | EntryLine) => void,
): Exported {
  const rooms = new Map<number, Room>();
  for (const [id, room] of allRooms(db)) {
    if (only !== undefined && room.room !== only) continue;
    const { seq: _, ...line } = room;
    write({ type: "room", ...line });
    rooms.set(id, room);
  }
  if (only !== undefined && rooms.size === 0) throw new Error(`there is no room ${only}`);
  const exported: Exported = { entries: 0, missing: [] };
  for (const row of allRows(db)) {
    let room = rooms.get(row.room);
    if (!room) {
      if (only !== undefined) continue;
      // Its own row is damaged.
      const name = `lost-${row.room}` as RoomName;
      rooms.set(row.room, room = { room: name, first: 1, ts: 0, topic: "", seq: 0 });
    }
    const line = lineOf(room.room, row);
    if (!line) continue;
    write(line);
    exported.entries++;
    if (row.seq > room.seq + 1) {
      exported.missing.push(`${room.room}: ${room.seq + 1} to ${row.seq - 1}`);
    }
    room.seq = row.seq;
  }
  return exported;
}

/** Undefined: what is on its page is no entry. */
function lineOf(room: RoomName, row: Row): EntryLine | undefined {
  try {
    const line = { ...toEntry(room, row), ...(row.ref !== null && { ref: row.ref }) };
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

function allRooms(db: DatabaseSync): Map<number, Room> {
  const range = db.prepare(
    "select id, name, cut, cut_ts, topic from room where id between ? and ? order by id",
  );
  const rooms = new Map<number, Room>();
  for (const row of readable(range, lastId(db, "room"))) {
    const { id, name, cut, cut_ts, topic } = row as {
      id: number;
      name: RoomName;
      cut: number;
      cut_ts: number;
      topic: string;
    };
    const room = { room: name, first: cut + 1, ts: cut_ts, topic };
    if (isLine({ type: "room", ...room })) rooms.set(id, { ...room, seq: cut });
  }
  return rooms;
}

function* allRows(db: DatabaseSync): Generator<Row> {
  const range = db.prepare(
    `select id, room, ref, ${COLUMNS} from log where id between ? and ? order by id`,
  );
  yield* readable(range, lastId(db, "log")) as Generator<never>;
}

/** Rows by their ids, and where some can't be read, the others. */
function* readable(
  range: StatementSync,
  last: number,
  from = 1,
): Generator<Record<string, unknown>> {
  for (; from <= last; from += ROWS) yield* readRange(range, from, Math.min(from + ROWS - 1, last));
}

function readRange(range: StatementSync, from: number, to: number): Record<string, unknown>[] {
  try {
    return range.all(from, to);
  } catch {
    if (from === to) return [];
    const middle = Math.floor((from + to) / 2);
    return [...readRange(range, from, middle), ...readRange(range, middle + 1, to)];
  }
}

/** The greatest id; where that can't be read, one that none is above. */
function lastId(db: DatabaseSync, table: "room" | "log"): number {
  try {
    const { last } = db.prepare(`select max(id) as last from ${table}`).get() as {
      last: number | null;
    };
    return last ?? 0;
  } catch {
    const { page_count } = db.prepare("pragma page_count").get() as { page_count: number };
    const { page_size } = db.prepare("pragma page_size").get() as { page_size: number };
    return page_count * Math.floor(page_size / ROW_BYTES);
  }
}
