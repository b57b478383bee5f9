// Group commit: what arrives before a flush is appended in one call of the store. One call is under
// way at a time, so under load a batch grows to what arrived meanwhile; and no more is committed
// than a fast reader's outbox can hold until its turn to be flushed comes.
import type { Counts } from "./counts.ts";
import type { Scheduler } from "./flusher.ts";
import { utf8Length } from "./protocol.ts";
import type { Draft, Outcome, Store } from "./store/store.ts";

/** Drafts in one call of the store. */
const MAX_DRAFTS = 4096;

/** What an entry is on the wire beside its text, in bytes, about. */
const ENTRY_BYTES = 250;

/** A room's side of a commit. Must not throw. */
export interface Log {
  /**
   * Gives the members what the commit brought, when all its drafts are settled. Returns how many
   * entries that were, counted once for each connection.
   */
  fanOut(): number;
}

interface Waiting {
  draft: Draft;
  log: Log;
  settle(outcome: Outcome | undefined): void;
}

export interface CommitOptions {
  store: Store;
  scheduler: Scheduler;
  /** How many outboxes were ever given something, and how many had their turn, in that order. */
  outboxes: { readonly added: number; readonly done: number };
  /** Bytes of entries that may be committed before the outboxes had their turn. */
  maxBytes: number;
  counts: Counts;
  /** Hears of every call of the store: the error it failed with, or undefined. */
  tried(error: unknown): void;
  /** Hears of a bug: something threw that must not. */
  fault(error: unknown): void;
}

export class GroupCommit {
  readonly #options: CommitOptions;
  #waiting: Waiting[] = [];
  #isUnderWay = false;
  /** What was committed since the outboxes had their turn: that is when `done` reaches this. */
  #unflushedBytes = 0;
  #flushedAt = 0;

  constructor(options: CommitOptions) {
    this.#options = options;
  }

  /** Whether nothing waits to be stored. */
  get isIdle(): boolean {
    return !this.#isUnderWay && this.#waiting.length === 0;
  }

  /** `settle` hears what became of the draft, or undefined if it was not stored. Must not throw. */
  add(draft: Draft, log: Log, settle: (outcome: Outcome | undefined) => void): void {
    this.#waiting.push({ draft, log, settle });
    this.#begin();
  }

  /** Gives the members of a log what came to it, from here or from elsewhere. */
  flow(log: Log): void {
    try {
      this.#options.counts.deliveries += log.fanOut();
    } catch (error) {
      this.#options.fault(error);
    }
  }

  /** Outboxes had their turn. */
  flushed(): void {
    this.#begin();
  }

  #begin(): void {
    if (this.#isUnderWay || this.#waiting.length === 0) return;
    const { scheduler, outboxes, maxBytes } = this.#options;
    if (outboxes.done >= this.#flushedAt) this.#unflushedBytes = 0;
    if (this.#unflushedBytes >= maxBytes) return;
    this.#isUnderWay = true;
    scheduler.soon(() => this.#commit());
  }

  async #commit(): Promise<void> {
    const waiting = this.#take();
    const { counts } = this.#options;
    const began = performance.now();
    let outcomes: readonly Outcome[] = [];
    try {
      outcomes = await this.#options.store.append(waiting.map(({ draft }) => draft));
      this.#options.tried(undefined);
    } catch (error) {
      this.#options.tried(error);
    }
    counts.commitEntries.observe(waiting.length);
    counts.commitSeconds.observe((performance.now() - began) / 1000);
    this.#settle(waiting, outcomes);
    this.#flushedAt = this.#options.outboxes.added;
    this.#isUnderWay = false;
    this.#begin();
  }

  /** One bug must not keep the others from being settled. */
  #settle(waiting: readonly Waiting[], outcomes: readonly Outcome[]): void {
    const logs = new Set<Log>();
    for (let index = 0; index < waiting.length; index++) {
      const { settle, log } = waiting[index]!;
      logs.add(log);
      try {
        settle(outcomes[index]);
      } catch (error) {
        this.#options.fault(error);
      }
    }
    for (const log of logs) this.flow(log);
  }

  /** The drafts of the next call: at least one, and then as many as may be. */
  #take(): Waiting[] {
    let count = 0;
    do {
      this.#unflushedBytes += sizeOf(this.#waiting[count]!.draft);
      count++;
    } while (
      count < Math.min(this.#waiting.length, MAX_DRAFTS) &&
      this.#unflushedBytes < this.#options.maxBytes
    );
    return this.#waiting.splice(0, count);
  }
}

/** What a file is in its entry, about. */
const FILE_BYTES = 300;

/** ASCII that stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Bytes of the entry on the wire. */
function sizeOf(draft: Draft): number {
  // An emoji is small.
  const text = "text" in draft ? draft.text : "";
  const files = draft.type === "chat" ? draft.files?.length ?? 0 : 0;
  return ENTRY_BYTES + files * FILE_BYTES +
    (PLAIN.test(text) ? text.length : utf8Length(JSON.stringify(text)));
}
