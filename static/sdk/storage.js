// @ts-check
// Values of one server in the caller's storage, as JSON. A storage that throws, is full or holds
// rubbish is as good as none: what was written is then kept in memory only by who wrote it.

/**
 * @typedef {object} StorageLike
 * @property {(key: string) => string | null} getItem
 * @property {(key: string, value: string) => void} setItem
 * @property {(key: string) => void} removeItem
 */

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
