// What one address may do, whoever comes from it, looked at before any cryptography (W15.11). Bounded
// in memory: an address that was silent is forgotten, but never one in its penalty.
import { Allowance, type Counted, type UserLimits } from "../allowance.ts";
import { Bucket } from "../bucket.ts";

/** Connects, and requests, are counted over this time, in seconds. */
const CONNECT_SECONDS = 10;
/** A new session costs a record of 30 days: one each so many seconds, after the first ones. */
const SIGN_IN_SECONDS = 10;
/** An address has the rates of so many users, and asks so much more often than it connects. */
const USERS = 10;
/** Guesses that cost nothing; each further one doubles the time of refusal. */
const FREE_GUESSES = 10;
const PENALTY_MS = 1000;
const MAX_PENALTY_MS = 600_000;
/** One guess is forgiven each so many milliseconds in which guesses are looked at. */
const FORGIVEN_MS = 20_000;
/** More are not remembered: with these the penalty is the longest. */
const MOST_GUESSES = FREE_GUESSES + 11;
const MAX_ADDRESSES = 50_000;
/** Of the addresses that were silent for longest so many are looked at for one to forget. */
const LOOKED_AT = 8;

/**
 * How a credential is bad. A guess may be right one day, so it is punished. A forgery can't be; many
 * may be of users whose tokens ended all at once, so it is only slowed, to one a second.
 */
export type Failure = "guess" | "forgery";

export interface AddressLimitsOptions {
  /** Connects in 10 seconds; new sessions, and forgeries, at once. */
  connects: number;
  /** What one user may do; an address may do ten times that. */
  limits: UserLimits;
  maxAddresses?: number;
}

/** What is counted beside messages: to connect, to ask anything of `/api`, and for a new session. */
export type Asking = "connect" | "request" | "signIn";

class Entry {
  connect: Bucket | undefined;
  request: Bucket | undefined;
  signIn: Bucket | undefined;
  messages: Allowance | undefined;
  forgeries: Bucket | undefined;
  guesses = 0;
  guessedAt = 0;
  refusedUntil = 0;
  seenAt: number;

  constructor(now: number) {
    this.seenAt = now;
  }
}

export class AddressLimits {
  readonly #options: AddressLimitsOptions;
  /** By network, the longest silent first. */
  readonly #entries = new Map<string, Entry>();
  /**
   * Stands before the longest silent one: what it passes is forgotten or set behind the others. A new
   * one for each look would first pass by the places of all who were forgotten.
   */
  readonly #silent = this.#entries.entries();
  /** Shared by those for whom there is no place, because all who are known are in their penalty. */
  readonly #others = new Entry(0);

  constructor(options: AddressLimitsOptions) {
    this.#options = options;
  }

  /** Addresses of which something is known. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * 0 if it may be done, else the milliseconds until it may: a request to connect or over HTTP, a
   * new session, a message. `address` is a `network()`.
   */
  take(address: string, what: Asking | Counted, now: number): number {
    const entry = this.#of(address, now);
    const { connects, limits: { messagesPerSecond, burst } } = this.#options;
    switch (what) {
      case "connect":
        entry.connect ??= new Bucket(connects / CONNECT_SECONDS, connects, now);
        return entry.connect.take(now);
      case "request": {
        const requests = connects * USERS;
        entry.request ??= new Bucket(requests / CONNECT_SECONDS, requests, now);
        return entry.request.take(now);
      }
      case "signIn":
        entry.signIn ??= new Bucket(1 / SIGN_IN_SECONDS, connects, now);
        return entry.signIn.take(now);
    }
    const limits = { messagesPerSecond: messagesPerSecond * USERS, burst: burst * USERS };
    entry.messages ??= new Allowance(limits);
    return entry.messages.take(what, now);
  }

  /** The milliseconds for which credentials that may be such a failure are still refused unseen. */
  penaltyMs(address: string, failure: Failure, now: number): number {
    const entry = this.#entries.get(address) ?? this.#others;
    if (failure === "forgery") return entry.forgeries?.waitMs(now) ?? 0;
    return Math.max(0, entry.refusedUntil - now);
  }

  /** A credential was bad. Returns the penalty that this begins, in milliseconds, or 0. */
  fail(address: string, failure: Failure, now: number): number {
    const entry = this.#of(address, now);
    if (failure === "forgery") {
      entry.forgeries ??= new Bucket(1, this.#options.connects, now);
      entry.forgeries.take(now);
      return 0;
    }
    // Not while it is refused: else each penalty would forgive what it is for, and none grow long.
    const calmMs = Math.max(0, now - Math.max(entry.guessedAt, entry.refusedUntil));
    entry.guesses = Math.max(0, entry.guesses - calmMs / FORGIVEN_MS) + 1;
    entry.guesses = Math.min(MOST_GUESSES, entry.guesses);
    entry.guessedAt = now;
    const over = Math.ceil(entry.guesses) - FREE_GUESSES;
    if (over <= 0) return 0;
    const penaltyMs = Math.min(MAX_PENALTY_MS, PENALTY_MS * 2 ** (over - 1));
    entry.refusedUntil = now + penaltyMs;
    return penaltyMs;
  }

  #of(address: string, now: number): Entry {
    const known = this.#entries.get(address);
    if (known) {
      // Often enough for the order, and not for each message.
      if (now - known.seenAt > 1000) {
        known.seenAt = now;
        this.#entries.delete(address);
        this.#entries.set(address, known);
      }
      return known;
    }
    if (
      this.#entries.size >= (this.#options.maxAddresses ?? MAX_ADDRESSES) && !this.#forgetOne(now)
    ) return this.#others;
    const entry = new Entry(now);
    this.#entries.set(address, entry);
    return entry;
  }

  #forgetOne(now: number): boolean {
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const [address, entry] = this.#silent.next().value!;
      this.#entries.delete(address);
      if (entry.refusedUntil <= now) return true;
      this.#entries.set(address, entry);
    }
    return false;
  }
}
