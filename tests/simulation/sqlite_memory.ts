// The log of the SQLite store, kept in memory alone, whose commits can be made to fail half-way.
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import type { Draft } from "../../src/store/store.ts";
import { DirectSqlite } from "../store/direct_sqlite.ts";

/** So few that entries move from the memory into the index all the time. */
const MAX_UNINDEXED = 5;

export class SqliteMemory extends DirectSqlite {
  constructor() {
    super(SqliteLog.open(":memory:", "full", MAX_UNINDEXED));
  }

  /** Appends these and one that the log can't take. None is kept. */
  failAppend(drafts: readonly Draft[]): void {
    const { room, epoch, ts, uid, user } = drafts[0]!;
    const text = null as unknown as string;
    const impossible = { type: "chat" as const, room, epoch, ts, uid, user, text };
    try {
      this.log.append([...drafts, impossible]);
    } catch {
      return;
    }
    throw new Error("the log took what it can't take");
  }
}
