// What the server may send on one connection, held to with every frame it hands over (P1 to P4, W2.4,
// W3, W5, W7): the entries and the memberships, and who looks at the rest. Knows the truth, and no client.
import type { Batch } from "../../src/batch.ts";
import { CLOSE } from "../../src/close.ts";
import { isDirect, partiesOf } from "../../src/direct_name.ts";
import { MAX_FRAME_BYTES } from "../../src/protocol.ts";
import type { Entry, Limits, Position, RoomName, ServerMessage } from "../../src/protocol.ts";
import { isSame, isShown, type Log, topicAt, type Truth } from "./truth.ts";
import { WireAcks } from "./wire_acks.ts";
import { WirePages } from "./wire_pages.ts";
import { WirePersonal } from "./wire_personal.ts";
import { type Asked, type Owners, WireQuestions } from "./wire_questions.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

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

interface Membership {
  epoch: string;
  /** The seq of the next live entry. */
  next: number;
}

export class WireRules {
  readonly #options: WireRulesOptions;
  readonly #members = new Map<RoomName, Membership>();
  /** The next entry of direct conversations that were heard of without a join. */
  readonly #direct = new Map<RoomName, number>();
  /** Rooms that it was put out of. */
  readonly #expelled = new Set<RoomName>();
  readonly #questions: WireQuestions;
  readonly #acks: WireAcks;
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

  constructor(options: WireRulesOptions) {
    this.#options = options;
    const parts = { ...options, violated: (what: string) => this.violated(what) };
    const questions = this.#questions = new WireQuestions(parts);
    this.#acks = new WireAcks({ ...parts, questions });
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

  /** Where the acks said that messages are: `room ref` → epoch and seq. */
  get acked(): ReadonlyMap<string, Position> {
    return this.#acks.positions;
  }

  /** Whether something of this type is not answered yet. */
  asks(type: string): boolean {
    return this.#questions.has(type);
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
    this.#questions.received(frame);
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
    if (!this.#questions.areAnswered && isEarly) {
      this.violated("W13.2: a restart before the answers");
    }
  }

  violated(what: string): void {
    this.#options.violated(`${this.#options.name}: ${what}`);
  }

  #message(message: ServerMessage): void {
    if (this.#isWelcome === (message.type === "welcome")) {
      this.violated(`W8.1: ${message.type} where the welcome belongs`);
    }
    this.#isWelcome = true;
    const asked = this.#questions.answered(message);
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
        return this.#acks.acked(message, asked);
      case "mention":
        return this.#mentioned(message);
      case "rooms":
        return this.#pages.listed(message);
      case "read":
        return this.#personal.read(message.room, message.seq);
      case "muted":
      case "banned":
        return this.#questions.sanctioned(message);
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

  #refused(error: Of<"error">, asked: Asked | undefined): void {
    const { code, message } = error;
    this.#options.meet(`an error ${code}`);
    const isLost = code === "NOT_JOINED" && asked?.type === "chat" &&
      !this.#expelled.has(asked.room);
    if (code === "INTERNAL" || isLost) this.violated(`an error ${code}: ${message}`);
    if (asked) this.#acks.refused(error, asked);
  }

  #joined(message: Of<"joined">, asked: Asked | undefined): void {
    const { room, epoch, seq, topic, read, messages, gap } = message;
    const { truth, isShared } = this.#options;
    const { since } = asked ?? {};
    const log = truth.lineage(room, epoch);
    const wrong = (what: string) => this.violated(`W5: joined ${room} ${seq} ${what}`);

    if (asked?.isBarred && this.#questions.isBarred("ban", room)) wrong("in spite of a ban");
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
    const { truth, uid, isShared } = this.#options;
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
    if (this.#questions.owns(draft.uid, draft.ref)) this.#acks.holdCopy(room, draft);
    this.#personal.entry(entry, draft);
  }

  #mentioned(message: Of<"mention">): void {
    const { room } = message;
    const next = this.#questions.has("join", room) ? undefined : this.#members.get(room)?.next;
    this.#personal.mention(message, next);
  }
}
