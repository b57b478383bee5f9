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

export class Allowance {
  readonly #limits: UserLimits;
  /** Each is made when it is first drawn on: most users only listen. */
  #first: Bucket | undefined;
  #second: Bucket | undefined;

  constructor(limits: UserLimits) {
    this.#limits = limits;
  }

  /** 0 if it may be done, else the milliseconds until it may. */
  take(what: Counted, now: number): number {
    const { messagesPerSecond: rate, burst } = this.#limits;
    const bucket = FIRST_BUCKET.has(what)
      ? this.#first ??= new Bucket(rate, burst, now)
      : this.#second ??= new Bucket(rate * SECOND_BUCKET, burst * SECOND_BUCKET, now);
    return bucket.take(now);
  }

  /** Whether nothing is used: then a new one is as good. */
  isFull(now: number): boolean {
    return (this.#first?.isFull(now) ?? true) && (this.#second?.isFull(now) ?? true);
  }
}

interface Held {
  allowance: Allowance;
  connections: number;
}

/** The allowances of all who are connected, and of those who used theirs a moment ago. */
export class Allowances {
  readonly #limits: Limits;
  readonly #byUid = new Map<UserId, Held>();
  /** Users who are gone; theirs is kept until it is full, or coming back would fill it. */
  readonly #left = new Set<UserId>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * A connection of the user came. A guest's has an allowance of its own, and so has each answer of the
   * bot, which is bounded by whom it answers (W20.3).
   */
  take(uid: UserId): Allowance {
    if (isGuest(uid) || isBot(uid)) return new Allowance(this.#limits);
    let held = this.#byUid.get(uid);
    if (!held) {
      held = { allowance: new Allowance(this.#limits), connections: 0 };
      this.#byUid.set(uid, held);
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
    }
  }

  /** Users whose allowance is kept. */
  get size(): number {
    return this.#byUid.size;
  }
}
