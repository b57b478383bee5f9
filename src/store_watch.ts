// Whether the store works: learns it from every commit and every failed read, asks one that may go
// without a word, and asks again while it does not work, so that a server whose disk is back says so
// by itself.
import type { Store } from "./store/store.ts";

/** How often a store that may go without a word is asked whether it is there, in milliseconds. */
export const LOOK_MS = 1000;
/** How often a store that failed is tried again, in milliseconds. */
const RETRY_MS = 1000;
/** The same words are told at most this often: a damaged file works and fails by turns. */
const TELL_MS = 60_000;

export interface StoreWatchOptions {
  store: Store;
  now(): number;
  later(run: () => void, ms: number): void;
  failed(error: unknown): void;
  recovered(): void;
}

export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #isReady = true;
  #isLooking = false;
  #isTrying = false;
  /** What was told last, when, and whether what fails now is that. */
  #words = "";
  #toldAt = -Infinity;
  #isTold = false;
  /** Calls that failed so far. */
  failures = 0;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  /** Whether the last thing that was tried worked. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** A call of the store ended: with that error, or with undefined. */
  tried(error: unknown): void {
    if (!error) {
      if (this.#isTold) this.#options.recovered();
      this.#isTold = false;
      this.#isReady = true;
    } else {
      this.failures++;
      this.#tell(error);
      this.#isReady = false;
      this.#tryLater();
    }
  }

  /** Asks whether it is there, while nothing else says that it is not. */
  async look(): Promise<void> {
    const { store } = this.#options;
    if (!this.#isReady || this.#isLooking) return;
    this.#isLooking = true;
    // That it is there does not say that it works.
    await store.ping?.().catch((error) => this.tried(error));
    this.#isLooking = false;
  }

  #tell(error: unknown): void {
    const words = String(error);
    const now = this.#options.now();
    if (this.#isTold || (words === this.#words && now - this.#toldAt < TELL_MS)) return;
    this.#words = words;
    this.#toldAt = now;
    this.#isTold = true;
    this.#options.failed(error);
  }

  #tryLater(): void {
    if (this.#isTrying) return;
    this.#isTrying = true;
    this.#options.later(async () => {
      const error = await this.#options.store.check().then(() => undefined, (error) => error);
      this.#isTrying = false;
      this.tried(error);
    }, RETRY_MS);
  }
}
