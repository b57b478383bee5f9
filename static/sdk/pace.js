// @ts-check
// How fast messages may go out, so that the server's limit (W13.3) is not run into: its token
// bucket, counted here too, and holds that the server asked for.
/** @import {Limits} from "../../src/protocol.ts" */

/** A token bucket that can be held until a time. All times are ms of one clock. */
export class Pace {
  #perMs = 0;
  #burst = 0;
  #tokens = 0;
  #filledAt = 0;
  #heldUntil = 0;

  /**
   * A new connection starts with a full bucket, but for one token: the way may bring two messages nearer to
   * each other, and one that is refused would be overtaken by the next.
   * @param {Limits} limits @param {number} now
   */
  reset(limits, now) {
    this.#perMs = limits.messagesPerSecond / 1000;
    this.#burst = this.#tokens = Math.max(1, limits.burst - 1);
    this.#filledAt = now;
    this.#heldUntil = 0;
  }

  /** Nothing goes out before that time. @param {number} until */
  hold(until) {
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  /** @param {number} now */
  isHeld(now) {
    return this.#heldUntil > now;
  }

  /** Milliseconds until one more may go out. @param {number} now */
  waitMs(now) {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
    const forToken = this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
    return Math.max(0, this.#heldUntil - now, forToken);
  }

  take() {
    this.#tokens -= 1;
  }
}
