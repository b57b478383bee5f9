// The order of a room that other processes append to as well: what is appended here and what is heard
// of them, by seq. What is missing in between is read from the store, and nothing goes out before it.
import type { Entry, RoomName } from "./protocol.ts";
import type { Appended, Follower as FeedFollower, Head, PageSize } from "./store/store.ts";
import type { Store, StoreError } from "./store/store.ts";

/** How long what is missing may be on its way, in milliseconds. */
const MISSING_MS = 50;

export interface FollowerOptions {
  room: RoomName;
  store: Store;
  /** What is missing may be so much; of more, members are told as of any gap. */
  most: PageSize;
  later(run: () => void, ms: number): void;
  failed(error: StoreError): void;
}

/** The room, as its follower needs it. */
export interface Followed {
  /** Whether something said here waits to be stored: its entries may not go out before their acks. */
  isWaiting(): boolean;
  /** There is something to take. */
  flow(): void;
  /** What the members were given is not what the log holds, or too little of it: they start over. */
  lost(): void;
}

export class Follower implements FeedFollower {
  readonly #options: FollowerOptions;
  #followed: Followed | undefined;
  #epoch = "";
  #seq = 0;
  /** Entries after the position, by seq. */
  readonly #ahead = new Map<number, Entry>();
  /** The log goes at least up to there; up to `own` it holds nothing of ours without its ack. */
  #newest = 0;
  #own = 0;
  #isLate = false;
  #isOver = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get position(): { epoch: string; seq: number } {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /** From this head on, the room takes what comes. */
  begin({ epoch, seq }: Readonly<Head>, followed: Followed): void {
    this.#epoch = epoch;
    this.#seq = seq;
    this.#followed = followed;
    for (const early of this.#ahead.keys()) if (early <= seq) this.#ahead.delete(early);
    this.#flow();
  }

  /** Of the room's own draft, after its ack: where it stands, and the entry if that is new. */
  settled({ epoch, seq }: Appended, entry: Entry | undefined): void {
    if (!this.#is(epoch)) return;
    this.#own = Math.max(this.#own, seq);
    this.#newest = Math.max(this.#newest, seq);
    if (entry && seq > this.#seq) this.#ahead.set(seq, entry);
  }

  heard(epoch: string, entries: readonly Entry[]): void {
    if (!this.#is(epoch)) return;
    for (const entry of entries) this.#add(entry);
    this.#flow();
  }

  told({ epoch, seq }: Readonly<Head>): void {
    if (!this.#is(epoch)) return;
    if (seq < this.#seq) return this.#lose();
    this.#newest = Math.max(this.#newest, seq);
    this.#flow();
  }

  failed(error: StoreError): void {
    this.#options.failed(error);
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
    if (this.#isOver) return false;
    // Nothing was given out yet.
    if (this.#seq === 0) this.#epoch = epoch;
    if (epoch === this.#epoch) return true;
    this.#lose();
    return false;
  }

  #add(entry: Entry): void {
    this.#newest = Math.max(this.#newest, entry.seq);
    if (entry.seq > this.#seq) this.#ahead.set(entry.seq, entry);
  }

  #flow(): void {
    if (!this.#followed) return;
    if (this.#ahead.has(this.#seq + 1)) this.#followed.flow();
    this.#awaitMissing();
  }

  /** What is missing is mostly on its way: an answer and an announcement overtake each other. */
  #awaitMissing(): void {
    if (this.#isLate || this.#isOver || !this.#followed || this.#newest <= this.#seq) return;
    this.#isLate = true;
    this.#options.later(() => this.#fetchMissing(), MISSING_MS);
  }

  async #fetchMissing(): Promise<void> {
    const { room, store, most } = this.#options;
    const after = this.#seq;
    const upTo = this.#followed!.isWaiting() ? this.#own : this.#newest;
    try {
      const missing = upTo > after && !this.#isOver
        ? await store.replay(room, after, upTo, most)
        : [];
      if (!missing) return this.#lose();
      for (const entry of missing) this.#add(entry);
    } catch (error) {
      this.#options.failed(error as StoreError);
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
