// @ts-check
// The names that somebody may be mentioned by in a room: of those who are there and of those who
// wrote what is held. Compared as the server compares them (W10.12). Nobody is forgotten.

/** Ends of words where a name may end: as many as the longest name has characters. */
const MAX_ENDS = 32;
const MAX_UID = 128;
const WORD = /[\p{L}\p{M}\p{N}_-]+|./gsu;

export class Names {
  /** @type {Map<string, string>} */
  #users = new Map();
  /** @type {Map<string, Set<string>>} */
  #uids = new Map();
  /** Grows whenever somebody is added. */
  version = 0;

  /** @param {string} uid @param {string} user */
  learn(uid, user) {
    if (this.#users.get(uid) === user) return;
    this.#users.set(uid, user);
    const name = fold(user);
    this.#uids.set(name, (this.#uids.get(name) ?? new Set()).add(uid));
    this.version += 1;
  }

  /**
   * Whom the most of the beginning of a text names, and how much that is. Where several have the
   * name it is `me`, if that is one of them.
   * @param {string} text
   * @param {string} me
   */
  find(text, me) {
    /** @type {number[]} */
    const ends = [];
    for (const [word] of text.slice(0, MAX_UID + 1).matchAll(WORD)) {
      const end = (ends.at(-1) ?? 0) + word.length;
      if (end > MAX_UID || ends.push(end) === MAX_ENDS) break;
    }
    for (const length of ends.reverse()) {
      const name = text.slice(0, length);
      const uids = this.#users.has(name) ? new Set([name]) : this.#uids.get(fold(name));
      const uid = uids?.has(me) ? me : uids?.values().next().value;
      if (uid !== undefined) return { uid, length };
    }
    return null;
  }
}

/** What makes two names the same to a reader. @param {string} name */
function fold(name) {
  return name.normalize("NFKC").toLowerCase().toUpperCase();
}
