// Lets the logs lose what may not stay in them (W14.3), a step at a time.
import type { RoomName } from "./protocol.ts";
import type { Store } from "./store/store.ts";

/** How often it is looked for, in milliseconds. */
export const RETENTION_MS = 30_000;

export interface RetentionOptions {
  store: Store;
  /** How long an entry may stay, how many in a room, and how large the store; 0: without a limit. */
  limits: { days: number; messages: number; bytes: number };
  now(): number;
  /** A log lost its oldest entries: `first` is the oldest kept. */
  cut(room: RoomName, first: number): void;
  failed(error: unknown): void;
}

const DAY_MS = 24 * 3_600_000;

export class Retention {
  readonly #options: RetentionOptions;
  #isRunning = false;
  #isStopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Step by step, so that what others ask of the store is done in between. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    const { store, limits: { days, messages, bytes }, now, cut, failed } = this.#options;
    const keep = {
      since: days > 0 ? now() - days * DAY_MS : -Infinity,
      messages: messages || Infinity,
      bytes: bytes || Infinity,
    };
    this.#isRunning = true;
    try {
      let isDone = false;
      while (!isDone && !this.#isStopped) {
        const retained = await store.retain(keep);
        for (const { room, first } of retained.cuts) cut(room, first);
        isDone = retained.isDone;
      }
    } catch (error) {
      failed(error);
    } finally {
      this.#isRunning = false;
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}
