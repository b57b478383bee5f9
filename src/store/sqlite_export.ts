// The logs of an SQLite file as lines. Only reads; a server may be at work. Goes on past damage,
// which it can because it needs nothing but the rows themselves.
import type { DatabaseSync } from "node:sqlite";
import type { RoomName } from "../protocol.ts";
import { type EntryLine, isLine, type RoomLine } from "./sqlite_archive.ts";
import { COLUMNS, type LogRow, toEntry } from "./sqlite_entries.ts";
import { SqliteRows } from "./sqlite_rows.ts";
import { openToRead, SCHEMA } from "./sqlite_schema.ts";
import { StoreError } from "./store.ts";

/** What came out, and what did not. */
export interface Exported {
  entries: number;
  /** Where entries are missing, such as `general: 5 to 9`. */
  missing: string[];
  /** Something could not be read; the last entries of a room may be missing too. */
  isDamaged: boolean;
}

interface Room extends Omit<RoomLine, "type"> {
  /** The last entry that came out: its seq, and the id of its row. */
  seq: number;
  id: number;
}

type Row = LogRow & { id: number; room: number; ref: string | null };

/** Gives `write` every entry of one room, or of all, in the order in which they came. */
export function exportLogs(
  path: string,
  only: RoomName | undefined,
  write: (line: RoomLine | EntryLine) => void,
): Exported {
  try {
    const { db, version } = openToRead(path, { isLenient: true });
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
  const readable = new SqliteRows(db);
  const rooms = new Map<number, Room>();
  for (const [id, room] of allRooms(readable)) {
    if (only !== undefined && room.room !== only) continue;
    const { seq: _, id: __, ...line } = room;
    write({ type: "room", ...line });
    rooms.set(id, room);
  }
  if (only !== undefined && rooms.size === 0) throw new Error(`there is no room ${only}`);
  const exported: Exported = { entries: 0, missing: [], isDamaged: false };
  for (const found of readable.of("log", `id, room, ref, ${COLUMNS}`)) {
    const row = found as unknown as Row;
    let room = rooms.get(row.room);
    if (!room) {
      if (only !== undefined) continue;
      // Its own row is damaged.
      const name = `lost-${row.room}` as RoomName;
      room = { room: name, first: 1, ts: 0, topic: "", seq: row.seq - 1, id: 0 };
      rooms.set(row.room, room);
    }
    const line = lineOf(room.room, row);
    if (!line || !canFollow(room, row)) {
      exported.isDamaged = true;
      continue;
    }
    write(line);
    exported.entries++;
    if (row.seq > room.seq + 1) {
      exported.missing.push(`${room.room}: ${room.seq + 1} to ${row.seq - 1}`);
    }
    room.seq = row.seq;
    room.id = row.id;
  }
  exported.isDamaged ||= readable.isDamaged || exported.missing.length > 0;
  return exported;
}

/** A seq of a room takes an id of all; else its number was written over. */
function canFollow(room: Room, { seq, id }: Row): boolean {
  return seq > room.seq && seq - room.seq <= id - room.id;
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

function allRooms(rows: SqliteRows): Map<number, Room> {
  const rooms = new Map<number, Room>();
  for (const row of rows.of("room", "id, name, cut, cut_ts, topic")) {
    const { id, name, cut, cut_ts, topic } = row as {
      id: number;
      name: RoomName;
      cut: number;
      cut_ts: number;
      topic: string;
    };
    const room = { room: name, first: cut + 1, ts: cut_ts, topic };
    if (isLine({ type: "room", ...room })) rooms.set(id, { ...room, seq: cut, id: 0 });
  }
  return rooms;
}
