// Brings exported logs into an SQLite file: the same entries under the same seqs, in rooms that
// have no log yet. All of them or none.
import { randomBytes } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RoomName, SharedFile, UserId } from "../protocol.ts";
import { columnsOf } from "./row.ts";
import { type EntryLine, parseLine } from "./sqlite_archive.ts";
import { SqliteChanges } from "./sqlite_changes.ts";
import { SqliteFiles } from "./sqlite_files.ts";
import { MAX_UNINDEXED, SqliteIndex } from "./sqlite_index.ts";
import { openLock } from "./sqlite_lock.ts";
import { SqliteMarks } from "./sqlite_marks.ts";
import { closeDatabase, openDatabase } from "./sqlite_schema.ts";
import { type Change, type Draft, StoreError } from "./store.ts";

/** Entries that may be missing at one place: more is rather a wrong number. */
const MOST_MISSING = 1_000_000;
/** Who a missing message stands there from. */
const LOST = { uid: "guest:lost" as UserId, user: "lost" };

/** What came in. */
export interface Imported {
  rooms: number;
  entries: number;
  /** Entries that the lines left out; they stand there as deleted messages. */
  missing: number;
}

/** Rejects with a `StoreError` that names the line, and has then changed nothing. */
export async function importLogs(path: string, lines: AsyncIterable<string>): Promise<Imported> {
  const lock = await openLock(path);
  try {
    const db = openDatabase(path, "full");
    try {
      db.exec("begin immediate");
      const importing = new Import(db);
      let number = 0;
      for await (const line of lines) {
        number++;
        if (line.trim() !== "") importing.add(line, number);
      }
      importing.finish();
      db.exec("commit");
      return importing.imported;
    } finally {
      if (db.isTransaction) db.exec("rollback");
      closeDatabase(db);
    }
  } catch (error) {
    throw new StoreError(`can't import into ${path}: ${(error as Error).message}`);
  } finally {
    lock.close();
  }
}

interface Room {
  id: number;
  seq: number;
  ts: number;
}

class Import {
  readonly imported: Imported = { rooms: 0, entries: 0, missing: 0 };
  readonly #rooms = new Map<RoomName, Room>();
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #changes: SqliteChanges;
  readonly #marks: SqliteMarks;
  readonly #files: SqliteFiles;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = statements(db);
    this.#changes = new SqliteChanges(db);
    this.#files = new SqliteFiles(db);
    this.#marks = new SqliteMarks(db, new SqliteIndex(db, MAX_UNINDEXED));
  }

  add(json: string, number: number): void {
    const line = parseLine(json);
    if (!line) throw new Error(`line ${number} is no line of an export`);
    if (line.type === "room") {
      if (this.#rooms.has(line.room)) throw new Error(`line ${number}: ${line.room} began before`);
      this.#begin(line.room, line.first - 1, line.ts, line.topic, number);
      return;
    }
    const room = this.#rooms.get(line.room) ??
      this.#begin(line.room, line.seq - 1, 0, "", number);
    if (line.seq <= room.seq) {
      throw new Error(`line ${number}: ${line.seq} comes after ${room.seq} in ${line.room}`);
    }
    if (line.seq - room.seq > MOST_MISSING) {
      throw new Error(`line ${number}: expected ${room.seq + 1} in ${line.room}, not ${line.seq}`);
    }
    while (room.seq + 1 < line.seq) {
      this.imported.missing++;
      this.#say(room, { ...LOST, room: line.room, seq: room.seq + 1, ts: room.ts, text: "" });
    }
    this.#addEntry(room, line);
  }

  /** Brings all into the index tables, and notes when each room was spoken in. */
  finish(): void {
    for (const { id, ts } of this.#rooms.values()) this.#sql.spoke.run(ts, id);
    this.#db.exec(INDEX);
  }

  #begin(name: RoomName, cut: number, ts: number, topic: string, number: number): Room {
    if (this.#sql.room.get(name)) {
      throw new Error(`line ${number}: ${name} has a log; import makes rooms, and changes none`);
    }
    const epoch = randomBytes(8).toString("base64url");
    const { lastInsertRowid } = this.#sql.create.run(name, epoch, topic, cut, ts);
    const room = { id: Number(lastInsertRowid), seq: cut, ts };
    this.#marks.begin(room.id, name);
    this.#rooms.set(name, room);
    this.imported.rooms++;
    return room;
  }

  #addEntry(room: Room, line: EntryLine): void {
    this.imported.entries++;
    if (line.type === "chat") {
      this.#say(room, line);
      return;
    }
    const draft = toDraft(line);
    const [text, of, kind] = columnsOf(draft);
    const id = this.#append(room, line, text, of, kind);
    if (draft.type === "topic") {
      this.#sql.topic.run(draft.text, room.id);
      return;
    }
    // Its message was deleted, and its text with it.
    if (draft.type === "edited" && draft.text === "") return;
    const target = this.#sql.chat.get(room.id, draft.of) as { id: number } | undefined;
    if (target) this.#changes.add(room.id, target.id, draft, line.seq, id);
  }

  #say(room: Room, said: Said): void {
    const { room: name, seq, ts: at, uid, files } = said;
    const shown = files ? JSON.stringify(files) : null;
    const id = this.#append(room, said, said.text, said.replyTo ?? null, null, shown);
    this.#sql.place.run(room.id, seq, id);
    this.#files.bring((files ?? []).map((file) => ({ ...file, room: name, uid, at })), id);
  }

  #append(
    room: Room,
    { seq, ts, uid, user, ref }: Omit<Said, "room" | "text">,
    text: string,
    of: number | null,
    kind: string | null,
    files: string | null = null,
  ): number {
    room.ts = Math.max(room.ts, ts);
    room.seq = seq;
    const row = [room.id, seq, room.ts, uid, user, ref ?? null, text, of, kind, files];
    return Number(this.#sql.append.run(...row).lastInsertRowid);
  }
}

interface Said {
  room: RoomName;
  seq: number;
  ts: number;
  uid: UserId;
  user: string;
  text: string;
  ref?: string;
  replyTo?: number;
  files?: SharedFile[];
}

function toDraft(line: Exclude<EntryLine, { type: "chat" }>): Change | Topic {
  return { epoch: "", ...line };
}

type Topic = Extract<Draft, { type: "topic" }>;

/** What is in no index table yet: all that was imported, and what waited before. */
const INDEX = `
  insert or ignore into place (room, seq, id) select room, seq, id from log
    where id > coalesce((select cast(value as integer) from meta where key = 'indexed'), 0);
  insert or ignore into ref (room, uid, ref, id) select room, uid, ref, id from log
    where id > coalesce((select cast(value as integer) from meta where key = 'indexed'), 0)
      and ref is not null;
  insert or replace into meta (key, value)
    select 'indexed', coalesce(max(id), 0) from log;`;

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    room: sql("select 1 from room where name = ?"),
    create: sql(
      "insert into room (name, epoch, topic, spoke, cut, cut_ts) values (?, ?, ?, 0, ?, ?)",
    ),
    append: sql(
      `insert into log (room, seq, ts, uid, user, ref, text, reply_to, kind, files)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    place: sql("insert into place (room, seq, id) values (?, ?, ?)"),
    chat: sql(
      `select id from place join log using (id)
       where place.room = ? and place.seq = ? and kind is null
         and (text <> '' or files is not null)`,
    ),
    topic: sql("update room set topic = ? where id = ?"),
    spoke: sql("update room set spoke = ? where id = ?"),
  };
}
