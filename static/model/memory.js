// @ts-check
// What this browser remembers between visits: name, token, rooms, drafts, how far was read. A
// localStorage that throws (blocked, full) makes it last as long as the page.

/** localStorage that never throws; the client keeps its session and unsent messages in it too. */
export class SafeStorage {
  /** @type {Map<string, string>} */
  #page = new Map();

  /** @param {string} key */
  getItem(key) {
    try {
      return this.#page.get(key) ?? localStorage.getItem(key);
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    this.#page.delete(key);
    try {
      localStorage.setItem(key, value);
    } catch {
      this.#page.set(key, value);
    }
  }

  /** @param {string} key */
  removeItem(key) {
    this.#page.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // Then it was never kept there.
    }
  }
}

/** Rooms to be opened again at the next visit. */
const MAX_ROOMS = 30;

/** The page's own values, by name. An empty one is forgotten. */
export class Memory {
  #storage;

  /** @param {SafeStorage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  get name() {
    return this.#read("name");
  }
  set name(name) {
    this.#keep("name", name);
  }

  get token() {
    return this.#read("token");
  }
  set token(token) {
    this.#keep("token", token);
  }

  /** The rooms one has open, the one last looked at first. */
  get rooms() {
    return this.#read("rooms").split(" ").filter(Boolean);
  }
  /** @param {string} room */
  openRoom(room) {
    const rooms = [room, ...this.rooms.filter((other) => other !== room)];
    this.#keep("rooms", rooms.slice(0, MAX_ROOMS).join(" "));
  }

  get hidesPeople() {
    return this.#read("hides-people") !== "";
  }
  set hidesPeople(hides) {
    this.#keep("hides-people", hides ? "yes" : "");
  }

  /** `light`, `dark`, or as the system has it; `first.js` reads it too. */
  get theme() {
    return this.#read("theme");
  }
  set theme(theme) {
    this.#keep("theme", theme);
  }

  /** `12`, `24`, or as the reader's language has it. */
  get clock() {
    return this.#read("clock");
  }
  set clock(clock) {
    this.#keep("clock", clock);
  }

  /** What one wants to be notified of: `mentions` (direct messages too), `all`, or nothing. */
  get notify() {
    return this.#read("notify");
  }
  set notify(notify) {
    this.#keep("notify", notify);
  }

  /** @param {string} room */
  draft(room) {
    return this.#read(`draft.${room}`);
  }
  /** @param {string} room @param {string} text */
  keepDraft(room, text) {
    this.#keep(`draft.${room}`, text);
  }

  /** How far a room was read, or null when it never was. @param {string} room */
  read(room) {
    const [seq, epoch = ""] = this.#read(`read.${room}`).split(" ");
    return seq ? { seq: Number(seq), epoch } : null;
  }
  /** @param {string} room @param {{seq: number, epoch: string}} position */
  keepRead(room, { seq, epoch }) {
    this.#keep(`read.${room}`, `${seq} ${epoch}`);
  }

  /** @param {string} key */
  #read(key) {
    return this.#storage.getItem(`snug.${key}`) ?? "";
  }

  /** @param {string} key @param {string} value */
  #keep(key, value) {
    if (value) this.#storage.setItem(`snug.${key}`, value);
    else this.#storage.removeItem(`snug.${key}`);
  }
}
