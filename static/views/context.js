// @ts-check
// What the next message answers: a line above the text in the composer, for each room its own.
import { shownOf } from "../model/said.js";
import { build, buildIconButton, buildSmallIcon } from "./build.js";
import { find } from "./element.js";
import { showNick } from "./nick.js";
import { quotedText } from "./quote.js";
/** @import {Begun} from "../model/begun.js" */
/** @import {Room} from "../model/room.js" */
/** @import {Said} from "../model/said.js" */

export class Context {
  #begun;
  #source;
  #name = build("bdi");
  #text = build("span");
  #line = build(
    "div",
    "context",
    buildSmallIcon("reply"),
    build("p", "", "Reply to ", this.#name, this.#text),
  );
  /** What it was when it was last seen. @type {WeakMap<Room, Said>} */
  #answered = new WeakMap();
  /** @type {Room | null} */
  #room = null;

  /** @param {Begun} begun @param {(room: Room, seq: number) => void} source asks for what is not held @param {() => void} done the focus belongs to the text again */
  constructor(begun, source, done) {
    this.#begun = begun;
    this.#source = source;
    const drop = () => {
      if (this.#room) begun.answer(this.#room, 0);
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
    this.#begun.answer(room, said.seq);
    this.#answered.set(room, said);
    this.#show();
  }

  #show() {
    const room = this.#room;
    const seq = room ? this.#begun.reply(room) : 0;
    const said = room && seq > 0 ? this.#said(room, seq) : null;
    this.#line.hidden = said === null;
    if (said) showNick(this.#name, said);
    else this.#name.textContent = "";
    const sign = said && !shownOf(said).deleted ? ":" : "";
    this.#text.textContent = said ? `${sign} ${quotedText(said)}` : "an earlier message";
  }

  /** Undefined while it is not known; what was gone when one came is answered no more. @param {Room} room @param {number} seq */
  #said(room, seq) {
    const known = this.#answered.get(room);
    if (known?.seq === seq) return known;
    const said = room.timeline.source(seq);
    if (said === undefined) this.#source(room, seq);
    else if (said && !shownOf(said).deleted) this.#answered.set(room, said);
    else {
      this.#begun.answer(room, 0);
      return null;
    }
    return said;
  }
}
