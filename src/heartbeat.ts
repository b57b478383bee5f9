// The heartbeat of one connection (W12), as absolute times that a sweep looks at.

export class Heartbeat {
  readonly #intervalMs: number;
  readonly #graceMs: number;
  #nextPingAt: number;
  /** When the connection counts as dead, unless something comes in before. */
  #deadAt: number | undefined;

  constructor(intervalMs: number, graceMs: number, now: number) {
    this.#intervalMs = intervalMs;
    this.#graceMs = graceMs;
    this.#nextPingAt = now + intervalMs;
  }

  /** Something came in. */
  alive(): void {
    this.#deadAt = undefined;
  }

  /** The milliseconds that the answer to the last ping took; undefined: it is no answer to that. */
  answered(ts: number | undefined, now: number): number | undefined {
    const pingedAt = this.#nextPingAt - this.#intervalMs;
    return ts === pingedAt ? Math.max(0, now - pingedAt) : undefined;
  }

  /** What is due now. */
  due(now: number): "nothing" | "ping" | "close" {
    if (this.#deadAt !== undefined && now >= this.#deadAt) return "close";
    if (now < this.#nextPingAt) return "nothing";
    this.#nextPingAt = now + this.#intervalMs;
    this.#deadAt ??= now + this.#graceMs;
    return "ping";
  }
}
