// @ts-check
// The list above the composer that completes a word: follows the caret, takes the keys that move in
// it and choose from it. The box keeps the focus, and its own role: of several lines, it can be no
// combobox, but may say what it controls and which option is active.
import { choicesFor, tokenIn } from "../model/completion.js";
import { build } from "./build.js";
import { insertText } from "./insertion.js";
import { nickOf } from "./nick.js";
/** @import {Choice, Sources, Token} from "../model/completion.js" */

export class Completion {
  #box;
  #sources;
  #list = build("ul", "choices");
  /** @type {Choice[]} */
  #choices = [];
  /** The one that Enter takes; -1: none. */
  #active = -1;
  /** The word that is completed. @type {Token | null} */
  #token = null;
  /** Settles when what it may become is shown. @type {Promise<void> | undefined} */
  #shown;
  /** Where the word begins whose choices were put away. */
  #dismissed = -1;

  /**
   * @param {HTMLTextAreaElement} box
   * @param {Sources} sources
   */
  constructor(box, sources) {
    this.#box = box;
    this.#sources = sources;
    const list = this.#list;
    Object.assign(list, { id: "choices", role: "listbox", ariaLabel: "Completions", hidden: true });
    box.setAttribute("aria-controls", list.id);
    box.parentElement?.before(list);
    this.#box.addEventListener("blur", () => this.#hide());
    document.addEventListener("selectionchange", () => this.#token && this.follow());
    // The box keeps the focus, and a phone its keyboard.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const option = target instanceof Element && target.closest("[role=option]");
      if (option) this.#take([...list.children].indexOf(option));
    });
  }

  /** Looks which word the caret is in, and what it may become. */
  follow() {
    const { selectionStart, selectionEnd, value } = this.#box;
    const token = selectionStart === selectionEnd ? tokenIn(value.slice(0, selectionStart)) : null;
    if (token?.from !== this.#dismissed) this.#dismissed = -1;
    if (!token || token.from === this.#dismissed) return this.#hide();
    const isSame = token.from === this.#token?.from && token.query === this.#token.query;
    if (isSame) return this.#shown;
    this.#token = token;
    return this.#shown = this.#offer(token);
  }

  /** @param {Token} token */
  async #offer(token) {
    // What can't be loaded is not offered.
    const choices = await choicesFor(token, this.#sources).catch(() => []);
    // Whoever types on has asked anew.
    if (this.#token === token) this.#show(choices, token);
  }

  /** Whether it took the key. @param {KeyboardEvent} event */
  key(event) {
    if (this.#choices.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { key, shiftKey } = event;
    if (key === "Escape") this.#dismiss();
    else if (key === "ArrowDown" && !shiftKey) this.#activate(this.#active + 1);
    else if (key === "ArrowUp" && !shiftKey) this.#activate(this.#active - 1);
    else if (key === "Tab" && !shiftKey) this.#take(Math.max(0, this.#active));
    else if (key === "Enter" && !shiftKey && this.#completes) this.#take(this.#active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** Another text begins. */
  close() {
    this.#dismissed = -1;
    this.#hide();
  }

  #hide() {
    this.#token = null;
    if (this.#choices.length) this.#show([], null);
  }

  /** Enter sends what is complete already, and what nobody has chosen from. */
  get #completes() {
    const choice = this.#choices[this.#active];
    return choice && this.#token && choice.text !== this.#token.sign + this.#token.query;
  }

  #dismiss() {
    this.#dismissed = this.#token?.from ?? -1;
    this.#hide();
  }

  /** @param {number} index */
  #take(index) {
    const choice = this.#choices[index];
    const token = this.#token;
    if (!choice || !token) return;
    const { selectionStart: end, value } = this.#box;
    const gap = /^\s/.test(value.slice(end)) ? "" : " ";
    this.#hide();
    insertText(this.#box, choice.text + gap, token.from, end);
  }

  /** @param {Choice[]} choices @param {Token | null} token */
  #show(choices, token) {
    this.#choices = choices;
    this.#list.replaceChildren(...choices.map(optionOf));
    this.#list.hidden = choices.length === 0;
    // A sign alone is not yet a word: nothing is taken for it unasked.
    this.#activate(token?.query ? 0 : -1);
  }

  /** @param {number} index */
  #activate(index) {
    const { length } = this.#choices;
    this.#active = length === 0 ? -1 : index < -1 ? length - 1 : index % length;
    const options = [...this.#list.children];
    options.forEach((option, i) => option.setAttribute("aria-selected", `${i === this.#active}`));
    const active = options[this.#active];
    if (active) this.#box.setAttribute("aria-activedescendant", active.id);
    else this.#box.removeAttribute("aria-activedescendant");
  }
}

/** @param {Choice} choice @param {number} index */
function optionOf({ kind, text, label, note, uid }, index) {
  const name = uid ? nickOf({ uid, user: label }) : build("bdi", "", label);
  const words = build("span", "choice-note", note);
  const sign = kind === "emoji" ? [text] : [];
  const option = build("li", `choice choice-${kind}`, ...sign, name, words);
  option.id = `choice-${index}`;
  option.role = "option";
  return option;
}
