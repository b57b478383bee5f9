// Small facts in an SQLite file, beside the logs. Synchronous, as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Stored } from "./store.ts";

export class SqliteRecords {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  put(kind: string, key: string, value: string, expires: number | null): void {
    this.#sql.put.run(kind, key, value, expires);
  }

  replace(kind: string, key: string, value: string, expires: number | null): boolean {
    return Number(this.#sql.replace.run(value, expires, kind, key).changes) > 0;
  }

  get(kind: string, key: string, now: number): string | undefined {
    const row = this.#sql.get.get(kind, key, now) as { value: string } | undefined;
    return row?.value;
  }

  list(kind: string, now: number): Stored[] {
    const rows = this.#sql.list.all(kind, now) as unknown as Stored[];
    return rows.map(({ key, value, expires }) => ({ key, value, expires }));
  }

  remove(kind: string, key: string): void {
    this.#sql.remove.run(kind, key);
  }

  keep(name: string, fresh: string): string {
    this.#sql.keep.run(name, fresh);
    return (this.#sql.kept.get(name) as { value: string }).value;
  }

  check(): void {
    this.#sql.check.run(String(Date.now()));
  }

  /** Drops what has expired. */
  sweep(now: number): void {
    this.#sql.sweep.run(now);
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  const isAlive = "(expires is null or expires > ?)";
  return {
    put: sql("insert or replace into record (kind, key, value, expires) values (?, ?, ?, ?)"),
    replace: sql("update record set value = ?, expires = ? where kind = ? and key = ?"),
    get: sql(`select value from record where kind = ? and key = ? and ${isAlive}`),
    list: sql(`select key, value, expires from record where kind = ? and ${isAlive} order by key`),
    remove: sql("delete from record where kind = ? and key = ?"),
    sweep: sql("delete from record where expires <= ?"),
    keep: sql("insert into meta (key, value) values (?, ?) on conflict do nothing"),
    kept: sql("select value from meta where key = ?"),
    check: sql("insert or replace into meta (key, value) values ('checked', ?)"),
  };
}
