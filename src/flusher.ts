// Decides when outboxes hand over what they hold: a few to each turn of the loop, so that the
// runtime writes while we go on and nobody's big room makes the others wait.
import type { Outbox } from "./outbox.ts";

/** Outboxes that hand over in one turn of the loop. */
const OUTBOXES_PER_TURN = 16;
/** Under a load that never ends, the list of those done is cut at this length. */
const COMPACT_AT = 4096;
/** How often an outbox whose socket was full looks again, in milliseconds. */
const RETRY_MS = 10;

export interface Scheduler {
  /** Runs after the input that is waiting now (`setImmediate`). */
  soon(run: () => void): void;
  later(run: () => void, ms: number): void;
}

export class Flusher {
  readonly #scheduler: Scheduler;
  readonly #flushed: () => void;
  #ready: Outbox[] = [];
  #next = 0;
  #scheduled = false;
  #added = 0;
  #done = 0;
  readonly #stalled = new Set<Outbox>();
  #retrying = false;
  /** Messages that outboxes handed over so far, and those that they dropped. */
  sent = 0;
  dropped = 0;

  /** `flushed` is called after each turn in which outboxes had theirs. */
  constructor(scheduler: Scheduler, flushed: () => void = () => {}) {
    this.#scheduler = scheduler;
    this.#flushed = flushed;
  }

  /** How many outboxes were ever added, and how many had their turn: first come, first served. */
  get added(): number {
    return this.#added;
  }

  get done(): number {
    return this.#done;
  }

  /** Outboxes whose socket is full. */
  get stalled(): number {
    return this.#stalled.size;
  }

  /** The outbox has something to hand over. */
  add(outbox: Outbox): void {
    this.#ready.push(outbox);
    this.#added++;
    this.#schedule();
  }

  /** The outbox's socket is full: look again a little later. */
  addStalled(outbox: Outbox): void {
    this.#stalled.add(outbox);
    if (this.#retrying) return;
    this.#retrying = true;
    this.#scheduler.later(() => this.#retry(), RETRY_MS);
  }

  forget(outbox: Outbox): void {
    this.#stalled.delete(outbox);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#scheduler.soon(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const end = Math.min(this.#ready.length, this.#next + OUTBOXES_PER_TURN);
    while (this.#next < end) {
      this.#done++;
      this.#ready[this.#next++]!.flush();
    }
    if (this.#next === this.#ready.length || this.#next >= COMPACT_AT) {
      this.#ready = this.#ready.slice(this.#next);
      this.#next = 0;
    }
    if (this.#ready.length > 0) this.#schedule();
    this.#flushed();
  }

  #retry(): void {
    this.#retrying = false;
    const stalled = [...this.#stalled];
    this.#stalled.clear();
    for (const outbox of stalled) outbox.flush();
  }
}
