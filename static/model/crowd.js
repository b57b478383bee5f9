// @ts-check
// Who is in a room of more users than `joined` and `presence` name: asked for a page at a time (W9.2).
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "./room.js" */

const ASK_EVERY_MS = 30_000;

export class Crowd {
  #chat;
  #changed;
  /** @type {WeakMap<Room, number>} */
  #askedAt = new WeakMap();

  /** @param {Chat} chat @param {() => void} changed */
  constructor(chat, changed) {
    this.#chat = chat;
    this.#changed = changed;
  }

  /** Sees that a room knows enough of its members to show. @param {Room} room */
  async meet(room) {
    const now = Date.now();
    if (now - (this.#askedAt.get(room) ?? -Infinity) < ASK_EVERY_MS) return;
    this.#askedAt.set(room, now);
    try {
      const { members, count } = await this.#chat.members(room.name);
      if (!room.isJoined) return;
      room.members.clear();
      room.moderators.clear();
      room.meet(members);
      room.count = count;
      this.#changed();
    } catch {
      // Those that are known are shown; it is asked for again.
    }
  }
}
