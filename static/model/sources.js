// @ts-check
// Messages that are quoted and not held: asked for once each unless that failed, one at a
// time, so that what one writes oneself need not wait for them.
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "./room.js" */

export class Sources {
  #chat;
  #changed;
  /** @type {{room: Room, seq: number}[]} */
  #wanted = [];
  #isAsking = false;

  /** @param {Chat} chat @param {() => void} changed */
  constructor(chat, changed) {
    this.#chat = chat;
    this.#changed = changed;
  }

  /** @param {Room} room @param {number} seq */
  want(room, seq) {
    const { timeline } = room;
    if (!room.isJoined || timeline.said(seq) || timeline.quoted.has(seq)) return;
    timeline.quoted.set(seq, undefined);
    this.#wanted.push({ room, seq });
    if (!this.#isAsking) this.#ask();
  }

  async #ask() {
    this.#isAsking = true;
    for (let next; (next = this.#wanted.shift());) await this.#find(next);
    this.#isAsking = false;
  }

  /** @param {{room: Room, seq: number}} wanted */
  async #find({ room, seq }) {
    const { timeline } = room;
    const { generation } = timeline;
    const heard = timeline.listen();
    try {
      const page = await this.#chat.history(room.name, { around: seq, limit: 1 });
      if (generation === timeline.generation) timeline.putQuoted(seq, page, heard);
      this.#changed();
    } catch {
      // Who wants it next asks again; until then the quote says no more than that there is one.
      if (generation === timeline.generation) timeline.quoted.delete(seq);
    }
    timeline.hush(heard);
  }
}
