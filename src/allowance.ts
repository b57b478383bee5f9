// How much a user may do (W13.3): one bucket for what costs the store, a second, larger one for
// everything else. All connections of a token's user share theirs.
import { Bucket } from "./bucket.ts";
import type { ClientMessage } from "./client_message.ts";
import { isBot, isGuest } from "./identity.ts";
import type { Limits, UserId } from "./protocol.ts";

/** The second bucket is this much larger than the first. */
const SECOND_BUCKET = 10;

/** What is counted: a message by its type, a binary frame, what is asked of files, what can't be read. */
export type Counted = ClientMessage["type"] | "binary" | "upload" | "file" | "error";

const FIRST_BUCKET: ReadonlySet<Counted> = new Set([
  "chat",
  "edit",
  "delete",
  "react",
  "topic",
  "direct",
  "nick",
  "history",
  "search",
  "members",
  "rooms",
  "auth",
  "kick",
  "mute",
  "ban",
  "bans",
  "upload",
]);

/** How many messages on average, and at once. */
export type UserLimits = Pick<Limits, "messagesPerSecond" | "burst">;

/** What was taken of the two buckets. */
export interface Spending {
  first: number;
  second: number;
}

export class Allowance {
  readonly #limits: UserLimits;
  readonly #spent: ((spending: Spending) => void) | undefined;
  /** Each is made when it is first drawn on: most users only listen. */
  #first: Bucket | undefined;
  #second: Bucket | undefined;

  /** `spent` hears of everything that is taken. */
  constructor(limits: UserLimits, spent?: (spending: Spending) => void) {
    this.#limits = limits;
    this.#spent = spent;
  }

  /** 0 if it may be done, else the milliseconds until it may. */
  take(what: Counted, now: number): number {
    const isFirst = FIRST_BUCKET.has(what);
    const waitMs = (isFirst ? this.#firstAt(now) : this.#secondAt(now)).take(now);
    if (waitMs === 0) this.#spent?.(isFirst ? { first: 1, second: 0 } : { first: 0, second: 1 });
    return waitMs;
  }

  /** Takes what the user has spent elsewhere. */
  spend({ first, second }: Spending, now: number): void {
    if (first > 0) this.#firstAt(now).spend(first, now);
    if (second > 0) this.#secondAt(now).spend(second, now);
  }

  /** What is missing. */
  missing(now: number): Spending {
    return { first: this.#first?.missing(now) ?? 0, second: this.#second?.missing(now) ?? 0 };
  }

  /** Whether nothing is used: then a new one is as good. */
  isFull(now: number): boolean {
    return (this.#first?.isFull(now) ?? true) && (this.#second?.isFull(now) ?? true);
  }

  #firstAt(now: number): Bucket {
    const { messagesPerSecond, burst } = this.#limits;
    return this.#first ??= new Bucket(messagesPerSecond, burst, now);
  }

  #secondAt(now: number): Bucket {
    const { messagesPerSecond, burst } = this.#limits;
    return this.#second ??= new Bucket(
      messagesPerSecond * SECOND_BUCKET,
      burst * SECOND_BUCKET,
      now,
    );
  }
}

/** Hears of users whose allowance is drawn on here, and of what they take (W21.7). */
export interface SpendingNews {
  spends(uid: UserId, isOn: boolean): void;
  spent(uid: UserId, spending: Spending): void;
}

interface Held {
  allowance: Allowance;
  connections: number;
}

/** The allowances of all who are connected, and of those who used theirs a moment ago. */
export class Allowances {
  readonly #limits: Limits;
  readonly #news: SpendingNews | undefined;
  readonly #byUid = new Map<UserId, Held>();
  /** Users who are gone; theirs is kept until it is full, or coming back would fill it. */
  readonly #left = new Set<UserId>();

  constructor(limits: Limits, news?: SpendingNews) {
    this.#limits = limits;
    this.#news = news;
  }

  /**
   * A connection of the user came. A guest's has an allowance of its own, and so has each answer of the
   * bot, which is bounded by whom it answers (W20.3).
   */
  take(uid: UserId): Allowance {
    if (isGuest(uid) || isBot(uid)) return new Allowance(this.#limits);
    let held = this.#byUid.get(uid);
    if (!held) {
      const news = this.#news;
      const spent = news && ((spending: Spending) => news.spent(uid, spending));
      held = { allowance: new Allowance(this.#limits, spent), connections: 0 };
      this.#byUid.set(uid, held);
      news?.spends(uid, true);
    }
    held.connections++;
    this.#left.delete(uid);
    return held.allowance;
  }

  /** A connection of the user went. */
  release(uid: UserId): void {
    const held = this.#byUid.get(uid);
    if (held && --held.connections === 0) this.#left.add(uid);
  }

  sweep(now: number): void {
    for (const uid of this.#left) {
      if (!this.#byUid.get(uid)!.allowance.isFull(now)) continue;
      this.#left.delete(uid);
      this.#byUid.delete(uid);
      this.#news?.spends(uid, false);
    }
  }

  /** The user has spent this elsewhere. */
  spend(uid: UserId, spending: Spending, now: number): void {
    this.#byUid.get(uid)?.allowance.spend(spending, now);
  }

  /** What the user has spent and not got back; undefined: nothing. */
  missing(uid: UserId, now: number): Spending | undefined {
    const missing = this.#byUid.get(uid)?.allowance.missing(now);
    return missing && missing.first + missing.second > 0 ? missing : undefined;
  }

  /** Users whose allowance is drawn on here. */
  get users(): Iterable<UserId> {
    return this.#byUid.keys();
  }

  /** Users whose allowance is kept. */
  get size(): number {
    return this.#byUid.size;
  }
}
