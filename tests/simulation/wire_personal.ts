// What the server may send on one connection for its user alone: mentions and markers (W10.10, W10.12).
import type { Entry, RoomName, ServerMessage, UserId } from "../../src/protocol.ts";
import type { Draft } from "../../src/store/store.ts";
import type { Truth } from "./truth.ts";

type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

export interface WirePersonalOptions {
  uid: UserId;
  isShared: boolean;
  truth: Truth;
  violated(what: string): void;
  meet(what: string): void;
}

export class WirePersonal {
  readonly #options: WirePersonalOptions;
  /** How far the user has read, as far as this connection was told. */
  readonly #read = new Map<RoomName, number>();
  /** Mentions that are to come, and those that came: `room seq`. */
  readonly #due = new Set<string>();
  readonly #mentioned = new Set<string>();

  constructor(options: WirePersonalOptions) {
    this.#options = options;
  }

  /** A mention of this user that did not come after its entry. */
  get missing(): string | undefined {
    const [due] = this.#due;
    return due;
  }

  /** What was missed until now, of a room or of all, is not to come any more. */
  forgive(room?: RoomName): void {
    for (const due of this.#due) {
      if (room === undefined || due.startsWith(`${room} `)) this.#due.delete(due);
    }
  }

  /** An entry went out. */
  entry({ room, seq }: Entry, draft: Draft): void {
    const key = `${room} ${seq}`;
    const isDue = draft.type === "chat" && draft.mentions?.includes(this.#options.uid);
    if (isDue && !this.#mentioned.has(key)) this.#due.add(key);
  }

  /** It comes after its entry, unless the room is just being joined. */
  mention({ room, seq, uid: by }: Of<"mention">, next: number | undefined): void {
    const { truth, uid, meet, isShared, violated } = this.#options;
    const key = `${room} ${seq}`;
    const logs = isShared ? truth.lineages(room) : [truth.log(room)];
    meet("a mention");
    const isMeant = logs.some((log) => {
      const draft = log?.drafts[seq - 1];
      return draft?.type === "chat" && draft.uid === by && draft.mentions?.includes(uid);
    });
    if (!isMeant) violated(`W10.12: ${key} mentions somebody else`);
    // After a loss there may be another one of that seq.
    if (this.#mentioned.has(key) && logs.length <= 1) violated(`W10.12: ${key} mentions twice`);
    // From another instance it goes another way than the entry.
    if (next !== undefined && next <= seq && !isShared) {
      violated(`W10.12: the mention of ${key} came before it`);
    }
    this.#mentioned.add(key);
    this.#due.delete(key);
  }

  /** A `joined` tells a marker, which may be the same again. */
  joined(room: RoomName, seq: number): void {
    this.#readTo(room, seq, (this.#read.get(room) ?? 0) - 1);
  }

  read(room: RoomName, seq: number): void {
    this.#readTo(room, seq, this.#read.get(room) ?? -1);
  }

  /** A marker grows, and not beyond the log. */
  #readTo(room: RoomName, seq: number, last: number): void {
    const { truth, uid, isShared, violated } = this.#options;
    // Who is retracted has no markers any more.
    if (!isShared && seq <= last && !truth.retracted.has(uid)) {
      violated(`W10.10: ${room} is read to ${seq}, and was to ${last}`);
    }
    const logs = isShared ? truth.lineages(room) : [truth.log(room)];
    const length = Math.max(0, ...logs.map((log) => log?.entries.length ?? 0));
    if (seq > length) violated(`W10.10: ${room} is read to ${seq} of ${length}`);
    if (seq > 0) this.#options.meet("a marker");
    this.#read.set(room, seq);
  }
}
