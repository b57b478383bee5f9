// What was done to messages in an SQLite file: edits, reactions, deletions. Judges what may be done,
// and gives pages their present form. Synchronous, as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Member, Message, UserId } from "../protocol.ts";
import { type Change, MAX_EMOJI, MAX_NAMED, type Refused } from "./store.ts";
import { TEXT, textOf } from "./sqlite_entries.ts";

/** A message, as it is judged by. */
interface Target {
  seq: number;
  ts: number;
  uid: string;
  isThere: number;
}

/** An entry that did already what is asked. */
export interface Standing {
  seq: number;
  ts: number;
}

export class SqliteChanges {
  readonly #sql: ReturnType<typeof statements>;

  constructor(db: DatabaseSync) {
    this.#sql = statements(db);
  }

  /** Why that can't be done to the message in a row, or the entry that did it already. */
  judge(room: number, row: number | undefined, change: Change): Refused | Standing | undefined {
    const target = row === undefined
      ? undefined
      : this.#sql.target.get(row) as unknown as Target | undefined;
    if (!target?.isThere || target.ts < (change.from ?? 0)) return { refused: "missing" };
    if (change.type === "reaction") return this.#judgeReaction(room, target, change);
    const isAllowed = change.uid === target.uid ||
      (change.type === "deleted" && change.isModerator);
    return isAllowed ? undefined : { refused: "foreign" };
  }

  /**
   * Within a commit: notes a change that is in the row `id` now, about the message in `row`. Returns
   * whose message was deleted.
   */
  add(room: number, row: number, change: Change, seq: number, id: number): UserId | undefined {
    const { of } = change;
    if (change.type === "deleted") return this.#empty(room, of, row);
    if (change.type === "edited") this.#sql.edit.run(room, of, seq, id);
    else if (change.on) {
      const shown = this.#shown(room, of, change.emoji) ?? seq;
      this.#sql.react.run(room, of, change.emoji, change.uid, id, shown);
    } else this.#sql.react.run(room, of, change.emoji, change.uid, id, null);
  }

  /** Brings messages of a room, rising, into their present form, as `uid` sees them. */
  apply(room: number, messages: readonly Message[], uid: UserId | undefined): void {
    if (messages.length === 0) return;
    const bySeq = new Map(messages.map((message) => [message.seq, message]));
    const range = [room, messages[0]!.seq, messages.at(-1)!.seq];
    for (const row of this.#sql.edits.iterate(...range)) {
      const { of, ts, text } = row as { of: number; ts: number; text: string | Uint8Array };
      const message = bySeq.get(of);
      if (message) Object.assign(message, { text: textOf(text), editedTs: ts });
    }
    for (const row of this.#sql.reactions.iterate(uid ?? null, ...range)) {
      const { of, emoji, count, mine, users } = row as {
        of: number;
        emoji: string;
        count: number;
        mine: number | null;
        users: string;
      };
      const reaction = { emoji, count, mine: mine === 1, users: JSON.parse(users) as Member[] };
      const message = bySeq.get(of);
      if (message) (message.reactions ??= []).push(reaction);
    }
  }

  /** Within a commit: messages up to a seq are gone from their rooms. */
  forget(cuts: readonly { id: number; cut: number }[]): void {
    for (const { id, cut } of cuts) {
      this.#sql.forgetEdits.run(id, cut);
      this.#sql.forgetReactions.run(id, cut);
    }
  }

  #judgeReaction(
    room: number,
    target: Target,
    { of, emoji, uid, on }: Extract<Change, { type: "reaction" }>,
  ): Refused | Standing | undefined {
    const known = this.#sql.reaction.get(room, of, emoji, uid) as unknown as
      | Standing & { isOn: number }
      | undefined;
    if ((known?.isOn === 1) === on) {
      const { seq, ts } = known ?? target;
      return { seq, ts };
    }
    if (!on || this.#shown(room, of, emoji) !== undefined) return undefined;
    const { count } = this.#sql.count.get(room, of) as { count: number };
    return count >= MAX_EMOJI ? { refused: "many" } : undefined;
  }

  /** Since which seq somebody reacts with an emoji. */
  #shown(room: number, of: number, emoji: string): number | undefined {
    const row = this.#sql.shown.get(room, of, emoji) as { shown: number } | undefined;
    return row?.shown;
  }

  /** Takes the texts of a message and its edits out of the file, and its reactions. */
  #empty(room: number, of: number, row: number): UserId {
    this.#sql.emptyEdits.run(room, of);
    const { uid } = this.#sql.empty.get(row) as { uid: UserId };
    this.#sql.dropEdits.run(room, of);
    this.#sql.dropReactions.run(room, of);
    return uid;
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  return {
    target: sql(
      "select seq, ts, uid, kind is null and (text <> '' or files is not null) as isThere from log where id = ?",
    ),
    edit: sql("insert into edit (room, of, seq, id) values (?, ?, ?, ?)"),
    // A bare column beside max() is that of the row with the maximum.
    edits: sql(
      `select last.of, ts, ${TEXT} from
         (select of, max(seq), id from edit where room = ? and of between ? and ? group by of)
         as last join log on log.id = last.id`,
    ),
    react: sql(
      `insert or replace into reaction (room, of, emoji, uid, id, shown)
       values (?, ?, ?, ?, ?, ?)`,
    ),
    reaction: sql(
      `select seq, ts, shown is not null as isOn from reaction join log using (id)
       where reaction.room = ? and of = ? and emoji = ? and reaction.uid = ?`,
    ),
    shown: sql(
      `select shown from reaction
       where room = ? and of = ? and emoji = ? and shown is not null limit 1`,
    ),
    count: sql(
      `select count(distinct emoji) as count from reaction
       where room = ? and of = ? and shown is not null`,
    ),
    // Names are looked up of a few only.
    reactions: sql(
      `select of, emoji, count(*) as count, max(uid = ?) as mine,
         (select json_group_array(json_object('uid', who.uid, 'user', log.user) order by who.id)
          from (select uid, id from reaction as one
                where one.room = reaction.room and one.of = reaction.of
                  and one.emoji = reaction.emoji and shown is not null
                order by id limit ${MAX_NAMED}) as who join log on log.id = who.id) as users
       from reaction
       where room = ? and of between ? and ? and shown is not null
       group by of, emoji order by of, shown`,
    ),
    empty: sql("update log set text = '', files = null where id = ? returning uid"),
    emptyEdits: sql(
      `update log set text = '' where id in (select id from edit where room = ? and of = ?)`,
    ),
    dropEdits: sql("delete from edit where room = ? and of = ?"),
    dropReactions: sql("delete from reaction where room = ? and of = ?"),
    forgetEdits: sql("delete from edit where room = ? and of <= ?"),
    forgetReactions: sql("delete from reaction where room = ? and of <= ?"),
  };
}
