// Whether the store works: learns it from every commit, and asks again while it does not, so that a
// server whose disk is back says so by itself.
import type { Store } from "./store/store.ts";

/** How often a store that failed is tried again, in milliseconds. */
const RETRY_MS = 1000;

export interface StoreWatchOptions {
  store: Store;
  later(run: () => void, ms: number): void;
  failed(error: unknown): void;
  recovered(): void;
}

export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #isReady = true;
  #isTrying = false;

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
      if (!this.#isReady) this.#options.recovered();
      this.#isReady = true;
    } else if (this.#isReady) {
      this.#isReady = false;
      this.#options.failed(error);
      this.#tryLater();
    }
  }

  #tryLater(): void {
    if (this.#isTrying) return;
    this.#isTrying = true;
    this.#options.later(async () => {
      const error = await this.#options.store.check().then(() => undefined, (error) => error);
      this.#isTrying = false;
      if (error && !this.#isReady) this.#tryLater();
      else this.tried(error);
    }, RETRY_MS);
  }
}
