// What the server may send on one connection, held to with every frame it hands over (P1 to P4, W2.4,
// W3.2, W5, W7). Knows the truth, and no client.
import type { Batch } from "../../src/batch.ts";
import { CLOSE } from "../../src/close.ts";
import {
  type Entry,
  MAX_FRAME_BYTES,
  type Position,
  type ServerMessage,
} from "../../src/protocol.ts";
import type { Limits, RoomName } from "../../src/protocol.ts";
import { differs, isSame, type Kept, type Truth } from "./truth.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/** Entries of one answer that surely fit its frame, in bytes. */
const SURELY_FITS = 700_000;

/** Which connection a ref was first sent on; undefined where it was on several. */
export type Owners = Map<string, WireRules | undefined>;

export interface WireRulesOptions {
  name: string;
  uid: string;
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
  readonly #asked: { type: string; ref: string; since?: Position; before?: number }[] = [];
  readonly #members = new Map<RoomName, Membership>();
  #isWelcome = false;
  #isSentHome = false;
  /** What was stored in a room while its `joined` is being made, which the server has to hold. */
  #held: { room: RoomName; bytes: number } | undefined;
  /** Where the acks said that messages are: `room ref` → epoch and seq. */
  readonly acked = new Map<string, Position>();

  constructor(options: WireRulesOptions) {
    this.#options = options;
  }

  /** Rooms whose `joined` went out. */
  get rooms(): ReadonlyMap<RoomName, Membership> {
    return this.#members;
  }

  /** At least so many bytes of entries are held back for a `joined`. */
  get heldBytes(): number {
    return this.#held?.bytes ?? 0;
  }

  /** A join has its place in the room, and is read for. */
  holds(room: RoomName): void {
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
      if (message.ref === undefined) continue;
      this.#asked.push(message);
      if (message.type !== "chat") continue;
      const { owners, uid } = this.#options;
      const key = `${message.room} ${uid} ${message.ref}`;
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
        return this.#joined(message, asked?.since);
      case "left":
        return void this.#members.delete(message.room);
      case "chat":
        return this.#entry(message);
      case "ack":
        return this.#acked(message);
      case "history":
        return this.#history(message, asked?.before);
      case "presence":
      case "system":
      case "typing":
        if (!this.#members.has(message.room)) {
          this.violated(`W5.1: ${message.type} of ${message.room} before joined`);
        }
        return;
      case "closing":
        this.#isSentHome = true;
        return;
      case "error":
        this.#options.meet(`an error ${message.code}`);
        if (
          message.code === "INTERNAL" || (message.code === "NOT_JOINED" && asked?.type === "chat")
        ) {
          this.violated(`an error ${message.code}: ${message.message}`);
        }
    }
  }

  /** Takes what a message answers, which is always the oldest that was asked (W3.2). */
  #answered(message: ServerMessage) {
    if (!("ref" in message) || message.ref === undefined) return undefined;
    const asked = this.#asked.shift();
    if (asked?.ref !== message.ref) {
      this.violated(
        `W3.2: ${message.type} ${message.ref} came, and ${asked?.ref} was asked before`,
      );
    }
    const fits = message.type === "error" || asked?.type === message.type ||
      ({ join: "joined", leave: "left", chat: "ack" } as Record<string, string>)[
          asked?.type ?? ""
        ] === message.type;
    if (!fits) this.violated(`W3.1: ${message.type} answers ${asked?.type}`);
    return asked;
  }

  #joined(message: Of<"joined">, since: Position | undefined): void {
    const { room, epoch, seq, first, messages, gap, more } = message;
    const { truth, limits } = this.#options;
    const log = truth.entries(room, epoch);
    const wrong = (what: string) => this.violated(`W5: joined ${room} ${seq} ${what}`);

    const from = seq - messages.length + 1;
    const problem = differs(messages, log, from);
    if (problem) wrong(problem);
    if (seq > log.length) wrong("is above what is stored");
    if (epoch !== (truth.log(room)?.epoch ?? epoch)) wrong("names an epoch that is over");
    this.#options.meet(
      gap ? "a gap" : !since ? "a first page" : `a resume${messages.length > 0 ? " of some" : ""}`,
    );
    const member = this.#members.get(room);
    if (member) this.#options.meet("a second join");
    if (member && member.epoch === epoch && seq < member.next - 1) wrong("is behind what went out");
    this.#members.set(room, { epoch, next: seq + 1 });

    if (since && !gap) {
      if (since.epoch !== epoch || since.seq !== from - 1) wrong(`does not follow ${since.seq}`);
      if (more) wrong("is a resume and has more");
      return;
    }
    if (more !== (from > first && messages.length > 0)) wrong(`says more: ${more}`);
    if (messages.length < pageLength(log.slice(0, seq), limits.historyPage)) {
      wrong(`holds only ${messages.length} entries`);
    }
    if (gap !== (since !== undefined)) wrong(`says gap: ${gap}`);
    if (since?.epoch !== epoch || since.seq > seq) return;
    const missed = log.slice(since.seq, seq);
    if (pageLength(missed, limits.resume) === missed.length) wrong("claims a gap where none is");
  }

  #entry(entry: Entry): void {
    const { truth, owners } = this.#options;
    const member = this.#members.get(entry.room);
    if (!member) return this.violated(`W5.1: entry ${entry.seq} of ${entry.room} before joined`);
    if (entry.seq !== member.next) {
      this.violated(`P3: entry ${entry.seq} of ${entry.room} came, and ${member.next} was next`);
    }
    member.next = entry.seq + 1;
    const kept = truth.entries(entry.room, member.epoch)[entry.seq - 1];
    if (!kept || !isSame(entry, kept)) {
      return this.violated(`P2: entry ${entry.seq} of ${entry.room} is not what the log holds`);
    }
    const isOwn = owners.get(`${entry.room} ${kept.uid} ${kept.ref}`) === this;
    if (isOwn && !this.acked.has(`${entry.room} ${kept.ref}`)) {
      this.violated(`W7.1: the copy of ${kept.ref} came before its ack`);
    }
  }

  #acked({ ref, room, seq, ts }: Of<"ack">): void {
    const { truth, uid } = this.#options;
    const log = truth.log(room);
    const kept = log?.entries[seq - 1];
    if (!kept || kept.ref !== ref || kept.uid !== uid || kept.ts !== ts) {
      this.violated(`P1: ${ref} is acknowledged at ${room} ${seq}, and is not there`);
    }
    if (this.#options.owners.get(`${room} ${uid} ${ref}`) !== this) this.#options.meet("a retry");
    this.acked.set(`${room} ${ref}`, { epoch: log?.epoch ?? "", seq });
  }

  #history({ room, messages, first, more }: Of<"history">, before = Infinity): void {
    const log = this.#options.truth.log(room)?.entries ?? [];
    const from = messages[0]?.seq ?? 1;
    const problem = differs(messages, log, from);
    if (problem) this.violated(`W5.8: history of ${room}: ${problem}`);
    if ((messages.at(-1)?.seq ?? 0) >= before) this.violated("W5.8: history beyond its before");
    if (more !== (messages.length > 0 && from > first)) {
      this.violated(`W5.8: history more ${more}`);
    }
  }
}

/** How many of the newest entries a page holds at least. */
function pageLength(log: readonly Kept[], limit: number): number {
  let bytes = 0;
  let length = 0;
  for (let index = log.length - 1; index >= 0 && length < limit; index--, length++) {
    // No character is longer than this in JSON.
    bytes += 300 + log[index]!.text.length;
    if (length > 0 && bytes > SURELY_FITS) break;
  }
  return length;
}
