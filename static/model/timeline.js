// @ts-check
// The part of one room's log that the page holds: a stretch without holes, then what is not sent
// yet, with stage directions in between. Knows nothing of the page.
import { bySeq, hasSeq, insert, isInOrder, isUnsent } from "./order.js";
import { amend, isChat, isTheSame, saidOf } from "./said.js";
import { continueStage, stageOf } from "./stage.js";
/** @import {Chat, Entry, Member, Message} from "../../src/protocol.ts" */
/** @import {Outgoing} from "../chat.js" */
/** @import {Heard} from "./pages.js" */
/** @import {Said} from "./said.js" */
/** @import {News, Stage, Told} from "./stage.js" */

/** @typedef {Said | Stage | Told} Line */
/** Messages in present form, as of `seq`. @typedef {{messages: readonly (Entry | Message)[], more: boolean, seq: number}} Page */
/** Lines held, and so rows shown; beyond it the end that is farther away is let go. */
const MAX_LINES = 500;

export class Timeline {
  /** @type {Line[]} */
  lines = [];
  epoch = "";
  /** The newest entry of the room. */
  head = 0;
  /** Whether the server keeps older entries than those held. */
  hasOlder = false;
  /** The stretch held: from the first to the last, both inclusive. */
  from = 1;
  to = 0;
  /** Counts how often it was replaced. */
  generation = 0;
  /** What is quoted from outside of it, by seq: null where it is gone, undefined while it is asked for. @type {Map<number, Said | null | undefined>} */
  quoted = new Map();
  #directions = 0;
  /** @type {Set<Heard>} */
  #hearing = new Set();

  /** Whether there are newer entries than those held: the newest end was let go. */
  get hasNewer() {
    return this.to < this.head;
  }

  /** Notes from now on what comes, for a page that is being asked for, until `hush`. */
  listen() {
    const { generation, from, to } = this;
    /** @type {Heard} */
    const heard = { generation, from, to, entries: [] };
    this.#hearing.add(heard);
    return heard;
  }

  /** @param {Heard} heard */
  hush(heard) {
    this.#hearing.delete(heard);
  }

  /** Starts over with the newest page of a `joined`. @param {Omit<Page, "seq">} page @param {number} head */
  reset(page, head) {
    const last = page.messages.findLast(isChat)?.seq ?? 0;
    this.#replace(page, Math.max(head, last), Math.max(head, last));
  }

  /** Starts over with the newest page. @param {Page} page @param {Heard} heard */
  resetLatest(page, heard) {
    if (heard.generation === this.generation) this.#replace(page, page.seq, page.seq, heard);
  }

  /** Starts over with a page from the midst of the log. @param {Page} page @param {Heard} heard */
  resetAround(page, heard) {
    const to = page.messages.findLast(isChat)?.seq ?? page.seq;
    if (heard.generation === this.generation) this.#replace(page, to, page.seq, heard);
  }

  /** Puts an older page before what is held, if it still fits there. @param {Page} page @param {Heard} heard */
  putOlder({ messages, more, seq }, heard) {
    if (heard.generation !== this.generation || heard.from !== this.from) return;
    const older = messages.filter(isChat).filter(({ seq }) => seq < this.from);
    this.lines.unshift(...older.map((message) => saidOf(message, this.#keyOf(message.seq))));
    this.from = older[0]?.seq ?? this.from;
    this.hasOlder = more;
    this.#amendAll(new Set(older.map(({ seq }) => seq)), seq, heard);
  }

  /** Puts a newer page after what is held. @param {Page} page @param {number} upTo all of it is there @param {Heard} heard */
  putNewer({ messages, seq }, upTo, heard) {
    if (heard.generation !== this.generation || heard.to !== this.to) return;
    const newer = messages.filter(isChat).filter(({ seq }) => seq > this.to);
    for (const message of newer) this.#put(message);
    this.to = Math.max(this.to, upTo);
    this.#amendAll(new Set(newer.map(({ seq }) => seq)), seq, heard);
  }

  /** A live or replayed entry, the next of the room. @param {Entry} entry @param {boolean} mine */
  add(entry, mine) {
    const isNext = !this.hasNewer && entry.seq > this.to;
    for (const { entries } of this.#hearing) entries.push({ entry, isMine: mine });
    if (entry.type === "topic") {
      if (isNext) this.tell({ type: "topic", user: entry.user, text: entry.text }, entry.ts);
    } else if (!isChat(entry)) {
      for (const said of [this.said(entry.of), this.quoted.get(entry.of)]) {
        if (said) amend(said, entry, mine);
      }
    } else if (isNext) {
      // Its ack may still be on the way, or lost with a connection: it is the first that says the same.
      const waiting = mine && !this.said(entry.seq) &&
        this.lines.find((line) =>
          line.kind === "said" && line.seq === 0 && line.status === "waiting" &&
          isTheSame(line, entry)
        );
      if (waiting) this.#settle(/** @type {Said} */ (waiting), entry.seq);
      this.#put(entry);
    }
    if (isNext) this.to = entry.seq;
    this.head = Math.max(this.head, entry.seq);
  }

  /** One's own message: new, waiting again, failed or sent. @param {Outgoing} outgoing @param {Member} me */
  say({ ref, text, replyTo, files, at, status, seq, refusal }, me) {
    const said = this.#byKey(ref);
    if (status === "dropped") return this.remove(ref);
    if (!said) {
      if (status === "sent") return;
      const what = { text, replyTo, files, status, refusal };
      this.lines.push({ kind: "said", key: ref, seq: 0, ts: at, ...me, ...what });
      return;
    }
    if (status === "waiting" && said.status === "failed") {
      this.remove(ref);
      this.lines.push(said);
    }
    if (said.seq === 0) Object.assign(said, me, { status, refusal });
    if (status === "sent" && seq) this.#settle(said, seq);
  }

  /** @param {string} key */
  remove(key) {
    this.lines = this.lines.filter((line) => line.key !== key);
  }

  /** Who came and left: one line for a run of them. @param {Member[]} came @param {Member[]} left */
  stage(came, left) {
    const last = this.lines.at(-1);
    const stage = last?.kind === "stage" ? last : stageOf(`stage ${++this.#directions}`);
    const isThere = continueStage(stage, came, left);
    if (stage === last) this.lines.pop();
    if (isThere) this.lines.push(stage);
  }

  /** Something else happened now. @param {News} news @param {number} [ts] */
  tell(news, ts = Date.now()) {
    // That something is told to everybody is not of the log: it stands wherever the reader is.
    if (this.hasNewer && news.type !== "system") return;
    this.lines.push({ kind: "told", key: `told ${++this.#directions}`, ts, news });
  }

  /** The message with this seq, if it is held. @param {number} seq */
  said(seq) {
    return bySeq(this.lines, seq);
  }

  /** Holds no more than `MAX_LINES`. @param {"oldest" | "newest"} end that is let go */
  trim(end) {
    let surplus = this.lines.length - MAX_LINES;
    if (surplus <= 0) return;
    if (end === "oldest") {
      // What is not sent stays: nobody else has it.
      this.lines = this.lines.filter((line) => isUnsent(line) || surplus-- <= 0);
      const from = this.lines.find(hasSeq)?.seq ?? this.to + 1;
      this.hasOlder ||= from > this.from;
      this.from = from;
    } else {
      const unsent = this.lines.filter(isUnsent);
      this.lines.splice(MAX_LINES);
      this.to = this.lines.findLast(hasSeq)?.seq ?? 0;
      this.lines.push(...unsent.filter((line) => !this.lines.includes(line)));
    }
  }

  /** What is quoted, as far as it is known. @param {number} seq */
  source(seq) {
    return this.said(seq) ?? this.quoted.get(seq);
  }

  /** @param {number} seq @param {Page} page @param {Heard} heard */
  putQuoted(seq, page, heard) {
    const message = page.messages.filter(isChat).find((message) => message.seq === seq);
    this.quoted.set(seq, message ? saidOf(message, "") : null);
    this.#amendAll(new Set([seq]), page.seq, heard);
  }

  /** @param {Omit<Page, "seq">} page @param {number} to @param {number} head @param {Heard} [heard] */
  #replace({ messages: all, more }, to, head, heard) {
    const messages = all.filter(isChat);
    const unsent = this.lines.filter(isUnsent);
    this.generation += 1;
    this.head = head;
    this.to = to;
    this.quoted.clear();
    this.from = messages[0]?.seq ?? to + 1;
    this.hasOlder = more;
    this.lines = messages.map((message) => saidOf(message, this.#keyOf(message.seq)));
    this.lines.push(...unsent);
    const later = heard?.entries.filter(({ entry }) => entry.seq > head) ?? [];
    for (const { entry, isMine } of later) this.add(entry, isMine);
  }

  /** What came after a page was read has changed messages of it (W5.10). @param {Set<number>} put @param {number} seq @param {Heard} heard */
  #amendAll(put, seq, heard) {
    for (const { entry, isMine } of heard.entries) {
      if (entry.seq <= seq || !("of" in entry) || !put.has(entry.of)) continue;
      const said = this.source(entry.of);
      if (said) amend(said, entry, isMine);
    }
  }

  /** @param {Chat} entry */
  #put(entry) {
    const said = this.said(entry.seq);
    if (said) Object.assign(said, saidOf(entry, said.key));
    else insert(this.lines, saidOf(entry, this.#keyOf(entry.seq)));
  }

  /** The server has given one's own message this seq. @param {Said} said @param {number} seq */
  #settle(said, seq) {
    if (said.seq === seq) return;
    const twin = this.said(seq);
    if (twin) this.remove(twin.key);
    // Taken for another entry that said the same: that one gets a line of its own.
    const other = said.seq > 0 ? { ...said, key: this.#keyOf(said.seq) } : null;
    // The twin knows what has become of it since.
    Object.assign(said, { seq, status: "sent", refusal: undefined }, twin, { key: said.key });
    if (other) insert(this.lines, other);
    // Outside of the stretch held it would stand beside a hole; it comes with its page.
    const isOutside = seq < this.from || (this.hasNewer && seq > this.to);
    if (isOutside) this.remove(said.key);
    else if (!isInOrder(this.lines, said)) {
      this.remove(said.key);
      insert(this.lines, said);
    }
  }

  /** @param {string} key @returns {Said | undefined} */
  #byKey(key) {
    return this.lines.filter((line) => line.kind === "said").find((line) => line.key === key);
  }

  /** @param {number} seq */
  #keyOf(seq) {
    return `${this.generation} ${seq}`;
  }
}
