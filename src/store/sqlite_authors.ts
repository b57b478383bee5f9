// What one user said, in all rooms of an SQLite file. No index knows it, since every entry would pay
// for one: the log is gone through a part at a time. Synchronous, as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RoomName, UserId } from "../protocol.ts";
import { COLUMNS, type LogRow, toEntry } from "./sqlite_entries.ts";
import type { Authored } from "./store.ts";

/** Rows that are looked at in a step, and entries that it finds at most. */
const ROWS = 4096;
const FOUND = 256;

type Row = LogRow & { id: number; room: RoomName };

export class SqliteAuthors {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  authored(uid: UserId, after: number): Authored {
    const { last } = this.#sql.last.get(after) as { last: number | null };
    if (last === null) return { entries: [] };
    const rows = this.#sql.authored.all(after, last, uid) as unknown as Row[];
    const next = rows.length < FOUND ? last : rows.at(-1)!.id;
    return { entries: rows.map((row) => toEntry(row.room, row)), next };
  }

  /** Within a commit. */
  disown(uid: UserId, after: number, upTo: number, user: string): void {
    this.#sql.disown.run(user, after, upTo, uid);
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    last: sql(
      `select max(id) as last from (select id from log where id > ? order by id limit ${ROWS})`,
    ),
    authored: sql(
      `select log.id, room.name as room, ${COLUMNS} from log join room on room.id = log.room
       where log.id > ? and log.id <= ? and uid = ? order by log.id limit ${FOUND}`,
    ),
    disown: sql(
      `update log set user = ?, text = case when kind in ('edited', 'topic') then '' else text end
       where id > ? and id <= ? and uid = ?`,
    ),
  };
}
