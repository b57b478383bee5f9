// @ts-check
// What this browser remembers between visits: name, token, rooms, how far was read. A
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
  /** @param {string} room */
  openRoom(room) {
    const rooms = [room, ...this.rooms.filter((other) => other !== room)];
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
