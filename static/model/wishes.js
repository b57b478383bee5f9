// @ts-check
// What one wants of messages: shown at once as if it were done, taken back with a word where the
// server refuses it. Knows nothing of the page.
/** @import {Chat, ChatError, Of} from "../chat.js" */
/** @import {Room} from "./room.js" */
/** @import {Said, Wish} from "./said.js" */

export class Wishes {
  #chat;
  #changed;

  /** @param {Chat} chat @param {(refused?: NonNullable<Said["trouble"]>) => void} changed */
  constructor(chat, changed) {
    this.#chat = chat;
    this.#changed = changed;
  }

  /** @param {Room} room @param {Said} said @param {string} text */
  edit({ name, timeline }, said, text) {
    const ask = () => this.#chat.edit(name, said.seq, text);
    return this.#wish(timeline, said, { type: "edit", text }, ask);
  }

  /** @param {Room} room @param {Said} said */
  delete({ name, timeline }, said) {
    if (this.#chat.me) said.by = this.#chat.me;
    const ask = () => this.#chat.delete(name, said.seq);
    return this.#wish(timeline, said, { type: "delete" }, ask);
  }

  /** @param {Room} room @param {Said} said @param {string} emoji @param {boolean} on */
  react({ name, timeline }, said, emoji, on) {
    const ask = () => this.#chat.react(name, said.seq, emoji, on);
    return this.#wish(timeline, said, { type: "react", emoji, on }, ask);
  }

  /** What was refused is wished for again. @param {Room} room @param {Said} said @param {Wish} wish */
  again(room, said, wish) {
    if (wish.type === "edit") return this.edit(room, said, wish.text);
    if (wish.type === "delete") return this.delete(room, said);
    return this.react(room, said, wish.emoji, wish.on);
  }

  /**
   * @param {Room["timeline"]} timeline
   * @param {Said} said
   * @param {Wish} wish
   * @param {() => Promise<Of<"ack">>} ask
   */
  async #wish(timeline, said, wish, ask) {
    said.trouble = undefined;
    said.wishes = [...said.wishes ?? [], wish];
    this.#changed();
    /** @type {Said["trouble"]} */
    let trouble;
    try {
      const { seq } = await ask();
      // Until the entry is here too; it comes after its ack (W7.1).
      if (timeline.head < seq) wish.seq = seq;
    } catch (error) {
      const { code, message } = /** @type {ChatError} */ (error);
      trouble = { wish, refusal: { code, message } };
      // What is held may have been replaced meanwhile.
      (timeline.said(said.seq) ?? said).trouble = trouble;
    }
    if (wish.seq === undefined) said.wishes = said.wishes?.filter((other) => other !== wish);
    this.#changed(trouble);
  }
}
