// The log of the SQLite store, kept in memory alone, whose commits can be made to fail half-way.
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import type { RoomName } from "../../src/protocol.ts";
import type { Draft, PageSize, Store } from "../../src/store/store.ts";

/** So few that entries move from the memory into the index all the time. */
const MAX_UNINDEXED = 5;

export class SqliteMemory implements Store {
  readonly #log = SqliteLog.open(":memory:", "full", MAX_UNINDEXED);

  append(drafts: readonly Draft[]) {
    return Promise.try(() => this.#log.append(drafts));
  }

  /** Appends these and one that the log can't take. None is kept. */
  failAppend(drafts: readonly Draft[]): void {
    const impossible = { ...drafts[0]!, ref: "impossible", text: null as unknown as string };
    try {
      this.#log.append([...drafts, impossible]);
    } catch {
      return;
    }
    throw new Error("the log took what it can't take");
  }

  head(room: RoomName) {
    return Promise.try(() => this.#log.head(room));
  }

  replay(room: RoomName, after: number, upTo: number, size: PageSize) {
    return Promise.try(() => this.#log.replay(room, after, upTo, size));
  }

  page(room: RoomName, before: number, size: PageSize) {
    return Promise.try(() => this.#log.page(room, before, size));
  }

  active(since: number, limit: number) {
    return Promise.try(() => this.#log.active(since, limit));
  }

  keep(name: string, fresh: string) {
    return Promise.try(() => this.#log.keep(name, fresh));
  }

  check() {
    return Promise.try(() => this.#log.check());
  }

  close() {
    return Promise.try(() => this.#log.close());
  }
}
