// @ts-check
// The row of something said: who, when, what, and what became of it.
import { actionIn } from "../model/slash.js";
import { find, showTime, stamp } from "./element.js";
import { nickOf, showNick } from "./nick.js";
import { speechOf } from "./speech.js";
import { failureOf } from "./wording.js";
/** @import {Said} from "../model/timeline.js" */
/** @import {SaidRow} from "../model/rows.js" */
/** @import {Cure} from "./wording.js" */

/**
 * What can be done about a message that failed, and the size that the server allows.
 * @typedef {object} Cures
 * @property {(cure: Cure | "delete", said: Said) => void} apply
 * @property {() => number} maxBytes
 */

/** @type {Record<Cure | "delete", string>} */
const LABELS = { retry: "Try again", edit: "Edit", rejoin: "Join again", delete: "Delete" };

const stampRow = stamp("#speech-row");
const stampFailure = stamp("#failure");

/** One message in the log. */
export class SaidView {
  element = stampRow();
  #cures;
  #name = find(".name bdi", HTMLElement, this.element);
  #button = find(".name button", HTMLButtonElement, this.element);
  #time = find("time", HTMLTimeElement, this.element);
  #speech = find(".speech", HTMLElement, this.element);
  #shown = "";
  /** @type {string | undefined} */
  #text;

  /** @param {Cures} cures */
  constructor(cures) {
    this.#cures = cures;
  }

  /** @param {SaidRow} row */
  update({ key, line, follows }) {
    const { classList, dataset } = this.element;
    classList.toggle("follow", follows);
    const text = line.deleted ? "This message was deleted." : line.text;
    const action = actionIn(text);
    classList.toggle("action", action !== null);
    if (text !== this.#text) {
      const actor = action === null ? [] : [nickOf(line), " "];
      this.#speech.replaceChildren(...actor, ...speechOf(action ?? text));
    }
    this.#text = text;
    const shown = [line.uid, line.user, line.ts, line.status, line.refusal?.code].join(" ");
    if (shown === this.#shown) return;
    if (!this.#shown) dataset.key = key;
    this.#shown = shown;
    showNick(this.#name, line);
    this.#button.dataset.uid = line.uid;
    this.#name.title = line.user;
    showTime(this.#time, line.ts);
    classList.toggle("waiting", line.status === "waiting");
    classList.toggle("failed", line.status === "failed");
    this.element.querySelector(".failure")?.remove();
    if (line.status === "failed") this.#speech.after(this.#failure(line));
  }

  /** @param {Said} said */
  #failure(said) {
    const { sentence, cure } = failureOf(said.refusal, this.#cures.maxBytes());
    const element = stampFailure();
    find("span", HTMLElement, element).textContent = sentence;
    for (const each of [cure, /** @type {const} */ ("delete")]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.textContent = LABELS[each];
      button.addEventListener("click", () => this.#cures.apply(each, said));
      element.append(button);
    }
    return element;
  }
}
