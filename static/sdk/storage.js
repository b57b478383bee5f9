// @ts-check
// Values of one server in the caller's storage, as JSON. A storage that throws, is full or holds
// rubbish is as good as none: what was written is then kept in memory only by who wrote it.

/** @import {StorageLike} from "../chat.js" */

/** The part of a storage that belongs to one server. */
export class Drawer {
  #storage;
  #host;

  /** @param {StorageLike | undefined} storage @param {string} host */
  constructor(storage, host) {
    this.#storage = storage;
    this.#host = host;
  }

  /** The value, or null. @param {string} key @returns {unknown} */
  read(key) {
    try {
      return JSON.parse(this.#storage?.getItem(this.#name(key)) ?? "null");
    } catch {
      return null;
    }
  }

  /** Keeps the value; null removes it. @param {string} key @param {unknown} value */
  write(key, value) {
    try {
      if (value === null) this.#storage?.removeItem(this.#name(key));
      else this.#storage?.setItem(this.#name(key), JSON.stringify(value));
    } catch {
      // Full or forbidden: nothing survives a reload then, all else goes on.
    }
  }

  /** @param {string} key */
  #name(key) {
    return `snug:${key}:${this.#host}`;
  }
}

/** What somebody has begun to write in each room, kept over reloads. */
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
