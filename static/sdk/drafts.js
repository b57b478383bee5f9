// @ts-check
// What somebody has begun to write in each room, kept over reloads. Knows nothing of messages.
/** @import {Drawer} from "./storage.js" */

export class Drafts {
  #drawer;
  /** Read or written by this page. @type {Map<string, string>} */
  #known = new Map();

  /** @param {Drawer} drawer */
  constructor(drawer) {
    this.#drawer = drawer;
  }

  /** "" where there is none. @param {string} room */
  get(room) {
    const known = this.#known.get(room);
    if (known !== undefined) return known;
    const stored = this.#drawer.read(keyOf(room));
    const text = typeof stored === "string" ? stored : "";
    this.#known.set(room, text);
    return text;
  }

  /** @param {string} room @param {string} text */
  keep(room, text) {
    if (text === this.get(room)) return;
    this.#known.set(room, text);
    this.#drawer.write(keyOf(room), text || null);
  }
}

/** @param {string} room */
function keyOf(room) {
  return `draft.${room}`;
}
