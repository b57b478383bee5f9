// @ts-check
// What the next message answers: a line above the text in the composer, for each room its own.
import { shownOf } from "../model/said.js";
import { build, buildIconButton, buildSmallIcon } from "./build.js";
import { find } from "./element.js";
import { showNick } from "./nick.js";
import { quotedText } from "./quote.js";
/** @import {Room} from "../model/room.js" */
/** @import {Said} from "../model/said.js" */

export class Context {
  #name = build("bdi");
  #text = build("span");
  #line = build(
    "div",
    "context",
    buildSmallIcon("reply"),
    build("p", "", "Reply to ", this.#name, this.#text),
  );
  /** @type {WeakMap<Room, Said>} */
  #answered = new WeakMap();
  /** @type {Room | null} */
  #room = null;

  /** @param {() => void} done the focus belongs to the text again */
  constructor(done) {
    const drop = () => {
      if (this.#room) this.#answered.delete(this.#room);
      this.#show();
      done();
    };
    const close = buildIconButton("close", "Do not reply", drop);
    close.firstElementChild?.classList.add("small");
    this.#line.id = "context";
    this.#line.hidden = true;
    this.#line.append(close);
    find("#composer-box", HTMLElement).prepend(this.#line);
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
    const sign = shownOf(said).deleted ? "" : ":";
    this.#text.textContent = `${sign} ${quotedText(said)}`;
  }
}
