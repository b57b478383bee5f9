// What an SQLite file must look like before it is used: sound, of a known version, and with new
// epochs where a power cut may have taken the end of a log.
import type { DatabaseSync } from "node:sqlite";
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
   create unique index log_seq on log (room, seq);
   create unique index log_ref on log (room, uid, ref) where ref is not null;`,
];

/** Files up to this size are checked whole at every start; it takes about 0.1 s. */
const CHECKED_BYTES = 64 * 1024 * 1024;

/** Throws where the file can't be used. `machine` names this run of the machine (its boot). */
export function migrate(db: DatabaseSync, sync: Sync, machine: string): void {
  const version = pragma(db, "user_version");
  if (version > migrations.length) {
    throw new Error(
      `it was written by a newer Snug (schema ${version}, known: ${migrations.length})`,
    );
  }
  if (pragma(db, "page_count") * pragma(db, "page_size") <= CHECKED_BYTES) checkWhole(db);
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    db.exec(`begin immediate; ${migration} pragma user_version = ${index + 1}; commit`);
  }
  renewEpochs(db, sync, machine);
}

function checkWhole(db: DatabaseSync): void {
  const [row] = db.prepare("pragma quick_check(1)").all() as { quick_check: string }[];
  if (row?.quick_check !== "ok") throw new Error(`it is damaged: ${row?.quick_check}`);
}

/**
 * Under `normal` a machine that stopped while the file was open may have lost acknowledged entries,
 * whose seqs would be given a second time: so every log gets a new epoch (W14.1).
 */
function renewEpochs(db: DatabaseSync, sync: Sync, machine: string): void {
  const opened = db.prepare("select value from meta where key = 'opened'").get() as
    | { value: string }
    | undefined;
  const isSameRun = machine !== "" && opened?.value === `normal ${machine}`;
  if (opened?.value.startsWith("normal ") && !isSameRun) {
    db.exec("update room set epoch = lower(hex(randomblob(8)))");
  }
  db.prepare("insert or replace into meta (key, value) values ('opened', ?)")
    .run(`${sync} ${machine}`);
}

function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`pragma ${name}`).get() as Record<string, number>)[0]!;
}
