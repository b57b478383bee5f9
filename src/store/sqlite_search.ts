// Finds messages in an SQLite file. Blocks of the log have filters that say which rooms may have
// which words there (docs/decisions/search.md); what has none yet, the newest, is read. Synchronous,
// as all that runs in the worker.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { entryBytes, type Hit, type RoomName } from "../protocol.ts";
import { findIn, parseQuery, type Query } from "../query.ts";
import { fromIn } from "../reach.ts";
import { wordsOf } from "../words.ts";
import type { Sought } from "./search.ts";
import type { Part } from "./sqlite_searches.ts";
import { TEXT, textOf } from "./sqlite_entries.ts";
import type { SqlitePages } from "./sqlite_pages.ts";
import { FilterBuilder, mayHave, type Term, termsOf } from "./sqlite_word_filter.ts";

/** A block: so many rows of the log, or rows with so much text in UTF-16 units. */
export const BLOCK_ROWS = 256;
const BLOCK_TEXT = 24_576;
/** Rows without a filter that are read at once, for a search and for a filter. */
const ROWS = 64;
const FILL_ROWS = 32;
/** What a step may cost, where a unit of text costs 1. */
const STEP_COST = 125_000;
const ROW_COST = 150;
const BLOCK_COST = 2000;
/** Names kept in memory. */
const NAMES = 20_000;

/** A row that has a text: a chat entry, or an edit of one. */
interface Row {
  id: number;
  room: number;
  seq: number;
  /** Of an edit: the message. */
  reply_to: number | null;
  kind: "edited" | null;
  text: string | Uint8Array;
}

/** Rows `first` to `last`, with the ids of the rooms in it as JSON. */
interface Block {
  first: number;
  last: number;
  rooms: string;
  bits: Uint8Array;
}

/** What is looked for, as a step needs it. */
interface Looking {
  sought: Sought;
  query: Query;
  terms: Term[];
  /** From when on a room may be read, by id. */
  from(room: number): number;
}

export class SqliteSearch {
  readonly #sql: ReturnType<typeof statements>;
  readonly #pages: SqlitePages;
  readonly #names = new Map<number, RoomName>();

  constructor(db: DatabaseSync, pages: SqlitePages) {
    this.#sql = statements(db);
    this.#pages = pages;
  }

  /** Makes the filter of the next block, if there is a whole one. */
  fill(blockRows: number): boolean {
    const filled = this.#filled();
    const builder = new FilterBuilder();
    const rooms = new Set<number>();
    let rows = 0;
    let text = 0;
    let last = filled;
    for (const row of this.#after(filled, blockRows)) {
      const { id, room, kind } = row;
      last = id;
      rows++;
      if (kind === null || kind === "edited") {
        const said = textOf(row.text);
        text += said.length;
        builder.add(room, wordsOf(said));
        rooms.add(room);
      }
      if (text >= BLOCK_TEXT) break;
    }
    if (rows < blockRows && text < BLOCK_TEXT) return false;
    this.#sql.fill.run(filled + 1, last, JSON.stringify([...rooms]), builder.build());
    return true;
  }

  /** Within a commit, after rows went: ids that will be given again must not be in a block. */
  forget(): void {
    this.#sql.forget.run();
  }

  /** Goes on with a search, newest first, as far as one step may. */
  find(sought: Sought, isFirst: boolean): Part {
    const query = parseQuery(sought.text)!;
    const looking = { sought, query, terms: termsOf(query), from: this.#reach(sought) };
    const hits: Hit[] = [];
    let { bytes } = sought.size;
    let before = sought.before ?? Infinity;
    for (let cost = 0; cost < STEP_COST;) {
      const next = this.#next(before, looking);
      if (!next) return { hits, isFull: false };
      cost += BLOCK_COST;
      for (const row of next.rows) {
        const text = textOf(row.text);
        cost += ROW_COST + text.length;
        const hit = this.#hit(row, text, looking);
        if (!hit) continue;
        bytes -= entryBytes(hit);
        const isTooMuch = bytes < 0 && !(isFirst && hits.length === 0);
        if (isTooMuch) return { hits, before: row.id + 1, isFull: true };
        hits.push(hit);
        if (hits.length === sought.size.limit) return { hits, before: row.id, isFull: true };
      }
      before = next.before;
    }
    return { hits, before, isFull: false };
  }

  /** The rows after one, of every kind. */
  *#after(id: number, limit: number): Generator<Omit<Row, "kind"> & { kind: string | null }> {
    for (let after = id, left = limit; left > 0;) {
      const rows = this.#sql.next.all(after, Math.min(left, FILL_ROWS)) as unknown as Row[];
      yield* rows;
      if (rows.length < FILL_ROWS) return;
      left -= rows.length;
      after = rows.at(-1)!.id;
    }
  }

  /** The next rows that may have it, newest first, and where those after them begin. */
  #next(before: number, { terms, from }: Looking): { rows: Row[]; before: number } | undefined {
    const filled = this.#filled();
    if (before > filled + 1) {
      const rows = this.#sql.unfilled.all(filled, Math.min(before, Number.MAX_SAFE_INTEGER));
      const isLast = rows.length < ROWS;
      const there = rows as unknown as Row[];
      const readable = there.filter(({ room }) => from(room) < Infinity);
      return { rows: readable, before: isLast ? filled + 1 : there.at(-1)!.id };
    }
    const block = this.#sql.block.get(before) as unknown as Block | undefined;
    if (!block) return undefined;
    const rooms = (JSON.parse(block.rooms) as number[])
      .filter((room) => from(room) < Infinity && mayHave(block.bits, room, terms));
    if (rooms.length === 0) return { rows: [], before: block.first };
    const upTo = Math.min(block.last, before - 1);
    const rows = this.#sql.rows.all(block.first, upTo, JSON.stringify(rooms));
    return { rows: rows as unknown as Row[], before: block.first };
  }

  /** The message that has its text from this row, where that has what is searched for. */
  #hit(row: Row, text: string, { query, from, sought }: Looking): Hit | undefined {
    const ranges = findIn(text, query);
    if (!ranges) return undefined;
    const { room, seq, kind } = row;
    const of = kind === null ? seq : row.reply_to!;
    const { edit } = this.#sql.edit.get(room, of) as { edit: number | null };
    if (edit !== (kind === null ? null : seq)) return undefined;
    const message = this.#pages.one(room, this.#name(room), of, sought.reach.uid);
    // Retention may have taken what was edited later.
    if (!message || message.ts < from(room)) return undefined;
    return { ...message, ranges };
  }

  /** Up to which row there are filters. */
  #filled(): number {
    const { filled } = this.#sql.filled.get() as { filled: number | null };
    return filled ?? 0;
  }

  #reach({ reach, room: only }: Sought): (room: number) => number {
    const known = new Map<number, number>();
    return (room) => {
      let from = known.get(room);
      if (from !== undefined) return from;
      const name = this.#name(room);
      from = only === undefined || name === only ? fromIn(reach, name) : Infinity;
      known.set(room, from);
      return from;
    };
  }

  #name(room: number): RoomName {
    const known = this.#names.get(room);
    if (known !== undefined) return known;
    if (this.#names.size === NAMES) this.#names.clear();
    const { name } = this.#sql.name.get(room) as { name: RoomName };
    this.#names.set(room, name);
    return name;
  }
}

function statements(db: DatabaseSync) {
  const sql = (text: string): StatementSync => db.prepare(text);
  const has = "(kind is null or kind = 'edited') and text <> ''";
  const rows = `select id, room, seq, reply_to, kind, ${TEXT} from log`;
  return {
    filled: sql(
      "select max(last) as filled from word_filter where first = (select max(first) from word_filter)",
    ),
    next: sql(
      `select id, room, kind, ${TEXT} from log where id > ? order by id limit ?`,
    ),
    fill: sql("insert into word_filter (first, last, rooms, bits) values (?, ?, ?, ?)"),
    forget: sql(
      `delete from word_filter where last > (select coalesce(max(id), 0) from log)
         or last < (select coalesce(min(id), 0) from log)`,
    ),
    block: sql(
      "select first, last, rooms, bits from word_filter where first < ? order by first desc limit 1",
    ),
    rows: sql(
      `${rows} where id between ? and ? and room in (select value from json_each(?)) and ${has}
       order by id desc`,
    ),
    unfilled: sql(`${rows} where id > ? and id < ? and ${has} order by id desc limit ${ROWS}`),
    edit: sql("select max(seq) as edit from edit where room = ? and of = ?"),
    name: sql("select name from room where id = ?"),
  };
}
