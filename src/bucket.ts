// A token bucket: `perSecond` on average, `burst` at once.

/** One token is a thousand parts, so that milliseconds times a rate are whole numbers of them. */
const TOKEN = 1000;

export class Bucket {
  readonly #perSecond: number;
  readonly #most: number;
  #parts: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#most = burst * TOKEN;
    this.#parts = this.#most;
    this.#at = now;
  }

  /** Takes one and returns 0, or takes none and returns the milliseconds until there is one. */
  take(now: number): number {
    const waitMs = this.waitMs(now);
    if (waitMs === 0) this.#parts -= TOKEN;
    return waitMs;
  }

  /** The milliseconds until there is one to take. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#parts < TOKEN ? Math.ceil((TOKEN - this.#parts) / this.#perSecond) : 0;
  }

  /** Takes so many, as far as there are some: they were taken elsewhere. */
  spend(count: number, now: number): void {
    this.#fill(now);
    this.#parts = Math.max(0, this.#parts - count * TOKEN);
  }

  /** How many are missing from its whole burst. */
  missing(now: number): number {
    this.#fill(now);
    return Math.ceil((this.#most - this.#parts) / TOKEN);
  }

  /** Whether its whole burst is there. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#parts === this.#most;
  }

  #fill(now: number): void {
    const elapsedMs = Math.max(0, now - this.#at);
    this.#parts = Math.min(this.#most, this.#parts + elapsedMs * this.#perSecond);
    this.#at = now;
  }
}
