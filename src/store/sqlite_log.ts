// The log in an SQLite file. Synchronous: it runs in the worker that owns the file
// (sqlite_worker.ts), so that no socket ever waits for the disk.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Entry, entryBytes, type RoomName, type UserId } from "../protocol.ts";
import { SqliteAuthors } from "./sqlite_authors.ts";
import { SqliteChanges } from "./sqlite_changes.ts";
import { columnsOf, SqliteEntries } from "./sqlite_entries.ts";
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

/** `room.spoke` may be this much behind, so that it is not written with every entry. */
const SPOKE_LAG_MS = 3_600_000;
/** Rooms that are looked at for those that were active. */
const MAX_ACTIVE = 1000;
/** Heads kept in memory. */
const HEADS = 20_000;

interface RoomHead extends Head {
  id: number;
  ts: number;
  spoke: number;
}

/** A room's row. */
type RoomRow = Pick<RoomHead, "id" | "epoch" | "topic" | "spoke"> & { cut: number; cut_ts: number };

export class SqliteLog {
  readonly records: SqliteRecords;
  readonly marks: SqliteMarks;
  readonly authors: SqliteAuthors;
  readonly #db: DatabaseSync;
  readonly #sync: Sync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: SqliteIndex;
  readonly #entries: SqliteEntries;
  readonly #changes: SqliteChanges;
  readonly #pages: SqlitePages;
  readonly #retention: SqliteRetention;
  readonly #search: SqliteSearch;
  /** What the file says of rooms used lately. Cleared when a commit fails, so it is never ahead. */
  readonly #heads = new Map<RoomName, RoomHead>();
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
    this.#entries = new SqliteEntries(db, this.#index);
    this.#changes = new SqliteChanges(db);
    this.#pages = new SqlitePages(this.#entries, this.#changes);
    this.#retention = new SqliteRetention(db, this.#index, this.#changes);
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
    for (const { room, first } of cuts) {
      const head = this.#heads.get(room);
      if (head) head.first = first;
    }
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
    const found: { room: RoomName; head: RoomHead }[] = [];
    for (const row of this.#sql.active.iterate(since - SPOKE_LAG_MS)) {
      const { name: room, spoke } = row as unknown as { name: RoomName; spoke: number };
      // `spoke` falls from row to row: no room from here on can be newer than those found.
      if (spoke + SPOKE_LAG_MS < (found[limit - 1]?.head.ts ?? since)) break;
      const head = this.#head(room)!;
      if (head.ts < since) continue;
      found.push({ room, head });
      found.sort((a, b) => b.head.ts - a.head.ts).splice(limit);
    }
    return found.map(({ room, head: { seq, topic } }) => ({ room, seq, topic }));
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
    const head = there ?? this.#create(draft);
    const known = ref && this.#index.find(head.id, uid, ref);
    if (known) return { epoch: head.epoch, ...known, isNew: false };
    const target = change && this.#index.row(head.id, change.of);
    const judged = change && this.#changes.judge(head.id, target, change);
    if (judged) {
      return "refused" in judged ? judged : { epoch: head.epoch, ...judged, isNew: false };
    }

    const seq = head.seq + 1;
    const ts = Math.max(head.ts, draft.ts);
    const said = [head.id, seq, ts, uid, user, ref ?? null] as const;
    const { lastInsertRowid } = draft.type === "chat"
      ? this.#sql.say.run(...said, draft.text, draft.replyTo ?? null)
      : this.#sql.append.run(...said, ...columnsOf(draft));
    const id = Number(lastInsertRowid);
    this.#index.add(id, head.id, seq, ts, uid, ref);
    let author: UserId | undefined;
    if (draft.type === "chat") {
      if (draft.mentions) this.marks.mention(head.id, seq, draft.mentions);
    } else if (draft.type === "topic") {
      head.topic = draft.text;
      this.#sql.topic.run(draft.text, head.id);
    } else author = this.#changes.add(head.id, target!, draft, seq, id);
    head.seq = seq;
    head.ts = ts;
    if (ts - head.spoke > SPOKE_LAG_MS) {
      head.spoke = ts;
      this.#sql.spoke.run(ts, head.id);
    }
    const about = author === undefined || author === uid ? {} : { author };
    return { epoch: head.epoch, seq, ts, isNew: true, ...about };
  }

  #create(draft: Draft): RoomHead {
    const { lastInsertRowid } = this.#sql.create.run(draft.room, draft.epoch, draft.ts);
    const head: RoomHead = {
      id: Number(lastInsertRowid),
      epoch: draft.epoch,
      topic: "",
      seq: 0,
      first: 1,
      ts: 0,
      spoke: draft.ts,
    };
    this.marks.begin(head.id, draft.room);
    return this.#remember(draft.room, head);
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
    const known = this.#heads.get(room);
    if (known) return known;
    const row = this.#sql.room.get(room) as unknown as RoomRow | undefined;
    if (!row) return undefined;
    const { id, epoch, topic, spoke, cut, cut_ts } = row;
    const seq = this.#index.last(id) ?? cut;
    const [newest] = this.#entries.rising(id, room, seq - 1, seq);
    const ts = newest?.ts ?? cut_ts;
    return this.#remember(room, { id, epoch, topic, spoke, first: cut + 1, seq, ts });
  }

  #remember(room: RoomName, head: RoomHead): RoomHead {
    if (this.#heads.size >= HEADS) this.#heads.delete(this.#heads.keys().next().value!);
    this.#heads.set(room, head);
    return head;
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    say: sql(
      `insert into log (room, seq, ts, uid, user, ref, text, reply_to)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    append: sql(
      `insert into log (room, seq, ts, uid, user, ref, text, reply_to, kind)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    create: sql("insert into room (name, epoch, spoke) values (?, ?, ?)"),
    topic: sql("update room set topic = ? where id = ?"),
    spoke: sql("update room set spoke = ? where id = ?"),
    room: sql("select id, epoch, topic, spoke, cut, cut_ts from room where name = ?"),
    active: sql(
      `select name, spoke from room where spoke >= ? and name not glob '@*' order by spoke desc limit ${MAX_ACTIVE}`,
    ),
  };
}
