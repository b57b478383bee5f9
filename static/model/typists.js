// @ts-check
// Who is typing in one room. Somebody who falls silent is forgotten.

const SHOWN_MS = 5_000;

export class Typists {
  #changed;
  /** @type {Map<string, {user: string, timer: ReturnType<typeof setTimeout>}>} */
  #typing = new Map();

  /** @param {() => void} changed */
  constructor(changed) {
    this.#changed = changed;
  }

  get names() {
    return [...this.#typing.values()].map(({ user }) => user);
  }

  /** @param {string} uid */
  has(uid) {
    return this.#typing.has(uid);
  }

  /** @param {{uid: string, user: string, on: boolean}} typing */
  hear({ uid, user, on }) {
    this.stop(uid);
    if (!on) return;
    const timer = setTimeout(() => this.stop(uid), SHOWN_MS);
    this.#typing.set(uid, { user, timer });
    this.#changed();
  }

  /** @param {string} uid */
  stop(uid) {
    const typing = this.#typing.get(uid);
    if (!typing) return;
    clearTimeout(typing.timer);
    this.#typing.delete(uid);
    this.#changed();
  }
}
