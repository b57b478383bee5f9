// What a page shows of one room: the newest page of a `joined`, and every entry after it. Throws
// nothing: says what is wrong.
import type { Entry } from "../../src/protocol.ts";
import type { Joined } from "../../static/chat.js";
import { differs, isSame, type Truth } from "./truth.ts";

export class Page {
  readonly room: string;
  readonly epoch: string;
  readonly #truth: Truth;
  /** Without a gap between them. */
  readonly entries: Entry[];
  /** The seq of the next entry. */
  next: number;

  constructor(truth: Truth, { room, epoch, seq, messages }: Joined) {
    this.#truth = truth;
    this.room = room;
    this.epoch = epoch;
    this.entries = [...messages];
    this.next = seq + 1;
  }

  add(entry: Entry): string | undefined {
    const { room, epoch, next } = this;
    this.entries.push(entry);
    this.next = entry.seq + 1;
    if (entry.seq !== next) return `P3: ${room} ${entry.seq} was seen, and ${next} was next`;
    const kept = this.#truth.entries(room, epoch)[entry.seq - 1];
    return isSame(entry, kept) ? undefined : `P2: ${room} ${entry.seq} is not what the log holds`;
  }

  /** What keeps it from being the end of the log as it is now. */
  get problem(): string | undefined {
    const log = this.#truth.log(this.room);
    const length = log?.entries.length ?? 0;
    if (log && log.epoch !== this.epoch) return `${this.room} is of another epoch`;
    if (this.next !== length + 1) return `${this.room} ends at ${this.next - 1} of ${length}`;
    return differs(this.entries, log?.entries ?? [], length - this.entries.length + 1);
  }
}
