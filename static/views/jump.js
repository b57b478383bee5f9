// @ts-check
// The way to any room or person by its name: a field in the panel, and a key that leads there.
import { find } from "./element.js";
import { Later } from "./later.js";
/** @import {Goals} from "./goals.js" */

/** @typedef {{key: string, title: string, icon: string, unread: number, calls: number}} Goal */
/**
 * `goals` are all there are, in their order.
 * @typedef {object} Ways
 * @property {() => Goal[]} goals
 * @property {(key: string) => void} go
 * @property {() => void} reveal
 */

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** What the list takes. */
const KEYS = ["ArrowDown", "ArrowUp", "Enter", "Escape"];

export class Jump {
  #reveal;
  #field = find("#jump", HTMLInputElement);
  /** @type {Later<Goals>} */
  #goals;

  /** @param {Ways} ways */
  constructor(ways) {
    this.#reveal = ways.reveal;
    this.#goals = new Later(async () => {
      const { Goals } = await import("./goals.js");
      return new Goals(ways, this.#field);
    }, "/css/jump.css");
  }

  start() {
    const goals = this.#goals;
    find("#jump-key", HTMLElement).textContent = IS_MAC ? "⌘ K" : "Ctrl K";
    this.#field.addEventListener("focus", ({ relatedTarget }) => {
      goals.do((goals) => goals.open(relatedTarget));
    });
    this.#field.addEventListener("blur", () => goals.do((goals) => goals.close()));
    this.#field.addEventListener("input", () => goals.do((goals) => goals.find()));
    this.#field.addEventListener("keydown", (event) => {
      if (KEYS.includes(event.key) && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        goals.do((goals) => goals.key(event));
      }
    });
    addEventListener("keydown", (event) => {
      const isWanted = event.key.toLowerCase() === "k" && (IS_MAC ? event.metaKey : event.ctrlKey);
      if (
        !isWanted || event.altKey || event.shiftKey ||
        document.querySelector("dialog[open], #house[inert]")
      ) {
        return;
      }
      event.preventDefault();
      this.open();
    });
  }

  /** Brings the field up, and the list with it. */
  open() {
    if (document.activeElement === this.#field) return this.#field.select();
    this.#reveal();
    this.#field.focus();
  }
}
