// The log in an SQLite file. Synchronous: it runs in the worker that owns the file
// (sqlite_worker.ts), so that no socket ever waits for the disk.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Entry, entryBytes, type RoomName, type UserId } from "../protocol.ts";
import { SqliteAuthors } from "./sqlite_authors.ts";
import { SqliteChanges } from "./sqlite_changes.ts";
import { columnsOf } from "./row.ts";
import { SqliteEntries } from "./sqlite_entries.ts";
import { SqliteFiles } from "./sqlite_files.ts";
import { type RoomHead, SqliteHeads } from "./sqlite_heads.ts";
import { MAX_UNINDEXED, SqliteIndex } from "./sqlite_index.ts";
import type { Sought } from "./search.ts";
import type { Part } from "./sqlite_searches.ts";
import type { Draft, Head, Keep, Outcome, Page, PageSize, Retained } from "./store.ts";
import { closeDatabase, openDatabase } from "./sqlite_schema.ts";
import { SqliteMarks } from "./sqlite_marks.ts";
import { SqlitePages } from "./sqlite_pages.ts";
import { SqliteRecords } from "./sqlite_records.ts";
import { SqliteRetention } from "./sqlite_retention.ts";
import { BLOCK_ROWS, SqliteSearch } from "./sqlite_search.ts";

/** `full`: a commit is on the disk. `normal`: it is with the system, and a power cut may lose it. */
export type Sync = "full" | "normal";

export class SqliteLog {
  readonly records: SqliteRecords;
  readonly marks: SqliteMarks;
  readonly authors: SqliteAuthors;
  readonly files: SqliteFiles;
  readonly #db: DatabaseSync;
  readonly #sync: Sync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: SqliteIndex;
  readonly #entries: SqliteEntries;
  readonly #changes: SqliteChanges;
  readonly #pages: SqlitePages;
  readonly #retention: SqliteRetention;
  readonly #search: SqliteSearch;
  readonly #heads: SqliteHeads;
  #isCheckpointed = true;
  /** A commit failed, and what the memory knew of it is not put right yet. */
  #isStale = false;

  private constructor(db: DatabaseSync, sync: Sync, maxUnindexed: number) {
    this.#db = db;
    this.#sync = sync;
    this.records = new SqliteRecords(db);
    this.#sql = statements(db);
    this.#index = new SqliteIndex(db, maxUnindexed);
    this.marks = new SqliteMarks(db, this.#index);
    this.authors = new SqliteAuthors(db);
    this.files = new SqliteFiles(db);
    this.#entries = new SqliteEntries(db, this.#index);
    this.#heads = new SqliteHeads(db, this.#index, this.#entries);
    this.#changes = new SqliteChanges(db);
    this.#pages = new SqlitePages(this.#entries, this.#changes);
    this.#retention = new SqliteRetention(db, this.#index, this.#changes, this.files);
    this.#search = new SqliteSearch(db, this.#pages);
  }

  /** Opens or makes the file. Throws where it can't be used, with a sentence that says why. */
  static open(path: string, sync: Sync, maxUnindexed = MAX_UNINDEXED): SqliteLog {
    const db = openDatabase(path, sync);
    try {
      return new SqliteLog(db, sync, maxUnindexed);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  append<D extends Draft>(drafts: readonly D[]): Outcome<D>[] {
    this.#putRight();
    return this.#commit(() => {
      const appended = drafts.map((draft) => this.#append(draft) as Outcome<D>);
      this.#index.settle();
      return appended;
    });
  }

  retain(keep: Keep): Retained {
    this.#putRight();
    const { ids, isDone } = this.#retention.next(keep);
    if (ids.length === 0) return { cuts: [], isDone };
    // It is on the disk with the next append; what a power cut brings back is cut again.
    const cuts = this.#commitUnsynced(() => {
      const cuts = this.#retention.drop(ids);
      this.#search.forget();
      return cuts;
    });
    this.#heads.cut(cuts);
    return { cuts, isDone };
  }

  /** Goes on with a search for one step. */
  find(sought: Sought, isFirst: boolean): Part {
    this.#putRight();
    return this.#search.find(sought, isFirst);
  }

  /** Makes a piece of what searches are made fast by. Whether there was one to make. */
  fill(blockRows = BLOCK_ROWS): boolean {
    return this.#commitUnsynced(() => this.#search.fill(blockRows));
  }

  head(room: RoomName): Head | undefined {
    const head = this.#head(room);
    return head && { epoch: head.epoch, seq: head.seq, first: head.first, topic: head.topic };
  }

  replay(room: RoomName, after: number, upTo: number, size: PageSize): Entry[] | undefined {
    const head = this.#head(room);
    if (!head) return [];
    if (after < head.first - 1) return undefined;
    const last = Math.min(upTo, head.seq);
    if (last - after > size.limit) return undefined;
    const entries: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#entries.rising(head.id, room, after, last)) {
      bytes += entryBytes(entry);
      if (bytes > size.bytes) return undefined;
      entries.push(entry);
    }
    return entries;
  }

  page(room: RoomName, before: number, size: PageSize, uid?: UserId): Page {
    const head = this.#head(room);
    if (!head) return { messages: [], more: false, seq: 0, topic: "" };
    const { id, seq, topic } = head;
    return { ...this.#pages.page(id, room, before, size, uid), seq, topic };
  }

  active(since: number, limit: number): { room: RoomName; seq: number; topic: string }[] {
    this.#putRight();
    return this.#heads.active(since, limit);
  }

  disown(...args: Parameters<SqliteAuthors["disown"]>): void {
    this.#commit(() => this.authors.disown(...args));
  }

  /** Moves what is committed from the write-ahead log into the file. */
  checkpoint(): void {
    if (this.#isCheckpointed) return;
    this.#isCheckpointed = true;
    this.#db.exec("pragma wal_checkpoint(passive)");
  }

  close(): void {
    closeDatabase(this.#db);
  }

  #commit<T>(work: () => T): T {
    this.#db.exec("begin immediate");
    try {
      const result = work();
      this.#db.exec("commit");
      this.#isCheckpointed = false;
      return result;
    } catch (error) {
      this.#isStale = true;
      // Some failures have rolled back already, and then there is nothing to roll back.
      if (this.#db.isTransaction) this.#db.exec("rollback");
      throw error;
    }
  }

  /** For what can be done again: nobody waits for the disk. */
  #commitUnsynced<T>(work: () => T): T {
    this.#db.exec("pragma synchronous = normal");
    try {
      return this.#commit(work);
    } finally {
      this.#db.exec(`pragma synchronous = ${this.#sync}`);
    }
  }

  #append(draft: Draft): Outcome {
    const { room, uid, user, ref } = draft;
    const change = "of" in draft ? draft : undefined;
    const there = this.#head(room);
    if (!there && change) return { refused: "missing" };
    const known = there && ref && this.#index.find(there.id, uid, ref);
    if (known) return { epoch: there.epoch, ...known, isNew: false };
    const ids = draft.type === "chat" && draft.files;
    const files = ids && this.files.claimable(ids, room, uid);
    if (ids && !files) return { refused: "file" };
    const head = there ?? this.#create(draft);
    const target = change && this.#index.row(head.id, change.of);
    const judged = change && this.#changes.judge(head.id, target, change);
    if (judged) {
      return "refused" in judged ? judged : { epoch: head.epoch, ...judged, isNew: false };
    }

    const seq = head.seq + 1;
    const ts = Math.max(head.ts, draft.ts);
    const said = [head.id, seq, ts, uid, user, ref ?? null] as const;
    const { lastInsertRowid } = draft.type === "chat"
      ? this.#sql.say.run(
        ...said,
        ...[draft.text, draft.replyTo ?? null, files ? JSON.stringify(files) : null],
      )
      : this.#sql.append.run(...said, ...columnsOf(draft));
    const id = Number(lastInsertRowid);
    this.#index.add(id, head.id, seq, ts, uid, ref);
    let author: UserId | undefined;
    if (draft.type === "chat") {
      if (draft.mentions) this.marks.mention(head.id, seq, draft.mentions);
      if (ids) this.files.claim(ids, id);
    } else if (draft.type === "topic") {
      this.#heads.setTopic(head, draft.text);
    } else {
      author = this.#changes.add(head.id, target!, draft, seq, id);
      if (draft.type === "deleted") this.files.release(`[${target}]`);
    }
    this.#heads.advance(head, seq, ts);
    const about = author === undefined || author === uid ? {} : { author };
    return { epoch: head.epoch, seq, ts, isNew: true, ...about, ...(files && { files }) };
  }

  #create({ room, epoch, ts }: Draft): RoomHead {
    const head = this.#heads.create(room, epoch, ts);
    this.marks.begin(head.id, room);
    return head;
  }

  /** After a failed commit: learns from the file what is true. Throws while it can't be read. */
  #putRight(): void {
    if (!this.#isStale) return;
    this.#heads.clear();
    this.#index.load();
    this.#isStale = false;
  }

  #head(room: RoomName): RoomHead | undefined {
    this.#putRight();
    return this.#heads.find(room);
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    say: sql(
      `insert into log (room, seq, ts, uid, user, ref, text, reply_to, files)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    append: sql(
      `insert into log (room, seq, ts, uid, user, ref, text, reply_to, kind)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}
