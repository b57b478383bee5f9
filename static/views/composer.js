// @ts-check
// Where one writes: the growing box, its draft, when typing is told, what Enter does.
import { find } from "./element.js";
import { showNick } from "./nick.js";

/** Typing is told at most so often. */
const TYPING_EVERY_MS = 3_000;

/**
 * `say` returns false when it could not take the text.
 * @typedef {object} Writing
 * @property {(text: string) => boolean} say
 * @property {(on: boolean) => void} typing
 * @property {(text: string) => void} draft
 */

export class Composer {
  #writing;
  #form = find("#composer", HTMLFormElement);
  #label = find("#say-label", HTMLElement);
  #box = find("#say", HTMLTextAreaElement);
  #grow = find("#composer-grow", HTMLElement);
  #send = find("#send", HTMLButtonElement);
  #name = find("#composer-name", HTMLElement);
  #input = find("#composer-box", HTMLElement);
  #shut = find("#composer-shut", HTMLElement);
  #why = find("#composer-why", HTMLElement);
  #toldAt = 0;

  /** @param {Writing} writing */
  constructor(writing) {
    this.#writing = writing;
  }

  start() {
    this.#box.addEventListener("input", () => this.#changed());
    this.#box.addEventListener("keydown", (event) => {
      // The Enter that ends a composition is not one that sends; Safari tells only by the key code.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key !== "Enter" || event.shiftKey || composing) return;
      event.preventDefault();
      this.#say();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
      this.#box.focus();
    });
  }

  /** Writes to another room from now on. @param {string} draft */
  open(draft) {
    this.#toldAt = 0;
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
    this.#input.hidden = why !== "";
    this.#name.hidden = why !== "";
    this.#shut.hidden = why === "";
    if (this.#why.textContent !== why) this.#why.textContent = why;
  }

  /** Puts somebody's name where one is writing. @param {string} user */
  mention(user) {
    const { value, selectionStart: at, selectionEnd: end } = this.#box;
    const before = value.slice(0, at);
    const name = `${before && !/\s$/.test(before) ? " " : ""}@${user} `;
    this.#box.focus();
    this.#box.setRangeText(name, at, end, "end");
    this.#changed();
  }

  /** Takes a text back to be written anew, before what stands there. @param {string} text */
  edit(text) {
    this.#put([text, this.#box.value].filter(Boolean).join("\n"));
    this.#writing.draft(this.#box.value);
    this.#box.focus();
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  #changed() {
    const text = this.#box.value;
    const isEmpty = text.trim() === "";
    this.#put(text);
    this.#writing.draft(isEmpty ? "" : text);
    const now = Date.now();
    if (isEmpty && this.#toldAt) this.#writing.typing(false);
    else if (!isEmpty && now - this.#toldAt >= TYPING_EVERY_MS) this.#writing.typing(true);
    else return;
    this.#toldAt = isEmpty ? 0 : now;
  }

  #say() {
    const text = this.#box.value.trimEnd().replace(/^\s*\n/, "");
    if (!text || !this.#writing.say(text)) return;
    this.#put("");
    this.#writing.draft("");
    this.#toldAt = 0;
  }

  /** @param {string} text */
  #put(text) {
    if (this.#box.value !== text) this.#box.value = text;
    this.#grow.dataset.text = text;
    this.#send.disabled = text.trim() === "";
  }
}
