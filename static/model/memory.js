// @ts-check
// What this browser remembers between visits: name, token, rooms, which of them are quiet, what one
// was writing. Storage that throws (blocked, full) makes it last as long as the page.

/** What somebody is writing: drafts, what they answer, messages that they write anew. */
const WRITING = /^snug[.:](draft|reply|edits)\./;
/** Set in a tab that took over what was left. */
const TAKEN = "snug.taken";

/**
 * localStorage that never throws; the client keeps its session, drafts and unsent messages in it too.
 * What one is writing is each tab's own: it begins with what was left here, and leaves what is
 * written last. Once that is sent or dropped, there is place for what another tab has.
 */
export class SafeStorage {
  #left = new Safe(() => localStorage);
  #tab = new Safe(() => sessionStorage);

  constructor() {
    addEventListener("storage", (/** @type {any} */ { key, oldValue }) => {
      if (!WRITING.test(key) || this.#left.get(key) !== null) return;
      const own = this.#tab.get(key);
      if (own !== oldValue) this.#left.put(key, own);
    });
    if (this.#tab.get(TAKEN)) return;
    this.#tab.put(TAKEN, "yes");
    try {
      for (const key of Object.keys(localStorage)) {
        if (WRITING.test(key)) this.#tab.put(key, this.#left.get(key));
      }
    } catch {
      // Nothing was left.
    }
  }

  /** @param {string} key */
  getItem(key) {
    return (WRITING.test(key) ? this.#tab : this.#left).get(key);
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    if (WRITING.test(key)) this.#tab.put(key, value);
    this.#left.put(key, value);
  }

  /** @param {string} key */
  removeItem(key) {
    const isOwn = this.#left.get(key) === this.getItem(key);
    if (WRITING.test(key)) this.#tab.put(key, null);
    if (isOwn) this.#left.put(key, null);
  }
}

/** A storage of the browser; what it does not take lasts as long as the page. */
class Safe {
  #open;
  /** @type {Map<string, string>} */
  #page = new Map();

  /** @param {() => Storage} open */
  constructor(open) {
    this.#open = open;
  }

  /** @param {string} key */
  get(key) {
    try {
      return this.#page.get(key) ?? this.#open().getItem(key);
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {string | null} value */
  put(key, value) {
    this.#page.delete(key);
    try {
      if (value === null) this.#open().removeItem(key);
      else this.#open().setItem(key, value);
    } catch {
      if (value !== null) this.#page.set(key, value);
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
    return this.read("name");
  }
  set name(name) {
    this.keep("name", name);
  }

  get token() {
    return this.read("token");
  }
  set token(token) {
    this.keep("token", token);
  }

  /** The rooms one has open, the one last looked at first. */
  get rooms() {
    return this.read("rooms").split(" ").filter(Boolean);
  }
  /** @param {string} room @param {"first" | "last"} [place] */
  openRoom(room, place = "first") {
    const others = this.rooms.filter((other) => other !== room);
    const rooms = place === "first" ? [room, ...others] : [...others.slice(0, MAX_ROOMS - 1), room];
    this.keep("rooms", rooms.slice(0, MAX_ROOMS).join(" "));
  }
  /** @param {string} room */
  closeRoom(room) {
    this.keep("rooms", this.rooms.filter((other) => other !== room).join(" "));
  }

  get hidesPeople() {
    return this.read("hides-people") !== "";
  }
  set hidesPeople(hides) {
    this.keep("hides-people", hides ? "yes" : "");
  }

  /** `light`, `dark`, or as the system has it; `first.js` reads it too. */
  get theme() {
    return this.read("theme");
  }
  set theme(theme) {
    this.keep("theme", theme);
  }

  /** `12`, `24`, or as the reader's language has it. */
  get clock() {
    return this.read("clock");
  }
  set clock(clock) {
    this.keep("clock", clock);
  }

  /** What one wants to be notified of: `mentions` (direct messages too), `all`, or nothing. */
  get notify() {
    return this.read("notify");
  }
  set notify(notify) {
    this.keep("notify", notify);
  }

  /** Whether nothing of a room but mentions is to call one. @param {string} room */
  isQuiet(room) {
    return this.read(`quiet.${room}`) !== "";
  }
  /** @param {string} room @param {boolean} isQuiet */
  keepQuiet(room, isQuiet) {
    this.keep(`quiet.${room}`, isQuiet ? "yes" : "");
  }

  /** What a model of the page keeps under a name of its own. @param {string} key */
  read(key) {
    return this.#storage.getItem(`snug.${key}`) ?? "";
  }

  /** @param {string} key @param {string} value */
  keep(key, value) {
    if (value) this.#storage.setItem(`snug.${key}`, value);
    else this.#storage.removeItem(`snug.${key}`);
  }
}
