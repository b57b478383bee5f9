// The event loop of one server: turns only when told.
import type { Scheduler } from "../../src/flusher.ts";
import type { SimClock } from "./clock.ts";

export class Loop implements Scheduler {
  readonly #clock: SimClock;
  #soon: (() => void)[] = [];
  #later: { run: () => void; at: number }[] = [];

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  later(run: () => void, ms: number): void {
    this.#later.push({ run, at: this.#clock.nowMs + ms });
  }

  get isIdle(): boolean {
    return this.#soon.length === 0 && this.#later.length === 0;
  }

  /** When something is to be run; Infinity: never. */
  get nextAt(): number {
    if (this.#soon.length > 0) return this.#clock.nowMs;
    return Math.min(Infinity, ...this.#later.map(({ at }) => at));
  }

  /** Runs the one thing that is due first: what waits for a time, else what waits for a turn. */
  turn(): boolean {
    const late = this.#later.findIndex(({ at }) => at <= this.#clock.nowMs);
    const run = late >= 0 ? this.#later.splice(late, 1)[0]!.run : this.#soon.shift();
    run?.();
    return run !== undefined;
  }
}
