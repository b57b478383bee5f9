// @ts-check
// The rooms that the server lists, with what it counts in them for one: unread entries and mentions.
// Asked for anew when something has changed that only the server can count.
/** @import {ListedRoom} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */

/** Several changes within this are one question. */
const ASK_AFTER_MS = 1000;

export class Listing {
  #chat;
  #told;
  /** In the server's order. @type {Map<string, ListedRoom>} */
  #rooms = new Map();
  /** How often one was mentioned in each since it was read. @type {Map<string, number>} */
  #mentions = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Chat} chat @param {(rooms: readonly ListedRoom[]) => void} told there is a new list */
  constructor(chat, told) {
    this.#chat = chat;
    this.#told = told;
  }

  get names() {
    return [...this.#rooms.keys()];
  }

  /** @param {string} room */
  get(room) {
    return this.#rooms.get(room);
  }

  /** @param {string} room */
  mentions(room) {
    return this.#mentions.get(room) ?? 0;
  }

  /** Somebody mentioned one there. @param {string} room */
  mention(room) {
    this.#mentions.set(room, this.mentions(room) + 1);
  }

  /** One has read all that is there. @param {string} room */
  read(room) {
    this.#mentions.delete(room);
    const listed = this.#rooms.get(room);
    if (listed) listed.unread = 0;
  }

  async ask() {
    clearTimeout(this.#timer);
    try {
      const { rooms } = await this.#chat.rooms();
      this.#rooms = new Map(rooms.map((listed) => [listed.room, listed]));
      for (const { room, mentions } of rooms) {
        if (mentions !== undefined) this.#mentions.set(room, mentions);
      }
      this.#told(rooms);
    } catch {
      // The list as it was is good enough until the next time.
    }
  }

  askSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.ask(), ASK_AFTER_MS);
  }
}
