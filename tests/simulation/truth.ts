// What the logs must hold: a second, simple account of every append, against which the store, the
// wire and the pages are held. Knows every epoch there ever was.
import { entryOf } from "../../src/entry.ts";
import type { Chat, Entry, Message, RoomName, UserId } from "../../src/protocol.ts";
import { RETRACTED_NAME } from "../../src/retraction.ts";
import type { Draft, Mark, Outcome, Stored } from "../../src/store/store.ts";
import { emptied, judge, reactionsTo, shown, topicOf } from "../store/account.ts";

/**
 * `entries` are all that ever were, as they went out, with what each was made of; those from `first` on
 * are kept, and those that are `disowned` without their names.
 */
export interface Log {
  epoch: string;
  first: number;
  entries: Entry[];
  drafts: Draft[];
  disowned: Set<number>;
}

const NOTHING: Log = { epoch: "", first: 1, entries: [], drafts: [], disowned: new Set() };
const COMPARED = ["epoch", "seq", "ts", "isNew", "author", "refused"];

export class Truth {
  #logs = new Map<RoomName, Log>();
  readonly #lineages = new Map<string, Log>();
  /** `room uid ref` → seq. */
  #seqs = new Map<string, number>();
  /** Markers and facts that the store said it keeps. */
  readonly marks = new Map<string, Mark>();
  readonly records = new Map<string, Stored & { kind: string }>();
  /** Mutes and bans that a moderator was told of and nobody ended: `kind room uid`, and by which life. */
  readonly sanctions = new Map<string, unknown>();
  /** Users who were retracted, whose markers went. */
  readonly retracted = new Set<UserId>();

  get logs(): ReadonlyMap<RoomName, Log> {
    return this.#logs;
  }

  /** The log as it is now. */
  log(room: RoomName): Log | undefined {
    return this.#logs.get(room);
  }

  /** All that the room's log ever held in an epoch. */
  lineage(room: RoomName, epoch: string): Log {
    return this.#lineages.get(`${room} ${epoch}`) ?? NOTHING;
  }

  /** Where a user's ref stands in the room's log as it is now. */
  seqOf(room: RoomName, uid: UserId, ref: string): number | undefined {
    return this.#seqs.get(`${room} ${uid} ${ref}`);
  }

  /** Takes what the store did with a draft; returns what is wrong with that. */
  append(draft: Draft, outcome: Outcome): string | undefined {
    const is = JSON.stringify(outcome, COMPARED);
    const must = JSON.stringify(this.#append(draft), COMPARED);
    return is === must ? undefined : `the store answered ${is} and should have ${must}`;
  }

  /** Retention cut a log. */
  cut(room: RoomName, first: number): void {
    const log = this.#logs.get(room)!;
    for (let seq = log.first; seq < first; seq++) {
      const { uid, ref } = log.drafts[seq - 1]!;
      if (ref !== undefined) this.#seqs.delete(`${room} ${uid} ${ref}`);
    }
    log.first = first;
  }

  /** Entries have lost their author's name. */
  disown(disowned: readonly Entry[]): void {
    for (const { room, seq } of disowned) this.#logs.get(room)!.disowned.add(seq);
  }

  /** The logs as they are, to come back to. */
  copy(): Map<RoomName, Log> {
    return new Map([...this.#logs].map(([room, log]) => [room, copyOf(log)]));
  }

  /** From here on the logs are these, and nothing else; `renew` gives an epoch its successor. */
  replace(logs: ReadonlyMap<RoomName, Log>, renew: (epoch: string) => string): void {
    this.#logs = new Map();
    this.#seqs = new Map();
    for (const facts of [this.marks, this.records, this.sanctions]) facts.clear();
    for (const [room, { epoch, ...rest }] of logs) {
      if (rest.entries.length === 0) continue;
      const log = copyOf({ ...rest, epoch: renew(epoch) });
      this.#findRefs(room, this.#begin(room, log));
    }
  }

  /** All rooms that ever had a log. */
  get rooms(): Set<RoomName> {
    return new Set([...this.#lineages.keys()].map((key) => key.slice(0, key.lastIndexOf(" "))));
  }

  /** All logs that the room ever had. */
  lineages(room: RoomName): Log[] {
    return [...this.#lineages].flatMap(([key, log]) => key.startsWith(`${room} `) ? [log] : []);
  }

  /** The room's log has this epoch now: where that is another, it is what its readers know no more. */
  goesOn(room: RoomName, epoch: string): void {
    const log = this.#logs.get(room);
    if (!log || log.epoch === epoch) return;
    // An old one is back only for as long as nobody was told.
    if (this.#lineages.has(`${room} ${epoch}`)) this.#logs.set(room, { ...log, epoch });
    else this.#begin(room, copyOf({ ...log, epoch }));
  }

  /** The store has lost the end of a log, and with it what was done to the rest: `names` by seq. */
  goesBack(room: RoomName, seq: number, first: number, names: readonly string[]): void {
    const log = this.#logs.get(room);
    if (!log) return;
    const { entries, drafts } = log;
    const disowned = new Set(
      entries.filter((entry) => seq >= entry.seq && (names[entry.seq] ?? entry.user) !== entry.user)
        .map(({ seq }) => seq),
    );
    if (seq === 0) this.#logs.delete(room);
    else if (seq === entries.length) Object.assign(log, { first, disowned });
    else {
      const kept = { entries: entries.slice(0, seq), drafts: drafts.slice(0, seq) };
      this.#logs.set(room, { ...log, ...kept, first, disowned });
    }
    this.#seqs = new Map();
    for (const [room, log] of this.#logs) this.#findRefs(room, log);
  }

  #append(draft: Draft): Outcome {
    const { room, uid, ref } = draft;
    const there = this.#logs.get(room);
    if (!there && "of" in draft) return { refused: "missing" };
    const log = there ??
      this.#begin(room, copyOf({ ...NOTHING, epoch: draft.epoch }));
    const { epoch, entries, drafts } = log;
    const known = ref === undefined ? undefined : entries[this.seqOf(room, uid, ref)! - 1];
    const judged = known ?? ("of" in draft ? judge(log, draft) : undefined);
    if (judged && "refused" in judged) return judged;
    if (judged) return { epoch, seq: judged.seq, ts: judged.ts, isNew: false };

    const seq = entries.length + 1;
    const ts = Math.max(draft.ts, entries.at(-1)?.ts ?? 0);
    entries.push(entryOf(draft, { seq, ts }));
    drafts.push(draft);
    if (ref !== undefined) this.#seqs.set(`${room} ${uid} ${ref}`, seq);
    const author = draft.type === "deleted" ? entries[draft.of - 1]!.uid : uid;
    return { epoch, seq, ts, isNew: true, ...(author !== uid && { author }) };
  }

  #findRefs(room: RoomName, { first, drafts }: Log): void {
    for (const [index, { uid, ref }] of drafts.entries()) {
      if (ref !== undefined && index + 1 >= first) {
        this.#seqs.set(`${room} ${uid} ${ref}`, index + 1);
      }
    }
  }

  #begin(room: RoomName, log: Log): Log {
    this.#logs.set(room, log);
    this.#lineages.set(`${room} ${log.epoch}`, log);
    return log;
  }
}

/** Whether an entry on the wire is the one that is kept, and nothing more (W4.2). */
export function isSame(entry: Entry | Message, kept: Entry | Message | undefined): boolean {
  if (!kept) return false;
  const is: Record<string, unknown> = emptyIsDeleted(entry);
  const must: Record<string, unknown> = emptyIsDeleted(kept);
  const keys = Object.keys(must);
  return Object.keys(is).length === keys.length && keys.every((key) =>
    is[key] === must[key] ||
    (key === "reactions" && JSON.stringify(is[key]) === JSON.stringify(must[key]))
  );
}

function copyOf({ entries, drafts, disowned, ...log }: Log): Log {
  return {
    ...log,
    entries: [...entries],
    drafts: [...drafts],
    disowned: new Set(disowned),
  };
}

/** What is left of an entry, a message or a draft whose author's name is gone. */
export function nameless<E extends Entry | Message | Draft>(entry: E): E {
  const left = { ...entry, user: RETRACTED_NAME };
  return entry.type === "topic" || entry.type === "edited" ? { ...left, text: "" } : left;
}

/**
 * Whether it may be shown as the one that is kept: with its text and name, or without, once they are
 * gone.
 */
export function isShown(entry: Entry, log: Log, upTo = 0): boolean {
  const kept = log.entries[entry.seq - 1];
  if (!kept) return false;
  const gone = emptied(kept, log.entries);
  if (isSame(entry, gone)) return true;
  if (log.disowned.has(entry.seq) && isSame(entry, nameless(gone))) return true;
  return isSame(entry, kept) && emptied(kept, log.entries.slice(0, upTo)) === kept;
}

/** A store that was made anew of drafts has an edit without text, and does not know why. */
function emptyIsDeleted(entry: Entry | Message): Entry | Message {
  return entry.type === "edited" && entry.text === "" ? { ...entry, deleted: true } : entry;
}

/** Whether it is just what the store must hold now. */
export function isKept(entry: Entry, { entries, disowned }: Log): boolean {
  const gone = emptied(entries[entry.seq - 1]!, entries);
  return isSame(entry, disowned.has(entry.seq) ? nameless(gone) : gone);
}

/** What is wrong with entries that should stand in that log from `first` on, or undefined. */
export function differs(
  entries: readonly Entry[],
  log: Log,
  first: number,
  upTo: number,
): string | undefined {
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== first + index) {
      return `seq ${entry.seq} stands where ${first + index} belongs`;
    }
    if (!isShown(entry, log, upTo)) return `entry ${entry.seq} is not the one in the log`;
  }
  return undefined;
}

/** What is wrong with messages that should be a run of that log's as of a seq, up to `before`. */
export function misshows(
  messages: readonly (Entry | Message)[],
  log: Log,
  { seq, before, uid }: { seq: number; before: number; uid: UserId },
): string | undefined {
  const entries = log.entries.slice(0, seq);
  const from = messages[0]?.seq ?? before;
  const chats = entries.filter((entry) =>
    entry.type === "chat" && entry.seq >= from && entry.seq < before
  );
  if (chats.length !== messages.length) return `${messages.length} of ${chats.length} messages`;
  const wrong = messages.find((message, index) => {
    const must = shown(chats[index] as Chat, entries, uid);
    if (isSame(message, must)) return false;
    return !log.disowned.has(message.seq) || !isSame(message, nameless(must));
  });
  return wrong && `message ${wrong.seq} is not as it was at ${seq}`;
}

/** The seq of something of a user's, up to another one, that a retraction should have taken. */
export function remains(log: Log, uid: UserId, upTo: number): number | undefined {
  const { entries, first, disowned } = log;
  return entries.slice(first - 1, upTo).find((entry) => {
    if (entry.uid !== uid) return false;
    if (!disowned.has(entry.seq)) return true;
    if (entry.type === "chat") return emptied(entry, entries) === entry;
    if (entry.type === "topic") {
      return entry.text !== "" && entry === entries.findLast(({ type }) => type === "topic");
    }
    if (entry.type !== "reaction" || entry.of < first) return false;
    const chat = entries[entry.of - 1]!;
    const isOn = reactionsTo(entry.of, entries)
      .findLast((one) => one.uid === uid && one.emoji === entry.emoji)?.on;
    return emptied(chat, entries) === chat && isOn;
  })?.seq;
}

/** The topic of a log as of a seq. */
export function topicAt(log: Log, seq: number): string {
  return topicOf(log.entries.slice(0, seq));
}

/** Messages from a seq on, as of another one. */
export function messagesIn(log: Log, from: number, seq: number): Entry[] {
  return log.entries.slice(from - 1, seq).filter(({ type }) => type === "chat");
}
