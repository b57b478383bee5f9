// @ts-check
// What this browser remembers between visits: name, token, rooms, which of them are quiet. A
// localStorage that throws (blocked, full) makes it last as long as the page.

/** localStorage that never throws; the client keeps its session, drafts and unsent messages in it too. */
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
  /** @param {string} room @param {"first" | "last"} [place] */
  openRoom(room, place = "first") {
    const others = this.rooms.filter((other) => other !== room);
    const rooms = place === "first" ? [room, ...others] : [...others.slice(0, MAX_ROOMS - 1), room];
    this.#keep("rooms", rooms.slice(0, MAX_ROOMS).join(" "));
  }
  /** @param {string} room */
  closeRoom(room) {
    this.#keep("rooms", this.rooms.filter((other) => other !== room).join(" "));
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

  /** Whether nothing of a room but mentions is to call one. @param {string} room */
  isQuiet(room) {
    return this.#read(`quiet.${room}`) !== "";
  }
  /** @param {string} room @param {boolean} isQuiet */
  keepQuiet(room, isQuiet) {
    this.#keep(`quiet.${room}`, isQuiet ? "yes" : "");
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
