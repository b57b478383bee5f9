// @ts-check
// Where one writes: the growing box, its draft, what Enter does.
import { find } from "./element.js";
import { insertText } from "./insertion.js";
import { Later } from "./later.js";
import { showNick } from "./nick.js";
import { speak } from "./spoken.js";
import { TypingNotice } from "./typing_notice.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {Sources} from "../model/completion.js" */
/** @import {Clip} from "./clip.js" */
/** @import {Completion} from "./completion.js" */

/** The length is told when no more than this part of it is left. */
const LENGTH_FROM = 0.1;
/** What words begin with that can be completed. */
const SIGNS = /[@#:/]/;
/** Between the button and the choice of an emoji. */
const GAP_PX = 8;

/**
 * What becomes of what is written.
 * @typedef {object} Writing
 * @property {(text: string) => Promise<string | void> | void} say Throws, or rejects later, with an
 *   Error that has a sentence for the writer; resolves with one where there is something to tell.
 * @property {(on: boolean) => void} typing
 * @property {(room: string, text: string) => void} draft
 * @property {() => void} editLast
 * @property {() => void} stay keeps the log where it is read
 * @property {(text: string) => number} bytesLeft Infinity where that is not known.
 * @property {() => number} maxBytes
 * @property {Sources} sources
 */

export class Composer {
  #writing;
  #clip;
  #typing;
  /** @type {Later<Completion>} */
  #completion;
  #form = find("#composer", HTMLFormElement);
  #label = find("#say-label", HTMLElement);
  #box = find("#say", HTMLTextAreaElement);
  #grow = find("#composer-grow", HTMLElement);
  #note = find("#composer-note", HTMLElement);
  #length = find("#composer-length", HTMLElement);
  #face = find("#face", HTMLButtonElement);
  #emoji = new Later(() => import("./emoji_grid.js"));
  #send = find("#send", HTMLButtonElement);
  #name = find("#composer-name", HTMLElement);
  #input = find("#composer-box", HTMLElement);
  #shut = find("#composer-shut", HTMLElement);
  #why = find("#composer-why", HTMLElement);
  #room = "";

  /** @param {Writing} writing @param {Clip} clip what goes with it */
  constructor(writing, clip) {
    this.#writing = writing;
    this.#clip = clip;
    this.#typing = new TypingNotice((on) => writing.typing(on));
    this.#completion = new Later(async () => {
      const { Completion } = await import("./completion.js");
      return new Completion(this.#box, writing.sources);
    }, "/css/completion.css");
  }

  start() {
    this.#face.addEventListener("click", () => this.#emoji.do((emoji) => this.#choose(emoji)));
    this.#box.addEventListener("input", () => this.#changed());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
      this.#box.focus();
    });
  }

  /** Writes to another room from now on. @param {string} room @param {string} draft */
  open(room, draft) {
    this.#room = room;
    this.#typing.reset();
    this.#clip.open();
    this.#completion.now?.close();
    this.tell("");
    this.#put(draft);
  }

  /** @param {string} label of the room */
  showRoom(label) {
    const words = `Write to ${label}`;
    if (this.#box.placeholder === words) return;
    this.#label.textContent = words;
    this.#box.placeholder = words;
  }

  /** @param {{uid: string, user: string}} me */
  showName(me) {
    showNick(this.#name, me);
  }

  /**
   * Where one is not in the room, nothing can be written to it; where one may only read, `why` stands
   * in place of the box.
   * @param {boolean} may
   * @param {string} why
   */
  allow(may, why) {
    this.#form.inert = !may;
    this.#clip.offer(may && why === "");
    this.#input.hidden = why !== "";
    this.#name.hidden = why !== "";
    this.#shut.hidden = why === "";
    if (this.#why.textContent !== why) this.#why.textContent = why;
  }

  /** Puts somebody's name where one is writing. @param {string} user */
  mention(user) {
    const before = this.#box.value.slice(0, this.#box.selectionStart);
    this.#insert(`${before && !/\s$/.test(before) ? " " : ""}@${user} `);
  }

  /** Takes a text back to be written anew, before what stands there. @param {string} text @param {readonly SharedFile[]} files */
  edit(text, files = []) {
    this.#clip.restore(files);
    this.#put([text, this.#box.value].filter(Boolean).join("\n"));
    this.#writing.draft(this.#room, this.#box.value);
    this.#box.focus();
  }

  /** What goes with the text has changed. */
  follow() {
    this.#send.disabled = this.#box.value.trim() === "" && this.#clip.isEmpty;
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** Says something about what was written, until one writes on. @param {string} words @param {boolean} isBad */
  tell(words, isBad = false) {
    this.#note.textContent = words;
    this.#note.classList.toggle("bad", isBad);
    this.#box.ariaInvalid = isBad ? "true" : null;
    if (words) speak(words);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // The Enter that ends a composition is not one that sends; Safari tells only by the key code.
    if (event.isComposing || event.keyCode === 229 || this.#completes(event)) return;
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (key === "Enter" && !shiftKey) {
      event.preventDefault();
      this.#say();
    } else if (key === "ArrowUp" && this.#box.value === "") {
      if (altKey || ctrlKey || metaKey || shiftKey) return;
      event.preventDefault();
      this.#writing.editLast();
    }
  }

  /** @param {typeof import("./emoji_grid.js")} emoji */
  #choose({ openEmoji }) {
    const { left, top } = this.#face.getBoundingClientRect();
    const spot = { x: left, y: top - GAP_PX, isAbove: true };
    openEmoji("Emoji", spot, (emoji) => this.#insert(emoji));
  }

  /** @param {string} text */
  #insert(text) {
    const { selectionStart, selectionEnd } = this.#box;
    insertText(this.#box, text, selectionStart, selectionEnd);
  }

  /** A Tab waits for the list that is on its way. @param {KeyboardEvent} event */
  #completes(event) {
    const { now, isWanted } = this.#completion;
    const isTab = event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey;
    if (now || !isWanted || !isTab) return now?.key(event) ?? false;
    event.preventDefault();
    this.#completion.do(async (completion) => {
      await completion.follow();
      completion.key(event);
    });
    return true;
  }

  #changed() {
    const text = this.#box.value;
    this.tell("");
    this.#clip.release();
    this.#put(text);
    if (this.#completion.isWanted || SIGNS.test(text)) {
      this.#completion.do((completion) => completion.follow());
    }
    this.#writing.draft(this.#room, text.trim() === "" ? "" : text);
    this.#typing.follow(text);
  }

  async #say() {
    const room = this.#room;
    const text = this.#box.value.trimEnd().replace(/^\s*\n/, "");
    if (!text && this.#clip.isEmpty) return;
    this.#completion.now?.close();
    const stop = this.#clip.hold(() => this.#say());
    if (stop) return this.tell(stop.words, stop.isBad);
    let isTaken = false;
    try {
      const answer = this.#writing.say(text);
      isTaken = true;
      this.#empty(room);
      const words = await answer;
      if (words) this.tell(words);
    } catch (error) {
      if (isTaken) this.#takeBack(room, text);
      this.tell(/** @type {Error} */ (error).message, true);
    }
  }

  /** It may have been a command that led to another room. @param {string} room */
  #empty(room) {
    this.#writing.draft(room, "");
    if (room !== this.#room) return;
    this.tell("");
    this.#put("");
    this.#typing.reset();
  }

  /** What could not be said stands where it stood. @param {string} room @param {string} text */
  #takeBack(room, text) {
    if (room !== this.#room) return this.#writing.draft(room, text);
    this.edit(text);
    // Empty for a moment, the box has let the log be cut short, and is as high as before.
    this.#writing.stay();
  }

  /** @param {string} text */
  #put(text) {
    if (this.#box.value !== text) this.#box.value = text;
    this.#grow.dataset.text = text;
    this.follow();
    const left = this.#writing.bytesLeft(text);
    const isTold = left < this.#writing.maxBytes() * LENGTH_FROM;
    this.#length.textContent = isTold
      ? `${Math.abs(left)} bytes ${left < 0 ? "too long" : "left"}`
      : "";
    this.#length.classList.toggle("bad", left < 0);
  }
}
