// One of an instance's connections to the played Redis: whether it is there, silent or lost.

/** As in `redis_line.ts` of the store, with the time between two looks. */
export const ANSWER_MS = 6000;
/** A lost connection is made anew after this, where the Redis can be reached. */
export const RETRY_MS = 500;

/** One connection. */
export class Line {
  readonly now: () => number;
  isUp = true;
  /** Nothing comes through any more, and nobody was told. */
  silentSince = Infinity;
  lostAt = -Infinity;

  constructor(now: () => number) {
    this.now = now;
  }

  get isDead(): boolean {
    return !this.isUp || this.silentSince < Infinity;
  }

  lose(): void {
    this.isUp = false;
    this.silentSince = Infinity;
    this.lostAt = this.now();
  }
}
