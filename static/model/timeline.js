// @ts-check
// The part of one room's log that the page holds: a stretch without holes, then what is not sent
// yet, with joins and leaves in between. Knows nothing of the page.
/** @import {Chat, Entry, Member, Message, Refusal} from "../../src/protocol.ts" */
/** @import {Outgoing} from "../chat.js" */

/**
 * Something said. `seq` is 0 until the server gave it one; `key` stays the same from the first
 * moment on, so that a message on its way and the entry it becomes are one.
 * @typedef {{kind: "said", key: string, seq: number, ts: number, uid: string, user: string,
 *   text: string, deleted?: true | undefined, status: Outgoing["status"],
 *   refusal?: Refusal | undefined}} Said
 */
/**
 * Who came and left in one run, by uid.
 * @typedef {{kind: "stage", key: string, ts: number, came: Map<string, string>,
 *   left: Map<string, string>}} Stage
 */
/** @typedef {Said | Stage} Line */
/** @typedef {{messages: readonly (Entry | Message)[], more: boolean}} Page */

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
  #from = 1;
  #to = 0;
  /** Counts how often it was replaced. */
  generation = 0;
  #stages = 0;

  get from() {
    return this.#from;
  }
  get to() {
    return this.#to;
  }

  /** Whether there are newer entries than those held: the newest end was let go. */
  get hasNewer() {
    return this.#to < this.head;
  }

  /** The line of a message that is held. @param {number} seq */
  at(seq) {
    return this.lines.findLast((line) => hasSeq(line) && line.seq === seq);
  }

  /** Starts over with a page, the newest unless it says up to where. @param {Page} page @param {number} head */
  reset({ messages: all, more }, head, to = head) {
    const messages = all.filter(isChat);
    const unsent = this.lines.filter(isUnsent);
    this.generation += 1;
    this.#to = Math.max(to, messages.at(-1)?.seq ?? 0);
    this.head = Math.max(head, this.#to);
    this.#from = messages[0]?.seq ?? this.#to + 1;
    this.hasOlder = more;
    this.lines = [...messages.map((entry) => this.#said(entry)), ...unsent];
  }

  /** Puts an older page before what is held. @param {Page} page */
  putOlder({ messages, more }) {
    const older = messages.filter(isChat).filter(({ seq }) => seq < this.#from);
    this.lines.unshift(...older.map((entry) => this.#said(entry)));
    this.#from = older[0]?.seq ?? this.#from;
    this.hasOlder = more;
  }

  /** Puts a newer page after what is held. @param {Page} page @param {number} upTo all of it is there */
  putNewer({ messages }, upTo = messages.at(-1)?.seq ?? 0) {
    for (const entry of messages.filter(isChat)) if (entry.seq > this.#to) this.#put(entry);
    this.#to = Math.max(this.#to, upTo);
  }

  /** A live or replayed entry, the next of the room. @param {Entry} entry @param {boolean} mine */
  add(entry, mine) {
    const isNext = !this.hasNewer && entry.seq > this.#to;
    if (!isChat(entry)) this.#change(entry);
    else if (isNext) {
      // Its ack may still be on the way, or lost with a connection: it is the first that says the same.
      const waiting = mine && !this.at(entry.seq) &&
        this.lines.find((line) =>
          line.kind === "said" && line.seq === 0 && line.status === "waiting" &&
          line.text === entry.text
        );
      if (waiting) this.#settle(/** @type {Said} */ (waiting), entry.seq);
      this.#put(entry);
    }
    if (isNext) this.#to = entry.seq;
    this.head = Math.max(this.head, entry.seq);
  }

  /** One's own message: new, waiting again, failed or sent. @param {Outgoing} outgoing @param {Member} me */
  say({ ref, text, at, status, seq, refusal }, me) {
    const said = this.#byKey(ref);
    if (status === "dropped") return this.remove(ref);
    if (!said) {
      if (status === "sent") return;
      this.lines.push({ kind: "said", key: ref, seq: 0, ts: at, ...me, text, status, refusal });
      return;
    }
    if (status === "waiting" && said.status === "failed") this.#moveToEnd(said);
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
    /** @type {Stage} */
    const stage = last?.kind === "stage" ? last : {
      kind: "stage",
      key: `stage ${++this.#stages}`,
      ts: Date.now(),
      came: new Map(),
      left: new Map(),
    };
    for (const { uid, user } of came) if (!stage.left.delete(uid)) stage.came.set(uid, user);
    for (const { uid, user } of left) if (!stage.came.delete(uid)) stage.left.set(uid, user);
    if (stage === last) this.lines.pop();
    if (stage.came.size + stage.left.size > 0) this.lines.push(stage);
  }

  /** Holds no more than `MAX_LINES`. @param {"oldest" | "newest"} end that is let go */
  trim(end) {
    let surplus = this.lines.length - MAX_LINES;
    if (surplus <= 0) return;
    if (end === "oldest") {
      // What is not sent stays: nobody else has it.
      this.lines = this.lines.filter((line) => isUnsent(line) || surplus-- <= 0);
      const from = this.lines.find(hasSeq)?.seq ?? this.#to + 1;
      this.hasOlder ||= from > this.#from;
      this.#from = from;
    } else {
      const unsent = this.lines.filter(isUnsent);
      this.lines.splice(MAX_LINES);
      this.#to = this.lines.findLast(hasSeq)?.seq ?? 0;
      this.lines.push(...unsent.filter((line) => !this.lines.includes(line)));
    }
  }

  /** What became of a message that is held. @param {Entry} entry */
  #change(entry) {
    const said = "of" in entry && this.at(entry.of);
    if (said && entry.type === "edited") Object.assign(said, { text: entry.text });
    if (said && entry.type === "deleted") Object.assign(said, { text: "", deleted: true });
  }

  /** @param {Chat} entry */
  #put(entry) {
    const said = this.at(entry.seq);
    if (said) Object.assign(said, { ts: entry.ts, user: entry.user, text: entry.text });
    else this.#insert(this.#said(entry));
  }

  /** The server has given one's own message this seq. @param {Said} said @param {number} seq */
  #settle(said, seq) {
    if (said.seq === seq) return;
    const twin = this.at(seq);
    if (twin) this.remove(twin.key);
    // Taken for another entry that said the same: that one gets a line of its own.
    const other = said.seq > 0 ? { ...said, key: this.#keyOf(said.seq) } : null;
    Object.assign(said, { seq, status: "sent", refusal: undefined });
    if (other) this.#insert(other);
    // Outside of the stretch held it would stand beside a hole; it comes with its page.
    const isOutside = seq < this.#from || (this.hasNewer && seq > this.#to);
    if (isOutside) this.remove(said.key);
    else if (!this.#inOrder(said)) {
      this.remove(said.key);
      this.#insert(said);
    }
  }

  /** Puts it after the last line with a lower seq, but before what still waits. @param {Said} said */
  #insert(said) {
    let index = this.lines.length;
    for (let i = index - 1; i >= 0; i--) {
      const line = this.lines[i];
      if (line?.kind !== "said") continue;
      if (line.seq > said.seq || (line.seq === 0 && line.status === "waiting")) index = i;
      else if (line.seq > 0) break;
    }
    this.lines.splice(index, 0, said);
  }

  /** @param {Said} said */
  #inOrder(said) {
    const index = this.lines.indexOf(said);
    return this.lines.every((line, i) =>
      !hasSeq(line) || (i < index ? line.seq <= said.seq : line.seq >= said.seq)
    );
  }

  /** @param {Said} said */
  #moveToEnd(said) {
    this.remove(said.key);
    this.lines.push(said);
  }

  /** @param {string} key @returns {Said | undefined} */
  #byKey(key) {
    return this.lines.filter((line) => line.kind === "said").find((line) => line.key === key);
  }

  /** @param {number} seq */
  #keyOf(seq) {
    return `${this.generation} ${seq}`;
  }

  /** @param {Chat} entry @returns {Said} */
  #said({ seq, ts, uid, user, text, deleted }) {
    const key = this.#keyOf(seq);
    return { kind: "said", key, seq, ts, uid, user, text, deleted, status: "sent" };
  }
}

/** @param {Entry} entry @returns {entry is Chat} */
function isChat(entry) {
  return entry.type === "chat";
}

/** @param {Line} line @returns {line is Said} */
function hasSeq(line) {
  return line.kind === "said" && line.seq > 0;
}

/** @param {Line} line */
function isUnsent(line) {
  return line.kind === "said" && line.seq === 0;
}
