// @ts-check
// What the next message answers: a line above the text in the composer, for each room its own.
import { shownOf } from "../model/said.js";
import { find } from "./element.js";
import { showNick } from "./nick.js";
import { quotedText } from "./quote.js";
/** @import {Room} from "../model/room.js" */
/** @import {Said} from "../model/said.js" */

export class Context {
  #line = find("#context", HTMLElement);
  #name = find("#context-name", HTMLElement);
  #text = find("#context-text", HTMLElement);
  /** @type {WeakMap<Room, Said>} */
  #answered = new WeakMap();
  /** @type {Room | null} */
  #room = null;

  /** @param {() => void} done the focus belongs to the text again */
  start(done) {
    const drop = () => {
      if (this.#room) this.#answered.delete(this.#room);
      this.#show();
      done();
    };
    find("#context-close", HTMLButtonElement).addEventListener("click", drop);
    find("#composer", HTMLElement).addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || this.#line.hidden) return;
      event.stopPropagation();
      drop();
    });
  }

  /** @param {Room} room that is in view now */
  open(room) {
    this.#room = room;
    this.#show();
  }

  /** @param {Room} room @param {Said} said */
  answer(room, said) {
    this.#answered.set(room, said);
    this.#show();
  }

  /** The seq that what is said now answers. @param {Room} room */
  of(room) {
    return this.#answered.get(room)?.seq;
  }

  /** It was said. @param {Room} room */
  done(room) {
    this.#answered.delete(room);
    this.#show();
  }

  #show() {
    const said = this.#room && this.#answered.get(this.#room);
    this.#line.hidden = !said;
    if (!said) return;
    showNick(this.#name, said);
    this.#text.textContent = `: ${quotedText(shownOf(said))}`;
  }
}
