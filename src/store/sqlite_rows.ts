// Rows of a table by their ids, as many as can be read: where a page is damaged, those before and
// after it.
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Rows that are read at once. */
const ROWS = 256;
/**
 * Where the last id can't be read either, so many in a row that can't be are the end: more than
 * stand below one page that leads to others.
 */
const MOST_UNREADABLE = 50_000;

export class SqliteRows {
  /** Whether something could not be read so far. */
  isDamaged = false;
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** All that can be read of these columns, by rising id. */
  *of(table: "room" | "log", columns: string): Generator<Record<string, unknown>> {
    const range = this.#db.prepare(
      `select ${columns} from ${table} where id between ? and ? order by id`,
    );
    const last = this.#lastId(table);
    let unreadable = 0;
    for (let from = 1; from <= (last ?? Infinity); from += ROWS) {
      const rows = this.#range(range, from, from + ROWS - 1);
      yield* rows;
      unreadable = rows.length > 0 ? 0 : unreadable + ROWS;
      if (last === undefined && unreadable > MOST_UNREADABLE) return;
    }
  }

  #range(range: StatementSync, from: number, to: number): Record<string, unknown>[] {
    try {
      return range.all(from, to);
    } catch {
      this.isDamaged = true;
      if (from === to) return [];
      const middle = Math.floor((from + to) / 2);
      return [...this.#range(range, from, middle), ...this.#range(range, middle + 1, to)];
    }
  }

  #lastId(table: string): number | undefined {
    try {
      const { last } = this.#db.prepare(`select max(id) as last from ${table}`).get() as {
        last: number | null;
      };
      return last ?? 0;
    } catch {
      this.isDamaged = true;
      return undefined;
    }
  }
}
