// The log in an SQLite file. Synchronous: it runs in the worker that owns the file
// (sqlite_worker.ts), so that no socket ever waits for the disk.
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Entry, entryBytes, type RoomName } from "../protocol.ts";
import type { Appended, Draft, Head, Page, PageSize } from "./store.ts";
import { migrate } from "./sqlite_schema.ts";

/** `full`: a commit is on the disk. `normal`: it is with the system, and a power cut may lose it. */
export type Sync = "full" | "normal";

/** `room.spoke` may be this much behind, so that it is not written with every entry. */
const SPOKE_LAG_MS = 3_600_000;
/** Heads kept in memory. */
const HEADS = 20_000;

interface RoomHead extends Head {
  id: number;
  ts: number;
  spoke: number;
}

interface LogRow {
  seq: number;
  ts: number;
  uid: string;
  user: string;
  /** Bytes where it holds a NUL: as a string it would come back cut there. */
  text: string | Uint8Array;
  reply_to: number | null;
}

const COLUMNS = `seq, ts, uid, user, reply_to,
  case when instr(text, char(0)) then cast(text as blob) else text end as text`;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class SqliteLog {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  /** What the file says of rooms used lately. Cleared when a commit fails, so it is never ahead. */
  readonly #heads = new Map<RoomName, RoomHead>();
  #isCheckpointed = true;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = statements(db);
  }

  /** Opens or makes the file. Throws where it can't be used, with a sentence that says why. */
  static open(path: string, sync: Sync, machine: string): SqliteLog {
    const db = new DatabaseSync(path);
    try {
      db.exec(`pragma busy_timeout = 0; pragma journal_mode = wal; pragma synchronous = ${sync};
        pragma wal_autocheckpoint = 0; pragma temp_store = memory; pragma cache_size = -65536`);
      migrate(db, sync, machine);
      return new SqliteLog(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  append(drafts: readonly Draft[]): Appended[] {
    this.#db.exec("begin immediate");
    try {
      const appended = drafts.map((draft) => this.#append(draft));
      this.#db.exec("commit");
      this.#isCheckpointed = false;
      return appended;
    } catch (error) {
      this.#heads.clear();
      // Some failures have rolled back already, and then there is nothing to roll back.
      if (this.#db.isTransaction) this.#db.exec("rollback");
      throw error;
    }
  }

  head(room: RoomName): Head | undefined {
    const head = this.#head(room);
    return head && { epoch: head.epoch, seq: head.seq, first: head.first, topic: head.topic };
  }

  replay(room: RoomName, after: number, upTo: number, size: PageSize): Entry[] | undefined {
    const head = this.#head(room);
    if (!head) return [];
    if (Math.min(upTo, head.seq) - Math.max(after, head.first - 1) > size.limit) return undefined;
    const entries: Entry[] = [];
    let bytes = 0;
    for (const row of this.#sql.replay.iterate(head.id, after, upTo)) {
      const entry = toEntry(room, row as unknown as LogRow);
      bytes += entryBytes(entry);
      if (bytes > size.bytes) return undefined;
      entries.push(entry);
    }
    return entries;
  }

  page(room: RoomName, before: number, size: PageSize): Page {
    const head = this.#head(room);
    if (!head) return { messages: [], more: false };
    const messages: Entry[] = [];
    let bytes = 0;
    for (const row of this.#sql.page.iterate(head.id, before, size.limit)) {
      const entry = toEntry(room, row as unknown as LogRow);
      bytes += entryBytes(entry);
      if (messages.length > 0 && bytes > size.bytes) break;
      messages.push(entry);
    }
    messages.reverse();
    return { messages, more: messages.length > 0 && messages[0]!.seq > head.first };
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

  keep(name: string, fresh: string): string {
    this.#sql.keep.run(name, fresh);
    return (this.#sql.kept.get(name) as { value: string }).value;
  }

  /** Moves what is committed from the write-ahead log into the file. */
  checkpoint(): void {
    if (this.#isCheckpointed) return;
    this.#isCheckpointed = true;
    this.#db.exec("pragma wal_checkpoint(passive)");
  }

  close(): void {
    this.#db.exec("delete from meta where key = 'opened'; pragma wal_checkpoint(truncate)");
    this.#db.close();
  }

  #append(draft: Draft): Appended {
    const { room, uid, user, text } = draft;
    const head = this.#head(room) ?? this.#create(draft);
    const seq = head.seq + 1;
    const ts = Math.max(head.ts, draft.ts);
    const ref = draft.ref ?? null;
    const replyTo = draft.replyTo ?? null;
    const { changes } = this.#sql.append.run(head.id, seq, ts, uid, user, ref, text, replyTo);
    if (changes === 0) {
      const known = this.#sql.ref.get(head.id, uid, ref) as unknown as { seq: number; ts: number };
      return { epoch: head.epoch, seq: known.seq, ts: known.ts, isNew: false };
    }
    head.seq = seq;
    head.ts = ts;
    if (ts - head.spoke > SPOKE_LAG_MS) {
      head.spoke = ts;
      this.#sql.spoke.run(ts, head.id);
    }
    return { epoch: head.epoch, seq, ts, isNew: true };
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
    return this.#remember(draft.room, head);
  }

  #head(room: RoomName): RoomHead | undefined {
    const known = this.#heads.get(room);
    if (known) return known;
    const row = this.#sql.head.get(room) as unknown as RoomHead | undefined;
    return row && this.#remember(room, { ...row });
  }

  #remember(room: RoomName, head: RoomHead): RoomHead {
    if (this.#heads.size >= HEADS) this.#heads.delete(this.#heads.keys().next().value!);
    this.#heads.set(room, head);
    return head;
  }
}

function toEntry(room: RoomName, row: LogRow): Entry {
  const { seq, ts, uid, user } = row;
  const text = typeof row.text === "string" ? row.text : decoder.decode(row.text);
  const entry: Entry = { type: "chat", room, seq, ts, uid, user, text };
  if (row.reply_to !== null) entry.replyTo = row.reply_to;
  return entry;
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    append: sql(
      `insert into log (room, seq, ts, uid, user, ref, text, reply_to)
       values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (room, uid, ref) where ref is not null do nothing`,
    ),
    ref: sql("select seq, ts from log where room = ? and uid = ? and ref = ?"),
    create: sql("insert into room (name, epoch, spoke) values (?, ?, ?)"),
    spoke: sql("update room set spoke = ? where id = ?"),
    head: sql(
      `select room.id, epoch, topic, spoke, coalesce(max(seq), 0) as seq,
         coalesce((select min(seq) from log where room = room.id), 1) as first,
         coalesce((select ts from log where room = room.id order by seq desc limit 1), 0) as ts
       from room left join log on log.room = room.id where name = ? group by room.id`,
    ),
    replay: sql(
      `select ${COLUMNS} from log where room = ? and seq > ? and seq <= ? order by seq`,
    ),
    page: sql(
      `select ${COLUMNS} from log where room = ? and seq < ? order by seq desc limit ?`,
    ),
    active: sql("select name, spoke from room where spoke >= ? order by spoke desc"),
    keep: sql("insert into meta (key, value) values (?, ?) on conflict do nothing"),
    kept: sql("select value from meta where key = ?"),
  };
}
