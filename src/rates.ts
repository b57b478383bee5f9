// What one connection is refused for being too fast (W13.3), and when that is a flood.
import type { Allowance, Counted } from "./allowance.ts";
import { Bucket } from "./bucket.ts";
import type { Counts } from "./counts.ts";

/** Refusals that are borne at once, and each second; more is a flood. */
const REFUSALS = 1000;
const REFUSALS_PER_SECOND = 100;

const DROPPED: ReadonlySet<Counted> = new Set(["typing", "read", "pong", "binary"]);

/** One more limit that a message must pass: 0, or the milliseconds until it does. */
export type Limit = (what: Counted) => number;

export class Rates {
  readonly #allowance: Allowance;
  readonly #limit: Limit | undefined;
  readonly #counts: Counts;
  /** Made at the first refusal. */
  #refusals: Bucket | undefined;
  #isFlooded = false;
  /** What was refused so far. */
  refused = 0;

  constructor(allowance: Allowance, limit: Limit | undefined, counts: Counts) {
    this.#allowance = allowance;
    this.#limit = limit;
    this.#counts = counts;
  }

  /** Whether what is over its rate is dropped without an answer. */
  static isDropped(what: Counted): boolean {
    return DROPPED.has(what);
  }

  /** Whether so much was refused that the connection should end. */
  get isFlooded(): boolean {
    return this.#isFlooded;
  }

  /** 0 if it may be done, else the milliseconds until it may. */
  take(what: Counted, now: number): number {
    const waitMs = this.#allowance.take(what, now) || (this.#limit?.(what) ?? 0);
    if (waitMs > 0) {
      this.refused++;
      this.#counts.rateLimited++;
      this.#refusals ??= new Bucket(REFUSALS_PER_SECOND, REFUSALS, now);
      this.#isFlooded ||= this.#refusals.take(now) > 0;
    }
    return waitMs;
  }
}
