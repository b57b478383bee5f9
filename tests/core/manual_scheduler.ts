// A loop that turns only when the test says so.
import type { Scheduler } from "../../src/flusher.ts";

export class ManualScheduler implements Scheduler {
  #soon: (() => void)[] = [];
  #later: { run: () => void; dueMs: number }[] = [];
  #nowMs = 0;

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  later(run: () => void, ms: number): void {
    this.#later.push({ run, dueMs: this.#nowMs + ms });
  }

  /** Whether something is to run. */
  get isIdle(): boolean {
    return this.#soon.length === 0 && this.#later.length === 0;
  }

  /** One turn of the loop: runs what was scheduled until now. False: there was nothing. */
  turn(): boolean {
    const due = this.#soon;
    this.#soon = [];
    for (const run of due) run();
    return due.length > 0;
  }

  /** Turns until nothing is left for it. Returns how many turns that took. */
  turnAll(): number {
    let turns = 0;
    while (this.turn()) turns++;
    return turns;
  }

  /** Lets time pass for what runs later. False: nothing was due. */
  elapse(ms: number): boolean {
    this.#nowMs += ms;
    const due = this.#later.filter(({ dueMs }) => dueMs <= this.#nowMs);
    this.#later = this.#later.filter(({ dueMs }) => dueMs > this.#nowMs);
    for (const { run } of due) run();
    return due.length > 0;
  }
}
