// What an SQLite file says of its rooms: how far their logs go, their epochs and topics. Those used
// lately are known in memory. Synchronous, as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { RoomName } from "../protocol.ts";
import type { SqliteEntries } from "./sqlite_entries.ts";
import type { SqliteIndex } from "./sqlite_index.ts";
import type { Head, Retained } from "./store.ts";

/** `room.spoke` may be this much behind, so that it is not written with every entry. */
const SPOKE_LAG_MS = 3_600_000;
/** Rooms that are looked at for those that were active. */
const MAX_ACTIVE = 1000;
/** Heads kept in memory. */
const HEADS = 20_000;

export interface RoomHead extends Head {
  id: number;
  ts: number;
  spoke: number;
}

/** A room's row. */
type RoomRow = Pick<RoomHead, "id" | "epoch" | "topic" | "spoke"> & { cut: number; cut_ts: number };

export class SqliteHeads {
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: SqliteIndex;
  readonly #entries: SqliteEntries;
  /** Cleared when a commit fails, so it is never ahead of the file. */
  readonly #known = new Map<RoomName, RoomHead>();

  constructor(db: DatabaseSync, index: SqliteIndex, entries: SqliteEntries) {
    this.#sql = statements(db);
    this.#index = index;
    this.#entries = entries;
  }

  find(room: RoomName): RoomHead | undefined {
    const known = this.#known.get(room);
    if (known) return known;
    const row = this.#sql.room.get(room) as unknown as RoomRow | undefined;
    if (!row) return undefined;
    const { id, epoch, topic, spoke, cut, cut_ts } = row;
    const seq = this.#index.last(id) ?? cut;
    const [newest] = this.#entries.rising(id, room, seq - 1, seq);
    const ts = newest?.ts ?? cut_ts;
    return this.#remember(room, { id, epoch, topic, spoke, first: cut + 1, seq, ts });
  }

  /** Within a commit: a log begins. */
  create(room: RoomName, epoch: string, ts: number): RoomHead {
    const { lastInsertRowid } = this.#sql.create.run(room, epoch, ts);
    const id = Number(lastInsertRowid);
    return this.#remember(room, { id, epoch, topic: "", seq: 0, first: 1, ts: 0, spoke: ts });
  }

  /** Within a commit: the log goes up to there. */
  advance(head: RoomHead, seq: number, ts: number): void {
    head.seq = seq;
    head.ts = ts;
    if (ts - head.spoke <= SPOKE_LAG_MS) return;
    head.spoke = ts;
    this.#sql.spoke.run(ts, head.id);
  }

  /** Within a commit. */
  setTopic(head: RoomHead, topic: string): void {
    head.topic = topic;
    this.#sql.topic.run(topic, head.id);
  }

  /** Retention has cut these logs. */
  cut(cuts: Retained["cuts"]): void {
    for (const { room, first } of cuts) {
      const head = this.#known.get(room);
      if (head) head.first = first;
    }
  }

  /** What is known may not be what the file says. */
  clear(): void {
    this.#known.clear();
  }

  /** As `Store.active`. */
  active(since: number, limit: number): { room: RoomName; seq: number; topic: string }[] {
    const found: { room: RoomName; head: RoomHead }[] = [];
    for (const row of this.#sql.active.iterate(since - SPOKE_LAG_MS)) {
      const { name: room, spoke } = row as unknown as { name: RoomName; spoke: number };
      // `spoke` falls from row to row: no room from here on can be newer than those found.
      if (spoke + SPOKE_LAG_MS < (found[limit - 1]?.head.ts ?? since)) break;
      const head = this.find(room)!;
      if (head.ts < since) continue;
      found.push({ room, head });
      found.sort((a, b) => b.head.ts - a.head.ts).splice(limit);
    }
    return found.map(({ room, head: { seq, topic } }) => ({ room, seq, topic }));
  }

  #remember(room: RoomName, head: RoomHead): RoomHead {
    if (this.#known.size >= HEADS) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(room, head);
    return head;
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    room: sql("select id, epoch, topic, spoke, cut, cut_ts from room where name = ?"),
    create: sql("insert into room (name, epoch, spoke) values (?, ?, ?)"),
    topic: sql("update room set topic = ? where id = ?"),
    spoke: sql("update room set spoke = ? where id = ?"),
    active: sql(
      `select name, spoke from room where spoke >= ? and name not glob '@*' order by spoke desc limit ${MAX_ACTIVE}`,
    ),
  };
}
