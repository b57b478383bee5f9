// The log of the SQLite store as a store, without the worker between.
import type { RoomName, UserId } from "../../src/protocol.ts";
import { Searches } from "../../src/store/sqlite_searches.ts";
import type { FileStore } from "../../src/store/file_store.ts";
import type { SqliteLog } from "../../src/store/sqlite_log.ts";
import type { Draft, Keep, MarkStore, PageSize, Store } from "../../src/store/store.ts";

export class DirectSqlite implements Store {
  readonly marks: MarkStore;
  readonly files: FileStore;
  readonly search = new Searches((...args) => Promise.try(() => this.log.find(...args)));
  protected readonly log: SqliteLog;

  constructor(log: SqliteLog) {
    this.log = log;
    const { marks, files } = log;
    this.files = {
      add: (upload) => Promise.try(() => files.addFile(upload)),
      find: (id) => Promise.try(() => files.findFile(id)),
      drop: (...args) => Promise.try(() => files.dropFile(...args)),
      dropAll: (by) => Promise.try(() => files.dropFiles(by)),
      waiting: (ids) => Promise.try(() => files.waitingFiles(ids)),
      waste: (before) => Promise.try(() => files.wasteOfFiles(before)),
      forget: (ids) => Promise.try(() => files.forgetFiles(ids)),
      unknown: (ids) => Promise.try(() => files.unknownFiles(ids)),
      bytes: () => Promise.try(() => files.bytesOfFiles()),
    };
    this.marks = {
      mark: (...args) => Promise.try(() => marks.mark(...args)),
      marker: (...args) => Promise.try(() => marks.marker(...args)),
      readers: (...args) => Promise.try(() => marks.readers(...args)),
      knows: (...args) => Promise.try(() => marks.knows(...args)),
      unread: (...args) => Promise.try(() => marks.unread(...args)),
      forgetUser: (...args) => Promise.try(() => marks.forgetUser(...args)),
      direct: (...args) => Promise.try(() => marks.direct(...args)),
    };
  }

  append<D extends Draft>(drafts: readonly D[]) {
    return Promise.try(() => this.log.append(drafts));
  }

  head(room: RoomName) {
    return Promise.try(() => this.log.head(room));
  }

  replay(room: RoomName, after: number, upTo: number, size: PageSize) {
    return Promise.try(() => this.log.replay(room, after, upTo, size));
  }

  page(room: RoomName, before: number, size: PageSize, uid?: UserId) {
    return Promise.try(() => this.log.page(room, before, size, uid));
  }

  active(since: number, limit: number) {
    return Promise.try(() => this.log.active(since, limit));
  }

  authored(uid: UserId, after: number) {
    return Promise.try(() => this.log.authors.authored(uid, after));
  }

  disown(uid: UserId, after: number, next: number, user: string) {
    return Promise.try(() => this.log.disown(uid, after, next, user));
  }

  retain(keep: Keep) {
    return Promise.try(() => this.log.retain(keep));
  }

  keep(name: string, fresh: string) {
    return Promise.try(() => this.log.records.keep(name, fresh));
  }

  put(kind: string, key: string, value: string, expires: number | null) {
    return Promise.try(() => this.log.records.put(kind, key, value, expires));
  }

  replace(kind: string, key: string, value: string, expires: number | null) {
    return Promise.try(() => this.log.records.replace(kind, key, value, expires));
  }

  get(kind: string, key: string, now: number) {
    return Promise.try(() => this.log.records.get(kind, key, now));
  }

  list(kind: string, now: number) {
    return Promise.try(() => this.log.records.list(kind, now));
  }

  remove(kind: string, key: string) {
    return Promise.try(() => this.log.records.remove(kind, key));
  }

  check() {
    return Promise.try(() => this.log.records.check());
  }

  close() {
    return Promise.try(() => this.log.close());
  }
}
