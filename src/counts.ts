// What happened since the start, as plain numbers: counted where it happens, and read when somebody
// asks (src/metrics.ts). Knows nothing of who reads, and no room, user or address.
import { CLOSE } from "./close.ts";
import type { ErrorCode } from "./protocol.ts";

const ERRORS: readonly ErrorCode[] = [
  "CONFLICT",
  "FORBIDDEN",
  "INTERNAL",
  "INVALID_FIELD",
  "NOT_FOUND",
  "NOT_JOINED",
  "PARSE_ERROR",
  "RATE_LIMITED",
  "ROOM_FULL",
  "UNAUTHORIZED",
  "UNAVAILABLE",
  "UNKNOWN_TYPE",
];
/** What keeps somebody from connecting (W15.6). */
const REFUSALS: readonly ErrorCode[] = [
  "FORBIDDEN",
  "INVALID_FIELD",
  "RATE_LIMITED",
  "SERVER_FULL",
  "UNAUTHORIZED",
  "UNAVAILABLE",
  "UPGRADE_REQUIRED",
];
/** How a connection ends, beside what stands in the close table (RFC 6455, 7.4.1). */
const CLOSES = [1001, 1002, 1005, 1006, 1007, 1011];

/** In seconds. */
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
const ROUND_TRIP_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LAG_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const COMMIT_ENTRIES = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 4096];

/** How often each of a few names came up. Whatever else comes up is `other`. */
export class Tally<K extends string | number> {
  readonly #counts: Map<K | "other", number>;

  constructor(names: readonly K[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
  }

  add(name: K): void {
    const counted = this.#counts.has(name) ? name : "other";
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
  }

  /** The given names too that never came up. */
  get entries(): [K | "other", number][] {
    return [...this.#counts];
  }
}

/** How many values fell below each bound, and their sum. */
export class Distribution {
  readonly bounds: readonly number[];
  /** Of those up to each bound and above the one before; the last is of those above all. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.bounds.length && value > this.bounds[index]!) index++;
    this.counts[index]!++;
    this.sum += value;
  }
}

export class Counts {
  /** Messages and binary frames that came in. */
  received = 0;
  acks = 0;
  /** Entries times the connections that each was given to. */
  deliveries = 0;
  /** Messages over the rate, answered or dropped (W13.3). */
  rateLimited = 0;
  /** Messages of other instances that could not be read (W21.9). */
  busRefused = 0;
  /** Bugs: something threw that must not. */
  faults = 0;
  /** Files that were taken in, and what all that are kept count as, in bytes (W19.3). */
  uploads = 0;
  filesBytes = 0;
  /** How joins went (W5). */
  readonly joins = new Tally(["fresh", "resumed", "gap"]);
  /** Connections that ended, by close code (W13.1). */
  readonly closes = new Tally<number>([
    ...Object.values(CLOSE).map(({ code }) => code),
    ...CLOSES,
  ]);
  /** Requests to connect that were refused (W15.6). */
  readonly refusals = new Tally<string>(REFUSALS);
  /** Errors that clients were told of (W13). */
  readonly errors = new Tally<string>(ERRORS);
  /** Entries in one call of the store, and how long that took. */
  readonly commitEntries = new Distribution(COMMIT_ENTRIES);
  readonly commitSeconds = new Distribution(COMMIT_SECONDS);
  /** From a ping to its pong (W12). */
  readonly roundTripSeconds = new Distribution(ROUND_TRIP_SECONDS);
  /** How late the loop was at what was due. */
  readonly lagSeconds = new Distribution(LAG_SECONDS);
}
