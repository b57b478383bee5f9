// Group commit (design §4): what arrives before a flush is appended in one call of the store. One
// call is under way at a time, so under load a batch grows to what arrived meanwhile.
import type { Scheduler } from "./flusher.ts";
import type { Appended, Draft, Store } from "./store/store.ts";

/** Drafts in one call of the store. */
const MAX_DRAFTS = 4096;

/** A room's side of a commit. Must not throw. */
export interface Log {
  /** Gives the members what the commit brought, when all its drafts are settled. */
  fanOut(): void;
}

interface Waiting {
  draft: Draft;
  log: Log;
  settle(appended: Appended | undefined): void;
}

export interface CommitOptions {
  store: Store;
  scheduler: Scheduler;
  /** Hears of every call of the store: the error it failed with, or undefined. */
  tried(error: unknown): void;
}

export class GroupCommit {
  readonly #options: CommitOptions;
  #waiting: Waiting[] = [];
  #isUnderWay = false;

  constructor(options: CommitOptions) {
    this.#options = options;
  }

  /** Whether nothing waits to be stored. */
  get isIdle(): boolean {
    return !this.#isUnderWay;
  }

  /** `settle` hears where the draft stands, or undefined if it was not stored. Must not throw. */
  add(draft: Draft, log: Log, settle: (appended: Appended | undefined) => void): void {
    this.#waiting.push({ draft, log, settle });
    this.#begin();
  }

  #begin(): void {
    if (this.#isUnderWay || this.#waiting.length === 0) return;
    this.#isUnderWay = true;
    this.#options.scheduler.soon(() => this.#commit());
  }

  async #commit(): Promise<void> {
    const waiting = this.#waiting.splice(0, MAX_DRAFTS);
    let appended: readonly (Appended | undefined)[] = [];
    try {
      appended = await this.#options.store.append(waiting.map(({ draft }) => draft));
      this.#options.tried(undefined);
    } catch (error) {
      this.#options.tried(error);
    }
    for (const [index, { settle }] of waiting.entries()) settle(appended[index]);
    for (const log of new Set(waiting.map(({ log }) => log))) log.fanOut();
    this.#isUnderWay = false;
    this.#begin();
  }
}
