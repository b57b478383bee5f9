// What an SQLite file must look like before it is used: sound, of a known version, and with new
// epochs where a power cut may have taken the end of a log.
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Sync } from "./sqlite_log.ts";

/** `migrations[n]` brings a file of version n to version n + 1 (`user_version`). */
const migrations = [
  `create table meta (key text primary key, value text not null) without rowid;
   create table room (
     id integer primary key,
     name text not null unique,
     epoch text not null,
     topic text not null default '',
     spoke integer not null
   );
   create index room_spoke on room (spoke);
   create table log (
     id integer primary key,
     room integer not null references room,
     seq integer not null,
     ts integer not null,
     uid text not null,
     user text not null,
     ref text,
     text text not null,
     reply_to integer
   );
   create table place (
     room integer not null,
     seq integer not null,
     id integer not null,
     primary key (room, seq)
   ) without rowid;
   create table ref (
     room integer not null,
     uid text not null,
     ref text not null,
     id integer not null,
     primary key (room, uid, ref)
   ) without rowid;`,
  `create table record (
     kind text not null,
     key text not null,
     value text not null,
     expires integer,
     primary key (kind, key)
   ) without rowid;
   create index record_expires on record (expires) where expires is not null;`,
  // How far retention has cut a log, and the time of the last entry that went: what a log without
  // entries goes on from.
  `alter table room add column cut integer not null default 0;
   alter table room add column cut_ts integer not null default 0;`,
  `create table mark (
     uid text not null,
     room integer not null,
     seq integer not null,
     user text not null,
     at integer not null,
     primary key (uid, room)
   ) without rowid;
   create index mark_room on mark (room, at);
   create index mark_guest on mark (at) where uid glob 'guest:*';
   create table mention (
     uid text not null,
     room integer not null,
     seq integer not null,
     primary key (uid, room, seq)
   ) without rowid;
   create table direct (
     uid text not null,
     room integer not null,
     primary key (uid, room)
   ) without rowid;`,
  // `kind` is null for what is said. `shown`: since which seq somebody reacts with that emoji; null:
  // this user does not any more.
  `alter table log add column kind text;
   create table edit (
     room integer not null,
     of integer not null,
     seq integer not null,
     id integer not null,
     primary key (room, of, seq)
   ) without rowid;
   create table reaction (
     room integer not null,
     of integer not null,
     emoji text not null,
     uid text not null,
     id integer not null,
     shown integer,
     primary key (room, of, emoji, uid)
   ) without rowid;`,
  // Filled behind the log, for old entries too. Emptied by the version in which words become others.
  `create table word_filter (
     first integer primary key,
     last integer not null,
     rooms text not null,
     bits blob not null
   );`,
  // `files` is what a message shows of them, as JSON. `entry` is the row that has a file; null: none
  // yet; 0: none any more, and its bytes are waste.
  `alter table log add column files text;
   create table file (
     id text primary key,
     room text not null,
     uid text not null,
     info text not null,
     bytes integer not null,
     at integer not null,
     entry integer
   ) without rowid;
   create index file_entry on file (entry, at);`,
];

/** Files up to this size are checked whole at every start; it takes about 0.1 s. */
const CHECKED_BYTES = 64 * 1024 * 1024;

/** The version of the schema that this Snug writes. */
export const SCHEMA = migrations.length;

/**
 * Opens a file for reading alone: else closing it would move its write-ahead log into it, and a
 * damage could not be undone. Throws where it is newer, or not ours; `isLenient`: reads also what
 * was cut short.
 */
export function openToRead(
  path: string,
  { isLenient = false } = {},
): { db: DatabaseSync; version: number } {
  // The types do not know `defensive` yet.
  const options = { readOnly: true, defensive: !isLenient };
  const db = new DatabaseSync(path, options);
  try {
    // Nothing is written; but with it SQLite takes a file for as long as it is.
    if (isLenient) db.exec("pragma writable_schema = on");
    const version = pragma(db, "user_version");
    if (version > SCHEMA) {
      throw new Error(`it was written by a newer Snug (schema ${version}, known: ${SCHEMA})`);
    }
    if (version === 0 && db.prepare("select 1 from sqlite_schema").get()) {
      throw new Error("it is not a database of Snug");
    }
    return { db, version };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Throws where what is there can't be used: also where it is damaged, as far as that is quick. */
function inspect(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return refuseOrphan(path);
  const { db } = openToRead(path);
  try {
    if (pragma(db, "page_count") * pragma(db, "page_size") <= CHECKED_BYTES) checkWhole(db);
  } finally {
    db.close();
  }
}

/** Opens or makes the file, in this version. Throws where it can't be used, with a sentence. */
export function openDatabase(path: string, sync: Sync): DatabaseSync {
  inspect(path);
  const db = new DatabaseSync(path);
  try {
    db.exec(`pragma busy_timeout = 0; pragma journal_mode = wal; pragma synchronous = ${sync};
      pragma wal_autocheckpoint = 0; pragma temp_store = memory; pragma cache_size = -65536;
      pragma secure_delete = on`);
    migrate(db, sync);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Ends what `openDatabase` began: all is in the one file, and it was closed in good order. */
export function closeDatabase(db: DatabaseSync): void {
  db.exec("delete from meta where key = 'opened'; pragma wal_checkpoint(truncate)");
  db.close();
}

/** Gives every log a new epoch, so that clients forget what they had of it (W14.1). */
export function newEpochs(db: DatabaseSync): number {
  return Number(db.prepare("update room set epoch = lower(hex(randomblob(8)))").run().changes);
}

/** Brings the file to this version. */
function migrate(db: DatabaseSync, sync: Sync): void {
  const version = pragma(db, "user_version");
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    db.exec(`begin immediate; ${migration} pragma user_version = ${index + 1}; commit`);
  }
  renewEpochs(db, sync);
}

/** SQLite would throw away the write-ahead log of a file that went, and what is in it alone. */
function refuseOrphan(path: string): void {
  if (!statSync(`${path}-wal`, { throwIfNoEntry: false })?.size) return;
  throw new Error(`${path}-wal is there without it: put the two together, or move that one away`);
}

function checkWhole(db: DatabaseSync): void {
  const [row] = db.prepare("pragma quick_check(1)").all() as { quick_check: string }[];
  // The last line says what is wrong, the one before it only where that was looked for.
  const found = row?.quick_check.split("\n").at(-1);
  if (found !== "ok") throw new Error(`it is damaged: ${found}`);
}

/**
 * Under `normal` a power cut may have taken acknowledged entries, whose seqs would be given a second
 * time. It can't be told from a killed process, so after both every log gets a new epoch (W14.1).
 */
function renewEpochs(db: DatabaseSync, sync: Sync): void {
  const opened = db.prepare("select value from meta where key = 'opened'").get();
  if (opened?.value === "normal") {
    newEpochs(db);
  }
  db.prepare("insert or replace into meta (key, value) values ('opened', ?)").run(sync);
  // On the disk before the first entry is: a power cut must not take this word with the entries.
  if (sync === "normal") db.exec("pragma wal_checkpoint(passive)");
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`pragma ${name}`).get() as Record<string, number>)[0]!;
}
