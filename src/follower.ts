// The order of a room that other processes append to as well: what is appended here and what is heard
// of them, by seq. What is missing in between is read from the store, and nothing goes out before it.
import type { Scheduler } from "./flusher.ts";
import type { Entry, Limits, RoomName } from "./protocol.ts";
import type { Appended, Follower as FeedFollower, Head } from "./store/store.ts";
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
  /** Entries after the position, by seq. */
  readonly #ahead = new Map<number, Entry>();
  /** The log goes at least up to there, and that was said then, where it is known. */
  #newest = 0;
  #newestTs: number | undefined;
  /** Up to there it holds nothing of ours without its ack. */
  #own = 0;
  #isLate = false;
  #isOver = false;

  constructor(room: RoomName, parts: FollowerParts) {
    this.#room = room;
    this.#parts = parts;
  }

  get position(): FeedFollower["position"] {
    const ts = this.#newestTs;
    return { epoch: this.#epoch, seq: this.#newest, ...(ts !== undefined && { ts }) };
  }

  /** From this head on, the room takes what comes. */
  begin({ epoch, seq }: Readonly<Head>, followed: Followed): void {
    this.#is(epoch);
    this.#seq = seq;
    this.#know(seq);
    this.#followed = followed;
    for (const early of this.#ahead.keys()) if (early <= seq) this.#ahead.delete(early);
    this.#flow();
  }

  /** Of the room's own draft, after its ack: where it stands, and the entry if that is new. */
  settled({ epoch, seq, ts }: Appended, entry: Entry | undefined): void {
    if (!this.#is(epoch)) return;
    this.#own = Math.max(this.#own, seq);
    this.#know(seq, ts);
    if (entry && seq > this.#seq) this.#ahead.set(seq, entry);
  }

  heard(epoch: string, entries: readonly Entry[]): void {
    if (!this.#is(epoch)) return;
    for (const entry of entries) this.#add(entry);
    this.#flow();
  }

  told(head: Readonly<Head>, seq: number): void {
    if (head.epoch === this.#epoch && head.seq < seq) this.#anew(head.epoch);
    if (!this.#is(head.epoch)) return;
    this.#know(head.seq);
    this.#followed?.told(head);
    this.#flow();
  }

  failed(error: StoreError): void {
    this.#parts.storeTried(error);
  }

  /** Those that come next, in their order. */
  take(): Entry[] {
    const next: Entry[] = [];
    for (let entry; (entry = this.#ahead.get(this.#seq + 1)) && !this.#isOver;) {
      this.#ahead.delete(++this.#seq);
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
    this.#newestTs = undefined;
  }

  #know(seq: number, ts?: number): void {
    if (seq < this.#newest || (seq === this.#newest && ts === undefined)) return;
    this.#newest = seq;
    this.#newestTs = ts;
  }

  #add(entry: Entry): void {
    this.#know(entry.seq, entry.ts);
    if (entry.seq > this.#seq) this.#ahead.set(entry.seq, entry);
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
