// How much one connection may do (W13.3): one bucket for what costs the store, a second, larger one
// for everything else.
import { Bucket } from "./bucket.ts";
import type { ClientMessage } from "./client_message.ts";
import type { Limits } from "./protocol.ts";

/** The second bucket is this much larger than the first. */
const SECOND_BUCKET = 10;
/** Refusals that are borne at once, and each second; more is a flood. */
const REFUSALS = 1000;
const REFUSALS_PER_SECOND = 100;

/** What is counted: a message by its type, a binary frame, or one that could not be read. */
export type Counted = ClientMessage["type"] | "binary" | "error";

const FIRST_BUCKET: ReadonlySet<Counted> = new Set(["chat", "history", "members", "rooms"]);
const DROPPED: ReadonlySet<Counted> = new Set(["typing", "pong", "binary"]);

export class Rates {
  readonly #first: Bucket;
  readonly #second: Bucket;
  readonly #refusals: Bucket;
  #isFlooded = false;
  /** What was refused so far. */
  refused = 0;

  constructor({ messagesPerSecond, burst }: Limits, now: number) {
    this.#first = new Bucket(messagesPerSecond, burst, now);
    this.#second = new Bucket(messagesPerSecond * SECOND_BUCKET, burst * SECOND_BUCKET, now);
    this.#refusals = new Bucket(REFUSALS_PER_SECOND, REFUSALS, now);
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
    const waitMs = (FIRST_BUCKET.has(what) ? this.#first : this.#second).take(now);
    if (waitMs > 0) {
      this.refused++;
      this.#isFlooded ||= this.#refusals.take(now) > 0;
    }
    return waitMs;
  }
}
