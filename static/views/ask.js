// @ts-check
// The question for how long, before somebody is muted, removed or banned. What comes of it is told
// here when it is a no.
import { find } from "./element.js";
import { sentence } from "./wording.js";

/** @typedef {{label: string, value: string}} Choice */
/**
 * `act` gets the chosen time and place, and rejects where that may not be.
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} action
 * @property {boolean} [isGrave]
 * @property {Choice[]} times
 * @property {Choice[]} [places]
 * @property {(time: string, place: string) => Promise<unknown>} act
 */

export class Ask {
  #dialog = find("#ask", HTMLDialogElement);
  #form = find("#ask-form", HTMLFormElement);
  #title = find("#ask-title", HTMLElement);
  #text = find("#ask-text", HTMLElement);
  #times = find("#ask-times", HTMLElement);
  #places = find("#ask-places", HTMLElement);
  #wrong = find("#ask-wrong", HTMLElement);
  #action = find("#ask-do", HTMLButtonElement);
  /** @type {Question["act"]} */
  #act = () => Promise.resolve();

  start() {
    find("#ask-cancel", HTMLElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("keydown", (event) => event.stopPropagation());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#do();
    });
  }

  /** @param {Question} question */
  open({ title, text, action, isGrave = true, times, places = [], act }) {
    this.#title.textContent = title;
    this.#text.textContent = text;
    this.#action.textContent = action;
    this.#action.classList.toggle("grave", isGrave);
    this.#action.classList.toggle("primary", !isGrave);
    this.#wrong.textContent = "";
    this.#act = act;
    putChoices(this.#times, "time", times);
    putChoices(this.#places, "place", places);
    this.#places.hidden = places.length === 0;
    this.#dialog.showModal();
  }

  async #do() {
    const chosen = new FormData(this.#form);
    this.#action.disabled = true;
    try {
      await this.#act(`${chosen.get("time")}`, `${chosen.get("place")}`);
      this.#dialog.close();
    } catch (error) {
      this.#wrong.textContent = sentence(/** @type {Error} */ (error).message);
    }
    this.#action.disabled = false;
  }
}

/** @param {HTMLElement} field @param {string} name @param {Choice[]} choices the first is chosen */
function putChoices(field, name, choices) {
  const labels = choices.map(({ label: words, value }, index) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name, value, checked: index === 0 });
    label.append(input, words);
    return label;
  });
  for (const old of field.querySelectorAll("label")) old.remove();
  field.append(...labels);
}
