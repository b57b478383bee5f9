// @ts-check
// What comes in while a page is asked for: it may be newer than the page, and change what is in it.
/** @import {Entry} from "../../src/protocol.ts" */

/**
 * The stretch that was held when a page was asked for, and what came since.
 * @typedef {{generation: number, from: number, to: number,
 *   entries: {entry: Entry, isMine: boolean}[]}} Heard
 */

export class Hearing {
  /** @type {Set<Heard>} */
  #open = new Set();

  /** @param {Omit<Heard, "entries">} held */
  begin(held) {
    /** @type {Heard} */
    const heard = { ...held, entries: [] };
    this.#open.add(heard);
    return heard;
  }

  /** @param {Heard} heard */
  end(heard) {
    this.#open.delete(heard);
  }

  /** @param {Entry} entry @param {boolean} isMine */
  note(entry, isMine) {
    for (const { entries } of this.#open) entries.push({ entry, isMine });
  }
}
