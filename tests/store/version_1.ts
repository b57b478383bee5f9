// A database as schema version 1 left it: two rooms, the first entries in the index tables, the
// last ones known from the log alone.
import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
  create table meta (key text primary key, value text not null) without rowid;
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
  ) without rowid;
  pragma user_version = 1;`;

const ROWS = `
  insert into meta values ('session-secret', 'kept'), ('indexed', '3');
  insert into room values (1, 'general', 'epoch-g', '', 1000), (2, 'café', 'epoch-c', '', 1004);
  insert into log values
    (1, 1, 1, 1000, 'guest:ann', 'ann', 'r-1', 'one', null),
    (2, 1, 2, 1001, 'guest:bob', 'bob', null, 'two', 1),
    (3, 1, 3, 1002, 'guest:ann', 'ann', 'r-3', 'three', null),
    (4, 2, 1, 1004, 'guest:ann', 'ann', 'r-1', 'un', null),
    (5, 1, 4, 1005, 'guest:bob', 'bob', 'r-1', 'four', null);
  insert into place values (1, 1, 1), (1, 2, 2), (1, 3, 3);
  insert into ref values (1, 'guest:ann', 'r-1', 1), (1, 'guest:ann', 'r-3', 3);`;

export function makeVersion1(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`pragma journal_mode = wal; begin; ${SCHEMA} ${ROWS} commit`);
  db.close();
}
