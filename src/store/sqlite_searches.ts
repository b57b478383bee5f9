// Searches of a log in small steps, one search at a time, so that what else is asked of the log is
// done in between and waits for one step at most.
import { entryBytes, type Hit } from "../protocol.ts";
import type { Found, Search, Sought } from "./search.ts";

/** Steps of one search. */
const MAX_STEPS = 128;

/** A part of a search. */
export interface Part extends Found {
  /** No more fits the page. */
  isFull: boolean;
}

/** Goes on with a search; `isFirst`: nothing is found yet. */
export type Step = (sought: Sought, isFirst: boolean) => Promise<Part>;

export class Searches implements Search {
  readonly #step: Step;
  #last: Promise<unknown> = Promise.resolve();

  constructor(step: Step) {
    this.#step = step;
  }

  search(sought: Sought): Promise<Found> {
    const found = this.#last.then(() => this.#search(sought));
    this.#last = found.catch(() => {});
    return found;
  }

  async #search(sought: Sought): Promise<Found> {
    const hits: Hit[] = [];
    let { before, size: { limit, bytes } } = sought;
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const rest = { ...sought, size: { limit, bytes }, ...(before !== undefined && { before }) };
      const part = await this.#step(rest, hits.length === 0);
      hits.push(...part.hits);
      limit -= part.hits.length;
      bytes -= part.hits.reduce((sum, hit) => sum + entryBytes(hit), 0);
      before = part.before;
      if (part.isFull || before === undefined) break;
    }
    return { hits, ...(before !== undefined && { before }) };
  }
}
