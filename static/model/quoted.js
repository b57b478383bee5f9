// @ts-check
// Messages that are quoted and lie outside of what a timeline holds. Knows nothing of where they
// come from.
import { isChat, saidOf } from "./said.js";
/** @import {Page} from "./timeline.js" */
/** @import {Said} from "./said.js" */

export class Quoted {
  /** By seq: null where there is none any more, undefined while it is asked for. @type {Map<number, Said | null | undefined>} */
  #messages = new Map();

  /** @param {number} seq */
  get(seq) {
    return this.#messages.get(seq);
  }

  /** Whether it has to be asked for, which is so once. @param {number} seq */
  want(seq) {
    if (this.#messages.has(seq)) return false;
    this.#messages.set(seq, undefined);
    return true;
  }

  /** @param {number} seq @param {Page} page */
  put(seq, { messages }) {
    const message = messages.filter(isChat).find((message) => message.seq === seq);
    this.#messages.set(seq, message ? saidOf(message, "") : null);
  }

  clear() {
    this.#messages.clear();
  }
}
