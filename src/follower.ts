// The order of a room that other processes append to as well: what is appended here and what is heard
// of them, by seq. What is missing in between is read from the store, and nothing goes out before it.
import type { Scheduler } from "./flusher.ts";
import type { Entry, Limits, RoomName } from "./protocol.ts";
import type { Appended, Follower as FeedFollower, Head, TimedHead } from "./store/store.ts";
import type { Store, StoreError } from "./store/store.ts";

/** How long what is missing may be on its way, in milliseconds. */
const MISSING_MS = 50;

/** Entries that wait for an earlier one, while it can't be read. */
const MOST_AHEAD = 20_000;

/** What it needs of the hub's parts. */
export interface FollowerParts {
  store: Store;
  scheduler: Pick<Scheduler, "later">;
  /** What is missing may be so much; of more, the members are told as of any gap. */
  settings: { limits: Pick<Limits, "resume">; outboxBytes: number };
  storeTried(error: unknown): void;
}

/** The room, as its follower needs it. */
export interface Followed {
  /** Whether something said here waits to be stored: its entries may not go out before their acks. */
  isWaiting(): boolean;
  /** There is something to take. */
  flow(): void;
  /** What the members were given is not what the log holds, or too little of it: they start over. */
  lost(): void;
  /** The log's head: others may have cut it, or it would begin in another epoch by now. */
  told(head: Readonly<Head>): void;
}

export class Follower implements FeedFollower {
  readonly #room: RoomName;
  readonly #parts: FollowerParts;
  #followed: Followed | undefined;
  #epoch = "";
  #seq = 0;
  #ts = 0;
  /** Entries after the position, by seq, and when the one before was said, where that was heard. */
  readonly #ahead = new Map<number, { entry: Entry; after?: number }>();
  /** The log goes at least up to there; up to `own` it holds nothing of ours without its ack. */
  #newest = 0;
  #own = 0;
  #isLate = false;
  #isOver = false;

  constructor(room: RoomName, parts: FollowerParts) {
    this.#room = room;
    this.#parts = parts;
  }

  /** Up to where the log is known to go. */
  get position(): FeedFollower["position"] {
    return { epoch: this.#epoch, seq: this.#newest, given: { seq: this.#seq, ts: this.#ts } };
  }

  /** From this head on, the room takes what comes. */
  begin({ epoch, seq, ts = 0 }: Readonly<TimedHead>, followed: Followed): void {
    this.#is(epoch);
    this.#seq = seq;
    this.#ts = ts;
    this.#newest = Math.max(this.#newest, seq);
    this.#followed = followed;
    for (const early of this.#ahead.keys()) if (early <= seq) this.#ahead.delete(early);
    this.#flow();
  }

  /** Of the room's own draft, after its ack: where it stands, and the entry if that is new. */
  settled({ epoch, seq }: Appended, entry: Entry | undefined): void {
    if (!this.#is(epoch)) return;
    this.#own = Math.max(this.#own, seq);
    this.#newest = Math.max(this.#newest, seq);
    if (entry && seq > this.#seq) this.#ahead.set(seq, { entry });
  }

  heard(epoch: string, entries: readonly Entry[], after?: number): void {
    if (!this.#is(epoch)) return;
    for (const entry of entries) {
      this.#add(entry, after);
      after = entry.ts;
    }
    this.#flow();
  }

  told(head: Readonly<Head>, seq: number): void {
    if (head.epoch === this.#epoch && head.seq < seq) this.#anew(head.epoch);
    if (!this.#is(head.epoch)) return;
    this.#newest = Math.max(this.#newest, head.seq);
    this.#followed?.told(head);
    this.#flow();
  }

  failed(error: StoreError): void {
    this.#parts.storeTried(error);
  }

  /** Those that come next, in their order. */
  take(): Entry[] {
    const next: Entry[] = [];
    for (let one; (one = this.#ahead.get(this.#seq + 1)) && !this.#isOver;) {
      const { entry, after } = one;
      // It follows something else: reading what comes next will tell of another log.
      if (after !== undefined && after !== this.#ts) {
        this.#ahead.clear();
        break;
      }
      this.#ahead.delete(++this.#seq);
      this.#ts = entry.ts;
      next.push(entry);
    }
    this.#awaitMissing();
    return next;
  }

  /** Whether that is an entry of the log that the members know. */
  #is(epoch: string): boolean {
    if (epoch !== this.#epoch) this.#anew(epoch);
    return !this.#isOver;
  }

  /** What was heard was of another log, and so was what was given out, if anything was. */
  #anew(epoch: string): void {
    if (this.#seq > 0) return this.#lose();
    this.#epoch = epoch;
    this.#ahead.clear();
    this.#newest = this.#own = 0;
  }

  #add(entry: Entry, after?: number): void {
    this.#newest = Math.max(this.#newest, entry.seq);
    if (entry.seq <= this.#seq) return;
    this.#ahead.set(entry.seq, after === undefined ? { entry } : { entry, after });
  }

  #flow(): void {
    if (!this.#followed) return;
    if (this.#ahead.has(this.#seq + 1)) this.#followed.flow();
    this.#awaitMissing();
  }

  /** What is missing is mostly on its way: an answer and an announcement overtake each other. */
  #awaitMissing(): void {
    if (this.#ahead.size > MOST_AHEAD) return this.#lose();
    if (this.#isLate || this.#isOver || !this.#followed || this.#newest <= this.#seq) return;
    this.#isLate = true;
    this.#parts.scheduler.later(() => this.#fetchMissing(), MISSING_MS);
  }

  async #fetchMissing(): Promise<void> {
    const { store, settings } = this.#parts;
    // As much as a fast reader's outbox can hold.
    const most = { limit: settings.limits.resume, bytes: settings.outboxBytes / 4 };
    const after = this.#seq;
    const upTo = this.#followed!.isWaiting() ? this.#own : this.#newest;
    try {
      const missing = upTo > after && !this.#isOver
        ? await store.replay(this.#room, after, upTo, most)
        : [];
      if (!missing) return this.#lose();
      for (const entry of missing) this.#add(entry);
    } catch (error) {
      this.#parts.storeTried(error);
    } finally {
      this.#isLate = false;
    }
    this.#flow();
  }

  #lose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ahead.clear();
    this.#followed?.lost();
  }
}
