// The time of a simulation: it stands still until it is moved, and timers ring only when told.
import type { Clock } from "../../static/sdk/alarm.js";
import type { Dice } from "./dice.ts";

interface Timer {
  at: number;
  action: () => void;
}

export class SimClock {
  /** Milliseconds since 1970. */
  nowMs = 1_700_000_000_000;
  readonly #timers = new Map<number, Timer>();
  readonly #repeated = new Set<number>();
  #last = 0;

  readonly now = (): number => this.nowMs;

  set(action: () => void, ms: number): number {
    // As in a real clock, there is nothing between two milliseconds.
    this.#timers.set(++this.#last, { at: this.nowMs + Math.ceil(Math.max(0, ms)), action });
    return this.#last;
  }

  /** Again and again, until it is cleared. */
  repeat(action: () => void, ms: number): number {
    const timer = { at: this.nowMs + ms, action: () => {} };
    const id = ++this.#last;
    timer.action = () => {
      timer.at = this.nowMs + ms;
      this.#timers.set(id, timer);
      action();
    };
    this.#timers.set(id, timer);
    this.#repeated.add(id);
    return id;
  }

  clear(id: number): void {
    this.#timers.delete(id);
    this.#repeated.delete(id);
  }

  /** Those that ring once. */
  get timers(): number {
    return this.#timers.size - this.#repeated.size;
  }

  /** From here on this is the time, and these the intervals, of the whole program. Returns the way back. */
  rule(): () => void {
    const { setInterval, clearInterval } = globalThis;
    const { now } = Date;
    Date.now = this.now;
    Object.assign(globalThis, {
      setInterval: (action: () => void, ms: number) => this.repeat(action, ms),
      clearInterval: (id: number) => this.clear(id),
    });
    return () => {
      Date.now = now;
      Object.assign(globalThis, { setInterval, clearInterval });
    };
  }

  /** When the next timer rings; Infinity: never. */
  get nextAt(): number {
    let next = Infinity;
    for (const { at } of this.#timers.values()) if (at < next) next = at;
    return next;
  }

  /** Rings the first timer that is due. False: there is none. */
  ring(): boolean {
    let first: [number, Timer] | undefined;
    for (const one of this.#timers) {
      if (one[1].at <= this.nowMs && (!first || one[1].at < first[1].at)) first = one;
    }
    if (!first) return false;
    this.#timers.delete(first[0]);
    first[1].action();
    return true;
  }
}

/** The clock of one SDK. A page that is gone takes its timers with it. */
export class TabClock implements Clock {
  readonly #clock: SimClock;
  readonly #own = new Set<number>();
  readonly random: () => number;

  constructor(clock: SimClock, dice: Dice) {
    this.#clock = clock;
    this.random = dice.next;
  }

  readonly now = (): number => this.#clock.nowMs;

  readonly setTimeout = (action: () => void, ms: number): number => {
    const id = this.#clock.set(() => {
      this.#own.delete(id);
      action();
    }, ms);
    this.#own.add(id);
    return id;
  };

  readonly clearTimeout = (id: number): void => {
    this.#own.delete(id);
    this.#clock.clear(id);
  };

  get timers(): number {
    return this.#own.size;
  }

  stop(): void {
    for (const id of [...this.#own]) this.clearTimeout(id);
  }
}
