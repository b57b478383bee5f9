// @ts-check
// What one has begun in a room beside its draft: the message that it answers, and those that are
// written anew. Kept where drafts are (memory.js), and dropped once their log is another, or the
// message is deleted.
import { shownOf } from "./said.js";
/** @import {Memory} from "./memory.js" */
/** @import {Room} from "./room.js" */
/** @import {Said} from "./said.js" */

export class Begun {
  #memory;

  /** @param {Memory} memory */
  constructor(memory) {
    this.#memory = memory;
  }

  /** The seq of what is answered there; 0: nothing. @param {Room} room */
  reply(room) {
    const [seq, epoch] = this.#memory.read(`reply.${room.name}`).split(" ");
    if (epoch === room.timeline.epoch) return Number(seq);
    if (epoch && room.isJoined) this.answer(room, 0);
    return 0;
  }

  /** @param {Room} room @param {number} seq 0: nothing */
  answer({ name, timeline }, seq) {
    this.#memory.keep(`reply.${name}`, seq ? `${seq} ${timeline.epoch}` : "");
  }

  /** Has the messages that are held show what they are to become. @param {Room} room */
  open(room) {
    if (!room.isJoined) return;
    for (const [seq, text] of this.#edits(room)) {
      const said = room.timeline.said(seq);
      if (said && shownOf(said).deleted) this.edit(room, said, undefined);
      else if (said) said.draft ??= text;
    }
  }

  /** What a message is to become; undefined: nothing else. @param {Room} room @param {Said} said @param {string | undefined} text */
  edit(room, said, text) {
    said.draft = text;
    const edits = this.#edits(room);
    if (text === undefined) edits.delete(said.seq);
    else edits.set(said.seq, text);
    const all = edits.size > 0 ? JSON.stringify([room.timeline.epoch, ...edits]) : "";
    this.#memory.keep(`edits.${room.name}`, all);
  }

  /** @param {Room} room @returns {Map<number, string>} */
  #edits({ name, timeline }) {
    const key = `edits.${name}`;
    try {
      const [epoch, ...edits] = JSON.parse(this.#memory.read(key));
      if (epoch === timeline.epoch) return new Map(edits);
      this.#memory.keep(key, "");
    } catch {
      // None, or rubbish.
    }
    return new Map();
  }
}
