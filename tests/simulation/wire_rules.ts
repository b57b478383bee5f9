// What the server may send on one connection, held to with every frame it hands over (P1 to P4, W2.4,
// W3.2, W5, W7). Knows the truth, and no client.
import type { Batch } from "../../src/batch.ts";
import { CLOSE } from "../../src/close.ts";
import { isDirect, partiesOf } from "../../src/direct_name.ts";
import {
  type Entry,
  MAX_FRAME_BYTES,
  type Position,
  type ServerMessage,
} from "../../src/protocol.ts";
import type { Limits, RoomName, UserId } from "../../src/protocol.ts";
import { isSame, isShown, type Log, topicAt, type Truth } from "./truth.ts";
import { WirePages } from "./wire_pages.ts";
import { WirePersonal } from "./wire_personal.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** Which connection a ref was first sent on; undefined where it was on several. */
export type Owners = Map<string, WireRules | undefined>;

export interface WireRulesOptions {
  name: string;
  uid: string;
  isAdmin: boolean;
  /** The server is one of several over one store, which may lose what it had. */
  isShared: boolean;
  /** The server. */
  life: unknown;
  limits: Limits;
  truth: Truth;
  owners: Owners;
  violated(what: string): void;
  meet(what: string): void;
}

/** What is answered by an ack. */
const SAYING = ["chat", "edit", "delete", "react", "topic", "direct"];
/** What answers a question, where it is not called the same. */
const ANSWERS: Record<string, string> = {
  ...Object.fromEntries(SAYING.map((type) => [type, "ack"])),
  ...{ join: "joined", leave: "left", kick: "kicked", mute: "muted", ban: "banned" },
};

/** A message of the client, as far as it matters here. */
interface Asked {
  type: string;
  ref: string;
  room: RoomName;
  since?: Position;
  before?: number;
  uid?: UserId;
  minutes?: number;
  of?: number;
  emoji?: string;
  on?: boolean;
  /** Whoever asked is muted there, or banned. */
  isBarred: boolean;
}

interface Membership {
  epoch: string;
  /** The seq of the next live entry. */
  next: number;
}

export class WireRules {
  readonly #options: WireRulesOptions;
  readonly #asked: Asked[] = [];
  readonly #members = new Map<RoomName, Membership>();
  /** The next entry of direct conversations that were heard of without a join. */
  readonly #direct = new Map<RoomName, number>();
  /** Rooms that it was put out of. */
  readonly #expelled = new Set<RoomName>();
  readonly #pages: WirePages;
  readonly #personal: WirePersonal;
  #isWelcome = false;
  #isSentHome = false;
  /** What was stored in a room while its `joined` is being made, which the server has to hold. */
  #held: { room: RoomName; bytes: number } | undefined;
  /** How far the server knew of a log when it began the last join. */
  readonly #heads = new Map<RoomName, number>();
  /** Entries of direct conversations that came without a join, where they may come in any order. */
  readonly #heard = new Set<string>();
  /** Refs of which it was not known whether they are stored. */
  readonly #unknown = new Set<string>();
  /** Where the acks said that messages are: `room ref` → epoch and seq. */
  readonly acked = new Map<string, Position>();

  constructor(options: WireRulesOptions) {
    this.#options = options;
    const parts = { ...options, violated: (what: string) => this.violated(what) };
    this.#pages = new WirePages(parts);
    this.#personal = new WirePersonal(parts);
  }

  /** Rooms whose `joined` went out. */
  get rooms(): ReadonlyMap<RoomName, Membership> {
    return this.#members;
  }

  /** At least so many bytes of entries are held back for a `joined`. */
  get heldBytes(): number {
    return this.#held?.bytes ?? 0;
  }

  /** The next entry of a room that it hears of, where it heard of any. */
  nextOf(room: RoomName): number | undefined {
    return this.#members.get(room)?.next ?? this.#direct.get(room);
  }

  /** Whether an entry of a direct conversation came, or was in a `joined`. */
  hasHeard({ room, seq, ts }: Entry): boolean {
    return (this.nextOf(room) ?? 0) > seq || this.#heard.has(`${room} ${seq} ${ts}`);
  }

  /** What was missed until now was missed while something was broken. */
  forgive(): void {
    this.#personal.forgive();
  }

  /** Whether something of this type is not answered yet. */
  asks(type: string): boolean {
    return this.#asked.some((asked) => asked.type === type);
  }

  /** A mention of this user that did not come after its entry. */
  get missing(): string | undefined {
    return this.#personal.missing;
  }

  /** A join has its place in the room, whose newest entry is `seq`, and is read for. */
  holds(room: RoomName, seq: number): void {
    this.#heads.set(room, seq);
    this.#held = { room, bytes: 0 };
  }

  /** The `joined` was made, or will not be. */
  released(): void {
    this.#held = undefined;
  }

  /** An entry was stored. */
  stored(room: RoomName, bytes: number): void {
    if (this.#held?.room === room) this.#held.bytes += bytes;
  }

  /** A frame reaches a session that serves. */
  received(frame: string): void {
    for (const line of frame.split("\n")) {
      const message = JSON.parse(line);
      const { owners, uid, truth } = this.#options;
      if (message.minutes === 0) {
        truth.sanctions.delete(`${message.type} ${message.room} ${message.uid}`);
      }
      if (message.ref === undefined) continue;
      const kind = message.type === "join" ? "ban" : "mute";
      const isBarred = this.#isBarred(kind, message.room);
      this.#asked.push({ ...message, isBarred });
      if (!SAYING.includes(message.type)) continue;
      const key = `${uid} ${message.ref}`;
      owners.set(key, !owners.has(key) || owners.get(key) === this ? this : undefined);
    }
  }

  sent(batch: Batch): void {
    if (batch.bytes > MAX_FRAME_BYTES && batch.lines.length > 1) {
      this.violated(`W2.4: a frame of ${batch.bytes} bytes`);
    }
    for (const line of batch.lines) {
      const message = JSON.parse(line) as ServerMessage;
      if (message.type !== "chat" && batch.bytes > MAX_FRAME_BYTES) {
        this.violated(`W2.4: ${message.type} of ${batch.bytes} bytes`);
      }
      this.#message(message);
    }
  }

  sentBinary(data: Uint8Array): void {
    const room = new TextDecoder().decode(data.subarray(1, 1 + data[0]!)) as RoomName;
    if (!this.#members.has(room)) this.violated("W5.1: binary before joined");
  }

  /** The server closes; `isEarly`: before it may give up what it still has for the client. */
  closed(code: number, isEarly: boolean): void {
    this.#options.meet(`a close ${code}`);
    if (code !== CLOSE.restarting.code) return;
    if (!this.#isSentHome && isEarly) this.violated("W13.2: a restart without a word");
    if (this.#asked.length > 0 && isEarly) this.violated("W13.2: a restart before the answers");
  }

  violated(what: string): void {
    this.#options.violated(`${this.#options.name}: ${what}`);
  }

  #message(message: ServerMessage): void {
    if (this.#isWelcome === (message.type === "welcome")) {
      this.violated(`W8.1: ${message.type} where the welcome belongs`);
    }
    this.#isWelcome = true;
    const asked = this.#answered(message);
    if (asked?.type === "join") this.#held = undefined;
    switch (message.type) {
      case "joined":
        return this.#joined(message, asked);
      case "left":
        return this.#left(message);
      case "chat":
      case "edited":
      case "deleted":
      case "reaction":
      case "topic":
        return this.#entry(message);
      case "ack":
        return this.#acked(message, asked);
      case "mention":
        return this.#mentioned(message);
      case "rooms":
        return this.#pages.listed(message);
      case "read":
        return this.#personal.read(message.room, message.seq);
      case "muted":
      case "banned": {
        const kind = message.type === "muted" ? "mute" : "ban";
        const { sanctions } = this.#options.truth;
        const key = `${kind} ${message.room} ${message.uid}`;
        return void (message.until === null
          ? sanctions.set(key, this.#options.life)
          : sanctions.delete(key));
      }
      case "nick":
        if (message.room === undefined) {
          if (message.uid !== this.#options.uid) this.violated("W8.6: somebody else's nick");
          return;
        }
        if (!this.#members.has(message.room)) this.violated("W5.1: nick before joined");
        return;
      case "history":
        return this.#pages.history(message, asked?.before);
      case "presence":
      case "system":
      case "typing":
        if (message.room !== undefined && !this.#members.has(message.room)) {
          this.violated(`W5.1: ${message.type} of ${message.room} before joined`);
        }
        return;
      case "closing":
        this.#isSentHome = true;
        return;
      case "error":
        this.#refused(message, asked);
    }
  }

  /** Other instances may not have heard of it yet. */
  #isBarred(kind: "ban" | "mute", room: RoomName): boolean {
    const { truth, uid, life } = this.#options;
    return truth.sanctions.get(`${kind} ${room} ${uid}`) === life;
  }

  #refused({ code, message }: Of<"error">, asked: Asked | undefined): void {
    const { meet, truth, uid, isAdmin } = this.#options;
    meet(`an error ${code}`);
    const isUnknown = this.#options.isShared && code === "UNAVAILABLE";
    if (isUnknown && asked) this.#unknown.add(asked.ref);
    const isLost = code === "NOT_JOINED" && asked?.type === "chat" &&
      !this.#expelled.has(asked.room);
    if (code === "INTERNAL" || isLost) this.violated(`an error ${code}: ${message}`);
    if (!asked || !["edit", "delete", "react", "topic"].includes(asked.type)) return;
    const isRight = ["topic", "delete"].includes(asked.type) && isAdmin && !isDirect(asked.room);
    if (isRight && code === "FORBIDDEN") this.violated(`W4.6 W4.8: ${asked.type} is forbidden`);
    const isKept = truth.seqOf(asked.room, uid, asked.ref) !== undefined;
    if (isKept && !isUnknown) {
      this.violated(`W7.3: ${asked.ref} is refused with ${code}, and is kept`);
    }
  }

  /** Takes what a message answers, which is always the oldest that was asked (W3.2). */
  #answered(message: ServerMessage): Asked | undefined {
    if (!("ref" in message) || message.ref === undefined) return undefined;
    const asked = this.#asked.shift();
    if (asked?.ref !== message.ref) {
      this.violated(
        `W3.2: ${message.type} ${message.ref} came, and ${asked?.ref} was asked before`,
      );
    }
    const fits = message.type === "error" || asked?.type === message.type ||
      ANSWERS[asked?.type ?? ""] === message.type;
    if (!fits) this.violated(`W3.1: ${message.type} answers ${asked?.type}`);
    return asked;
  }

  #joined(message: Of<"joined">, asked: Asked | undefined): void {
    const { room, epoch, seq, topic, read, messages, gap } = message;
    const { truth, isShared } = this.#options;
    const { since } = asked ?? {};
    const log = truth.lineage(room, epoch);
    const wrong = (what: string) => this.violated(`W5: joined ${room} ${seq} ${what}`);

    if (asked?.isBarred && this.#isBarred("ban", room)) wrong("in spite of a ban");
    if (seq > log.entries.length) wrong("is above what is stored");
    const isOver = epoch !== (truth.log(room)?.epoch ?? epoch);
    if (isOver && !(isShared && log.epoch === epoch)) wrong("names an epoch that is over");
    if (topic !== topicAt(log, seq)) wrong(`has the topic ${topic}`);
    this.#personal.joined(room, read);
    this.#options.meet(
      gap ? "a gap" : !since ? "a first page" : `a resume${messages.length > 0 ? " of some" : ""}`,
    );
    const member = this.#members.get(room);
    if (member) this.#options.meet("a second join");
    if (member && member.epoch === epoch && seq < member.next - 1) wrong("is behind what went out");
    this.#members.set(room, { epoch, next: seq + 1 });
    this.#direct.delete(room);
    this.#expelled.delete(room);
    this.#personal.forgive(room);

    if (since && !gap) this.#pages.resumed(message, since);
    else this.#pages.paged(message, since, this.#heads.get(room) ?? seq);
  }

  #left({ room, reason }: Of<"left">): void {
    const member = this.#members.get(room);
    this.#members.delete(room);
    if (reason !== undefined) this.#expelled.add(room);
    if (member && isDirect(room)) this.#direct.set(room, member.next);
    this.#personal.forgive(room);
  }

  #entry(entry: Entry): void {
    const { truth, owners, uid, isShared } = this.#options;
    const { room, seq } = entry;
    const member = this.#members.get(room);
    const isForBoth = partiesOf(room)?.includes(uid);
    if (!member && !isForBoth) return this.violated(`W5.1: entry ${seq} of ${room} before joined`);
    const key = `${room} ${seq} ${entry.ts}`;
    if (member || !isShared) {
      const next = member ? member.next : this.#direct.get(room) ?? seq;
      if (seq !== next) this.violated(`P3: entry ${seq} of ${room} came, and ${next} was next`);
    } else if (this.#heard.has(key)) this.violated(`W21.4: ${key} came twice`);
    if (member) member.next = seq + 1;
    else {
      if (isShared) this.#heard.add(key);
      else this.#direct.set(room, seq + 1);
      this.#options.meet("a direct entry");
    }
    const isThere = (log: Log) => isShown(entry, log);
    // Who was given nothing yet may be given a log that begins in another epoch, where all was lost.
    if (member && isShared && seq === 1) {
      member.epoch = truth.lineages(room).findLast(isThere)?.epoch ?? member.epoch;
    }
    const log = member
      ? truth.lineage(room, member.epoch)
      : isShared
      ? truth.lineages(room).findLast(isThere)
      : truth.log(room);
    // What is read late is read as it is then.
    const isIts = isShared ? log && isShown(entry, log) : isSame(entry, log?.entries[seq - 1]);
    if (!isIts) {
      return this.violated(`P2: entry ${seq} of ${room} is not what the log holds`);
    }
    this.#options.meet(`an entry ${entry.type}`);
    const draft = log!.drafts[seq - 1]!;
    const isOwn = owners.get(`${draft.uid} ${draft.ref}`) === this;
    const told = `${room} ${draft.ref}`;
    if (isOwn && !this.acked.has(told) && !this.#unknown.has(draft.ref!)) {
      this.violated(`W7.1: the copy of ${draft.ref} came before its ack`);
    }
    this.#personal.entry(entry, draft);
  }

  #mentioned(message: Of<"mention">): void {
    const { room } = message;
    const isJoining = this.#asked.some((asked) => asked.type === "join" && asked.room === room);
    this.#personal.mention(message, isJoining ? undefined : this.#members.get(room)?.next);
  }

  #acked({ ref, room, seq, ts }: Of<"ack">, asked: Asked | undefined): void {
    const { truth, uid, isShared } = this.#options;
    // It may be lost by now.
    const logs = isShared ? truth.lineages(room) : [];
    const log = logs.findLast(({ drafts }) => drafts[seq - 1]?.ref === ref) ??
      logs.findLast(({ entries }) => entries[seq - 1]?.ts === ts) ?? truth.log(room);
    const entry = log?.entries[seq - 1];
    const isIts = log?.drafts[seq - 1]?.ref === ref && entry?.uid === uid;
    const isSo = asked?.type === "react" && entry !== undefined && isStanding(entry, asked, uid);
    if (!entry || entry.ts !== ts || !(isIts || isSo)) {
      this.violated(`P1: ${ref} is acknowledged at ${room} ${seq}, and is not there`);
    }
    if (asked && !this.#mayHave(asked, log)) {
      this.violated(`W4.6 W4.8: ${asked.type} in ${room} by somebody who may not`);
    }
    if (asked?.isBarred && this.#isBarred("mute", room)) {
      this.violated(`W10.7: ${ref} is said in ${room} in spite of a mute`);
    }
    if (this.#options.owners.get(`${uid} ${ref}`) !== this) this.#options.meet("a retry");
    this.acked.set(`${room} ${ref}`, { epoch: log?.epoch ?? "", seq });
  }

  /** Whether what was done may be done by this user. */
  #mayHave({ type, room, of = 0 }: Asked, log: { entries: Entry[] } | undefined): boolean {
    const { isAdmin, uid } = this.#options;
    if (type !== "topic" && type !== "edit" && type !== "delete") return true;
    const isOwn = log?.entries[of - 1]?.uid === uid;
    return type === "edit" ? isOwn : (isAdmin && !isDirect(room)) || (type === "delete" && isOwn);
  }
}

/** Whether the entry made so what a `react` asks for (W4.7). */
function isStanding(entry: Entry, { of, emoji, on = true }: Asked, uid: UserId): boolean {
  if (entry.type === "chat") return !on && entry.seq === of;
  return entry.type === "reaction" && entry.of === of && entry.emoji === emoji &&
    entry.on === on && entry.uid === uid;
}
