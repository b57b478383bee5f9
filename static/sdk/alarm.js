// @ts-check
// Deadlines by name, all behind one timer. Moving a deadline later costs nothing: the timer that
// comes too early only looks and arms itself again. Knows nothing of what is due.

/** @typedef {import("../chat.js").Clock} Clock */

/** The clock of the machine. @type {Clock} */
export const SYSTEM_CLOCK = {
  now: () => Date.now(),
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (/** @type {any} */ timer) => clearTimeout(timer),
  random: () => Math.random(),
};

/** The longest delay that a runtime's timer can hold. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** One timer for any number of named absolute deadlines. */
export class Alarm {
  #clock;
  /** @type {Map<string, {at: number, action: () => void}>} */
  #deadlines = new Map();
  /** @type {any} */
  #timer = null;
  #armedFor = Infinity;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * Sets or moves the deadline of that name.
   * @param {string} name
   * @param {number} afterMs
   * @param {() => void} action
   */
  set(name, afterMs, action) {
    const at = this.#clock.now() + afterMs;
    this.#deadlines.set(name, { at, action });
    if (at < this.#armedFor) this.#arm(at);
  }

  /** @param {string} name */
  clear(name) {
    this.#deadlines.delete(name);
  }

  /** Forgets every deadline and leaves no timer. */
  stop() {
    this.#deadlines.clear();
    this.#clock.clearTimeout(this.#timer);
    this.#armedFor = Infinity;
  }

  /** @param {number} at */
  #arm(at) {
    this.#clock.clearTimeout(this.#timer);
    this.#armedFor = at;
    const delay = Math.min(Math.max(0, at - this.#clock.now()), MAX_DELAY_MS);
    this.#timer = this.#clock.setTimeout(() => this.#ring(), delay);
  }

  #ring() {
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    for (const [name, deadline] of [...this.#deadlines]) {
      // An action before this one may have moved or cleared it.
      if (deadline.at > now || this.#deadlines.get(name) !== deadline) continue;
      this.#deadlines.delete(name);
      deadline.action();
    }
    const next = Math.min(...[...this.#deadlines.values()].map(({ at }) => at));
    if (next < this.#armedFor) this.#arm(next);
  }
}
