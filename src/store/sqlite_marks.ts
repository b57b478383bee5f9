// What users have read and where they are mentioned, in an SQLite file. Synchronous, as all that
// runs in the worker. Knows of the log how to count in it.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isDirect, partiesOf } from "../direct_name.ts";
import type { Member, RoomName, UserId } from "../protocol.ts";
import type { SqliteIndex } from "./sqlite_index.ts";
import type { Count, Direct, Mark, MarkStore, Unread } from "./store.ts";

/** What is counted is counted so far, and so many mentions of a user in a room are kept. */
const MOST = 100;
/** Entries after a marker that are looked at for those of others. */
const LOOKED_AT = 1000;
/** Users and rooms whose mentions since the last cut are counted. */
const CUTS = 10_000;
/** How long what has to do with guests is kept, in milliseconds. */
const GUEST_MS = 30 * 24 * 3_600_000;

/** A room as the file knows it; `cut` is how far retention took its entries. */
interface RoomRow {
  id: number;
  cut: number;
}

/** As `MarkStore`, without its promises. */
type Sync = {
  [M in keyof MarkStore]: (...args: Parameters<MarkStore[M]>) => Awaited<ReturnType<MarkStore[M]>>;
};

export class SqliteMarks implements Sync {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: SqliteIndex;
  /** Mentions of a user in a room since they were last cut to the newest. */
  readonly #uncut = new Map<string, number>();

  constructor(db: DatabaseSync, index: SqliteIndex) {
    this.#db = db;
    this.#sql = statements(db);
    this.#index = index;
  }

  mark(marks: readonly Mark[]): void {
    this.#db.exec("begin immediate");
    try {
      for (const { uid, user, room, seq, at } of marks) {
        this.#sql.mark.run(uid, seq, user, at, room);
        this.#sql.forget.run(uid, room, seq);
      }
      this.#db.exec("commit");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("rollback");
      throw error;
    }
  }

  marker(uid: UserId, room: RoomName): number {
    const row = this.#sql.room.get(room) as unknown as RoomRow | undefined;
    return row ? this.#marker(uid, row) : 0;
  }

  readers(room: RoomName, limit: number): Member[] {
    const rows = this.#sql.readers.all(room, limit) as unknown as Member[];
    return rows.map(({ uid, user }) => ({ uid, user }));
  }

  knows(uid: UserId): boolean {
    return this.#sql.knows.get(uid) !== undefined;
  }

  unread(uid: UserId, rooms: readonly Unread[]): (Count | undefined)[] {
    return rooms.map(({ room, after, first = 1 }) => {
      const row = this.#sql.room.get(room) as unknown as RoomRow | undefined;
      const marker = row ? this.#marker(uid, row) : 0;
      if (marker === 0 && after === undefined) return undefined;
      const from = Math.max(marker, after ?? 0, first - 1, row?.cut ?? 0);
      if (!row || from >= this.#last(row)) return { unread: 0, mentions: 0 };
      return {
        unread: this.#unread(uid, row.id, from),
        mentions: this.#mentioned(uid, row.id, from),
      };
    });
  }

  forgetUser(uid: UserId): void {
    this.#sql.forgetMarks.run(uid);
    this.#sql.forgetMentions.run(uid);
  }

  direct(uid: UserId, limit: number): Direct[] {
    const rows = this.#sql.direct.all(uid, limit) as unknown as {
      id: number;
      cut: number;
      room: RoomName;
      topic: string;
    }[];
    return rows.map(({ room, topic, ...row }) => {
      const other = partiesOf(room)?.find((party) => party !== uid) ?? uid;
      const named = this.#sql.name.get(other) as { user: string } | undefined;
      return { room, seq: this.#last(row), topic, ...named };
    });
  }

  /** Drops what guests have not touched for 30 days. */
  sweep(now: number): void {
    const gone = this.#sql.sweep.all(now - GUEST_MS) as { uid: UserId; room: number }[];
    for (const { uid, room } of gone) this.#sql.drop.run(uid, room);
  }

  /** Within a commit: a log begins. */
  begin(room: number, name: RoomName): void {
    if (!isDirect(name)) return;
    for (const uid of partiesOf(name) ?? []) this.#sql.begin.run(uid, room);
  }

  /** Within a commit: an entry mentions these. Kept for those who have a marker. */
  mention(room: number, seq: number, uids: readonly UserId[]): void {
    for (const uid of uids) {
      if (this.#sql.mention.run(seq, uid, room).changes === 0) continue;
      const key = `${room} ${uid}`;
      const count = (this.#uncut.get(key) ?? 0) + 1;
      if (count >= MOST) {
        this.#sql.cut.run(uid, room, uid, room);
        this.#uncut.delete(key);
      } else {
        if (this.#uncut.size >= CUTS) this.#uncut.clear();
        this.#uncut.set(key, count);
      }
    }
  }

  #unread(uid: UserId, room: number, from: number): number {
    const upTo = from + LOOKED_AT;
    const { count } = this.#sql.unread.get(room, from, upTo, uid) as { count: number };
    const tail = count < MOST ? this.#index.tail(room, from, upTo) : [];
    if (tail.length === 0) return count;
    const late = this.#sql.late.get(JSON.stringify(tail), uid) as { count: number };
    return Math.min(MOST, count + late.count);
  }

  /** Those in messages that are there still. */
  #mentioned(uid: UserId, room: number, from: number): number {
    const seqs = this.#sql.mentions.all(uid, room, from) as { seq: number }[];
    if (seqs.length === 0) return 0;
    const ids = seqs.flatMap(({ seq }) => this.#index.row(room, seq) ?? []);
    const { count } = this.#sql.there.get(JSON.stringify(ids)) as { count: number };
    return Math.min(MOST, count);
  }

  #marker(uid: UserId, room: RoomRow): number {
    const row = this.#sql.marker.get(uid, room.id) as { seq: number } | undefined;
    return row ? Math.min(row.seq, this.#last(room)) : 0;
  }

  #last({ id, cut }: RoomRow): number {
    return this.#index.last(id) ?? cut;
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    mark: sql(
      `insert into mark (uid, room, seq, user, at) select ?, id, ?, ?, ? from room where name = ?
       on conflict do update set
         seq = max(seq, excluded.seq), user = excluded.user, at = excluded.at`,
    ),
    forget: sql(
      `delete from mention
       where uid = ? and room = (select id from room where name = ?) and seq <= ?`,
    ),
    marker: sql("select seq from mark where uid = ? and room = ?"),
    readers: sql(
      `select uid, user from mark
       where room = (select id from room where name = ?) order by at desc limit ?`,
    ),
    knows: sql("select 1 from mark where uid = ? limit 1"),
    name: sql("select user from mark where uid = ? order by at desc limit 1"),
    room: sql("select id, cut from room where name = ?"),
    unread: sql(
      `select count(*) as count from
         (select 1 from place join log using (id)
          where place.room = ? and place.seq > ? and place.seq <= ? and uid <> ?
            and kind is null and (text <> '' or files is not null) limit ${MOST})`,
    ),
    late: sql(
      `select count(*) as count from log
       where id in (select value from json_each(?)) and uid <> ? and kind is null
         and (text <> '' or files is not null)`,
    ),
    // Before the older ones are cut there are up to twice as many.
    mentions: sql(
      `select seq from mention where uid = ? and room = ? and seq > ? limit ${2 * MOST}`,
    ),
    there: sql(
      "select count(*) as count from log where id in (select value from json_each(?)) and text <> ''",
    ),
    direct: sql(
      `select room.id as id, cut, name as room, topic from direct join room on room.id = direct.room
       where uid = ? order by spoke desc limit ?`,
    ),
    forgetMarks: sql("delete from mark where uid = ?"),
    forgetMentions: sql("delete from mention where uid = ?"),
    begin: sql("insert or ignore into direct (uid, room) values (?, ?)"),
    mention: sql(
      `insert or ignore into mention (uid, room, seq)
       select uid, room, ? from mark where uid = ? and room = ?`,
    ),
    cut: sql(
      `delete from mention where uid = ? and room = ? and seq <
         (select seq from mention where uid = ? and room = ?
          order by seq desc limit 1 offset ${MOST - 1})`,
    ),
    sweep: sql("delete from mark where uid glob 'guest:*' and at < ? returning uid, room"),
    drop: sql("delete from mention where uid = ? and room = ?"),
  };
}
