// @ts-check
// The columns beside the room: where there is space they stand, and people can be put away; where
// there is not, one at a time lies over the room, which is inert meanwhile. Focus goes back.
import { find } from "./element.js";
/** @import {Memory} from "../model/memory.js" */

/** @typedef {"rooms" | "people"} Side */

/** @type {readonly Side[]} */
const SIDES = ["rooms", "people"];

export class Drawer {
  #memory;
  #house = find("#house", HTMLElement);
  #room = find("#room", HTMLElement);
  #scrim = find("#scrim", HTMLElement);
  /** @type {Record<Side, HTMLElement>} */
  #columns = { rooms: find("#panel", HTMLElement), people: find("#people", HTMLElement) };
  /** @type {Record<Side, HTMLElement>} */
  #openers = { rooms: find("#menu", HTMLElement), people: find("#people-toggle", HTMLElement) };
  /** @type {Record<Side, HTMLElement>} */
  #closers = {
    rooms: find("#panel-close", HTMLElement),
    people: find("#people-close", HTMLElement),
  };
  /** Where each column has its own space. @type {Record<Side, MediaQueryList>} */
  #stands = { rooms: matchMedia("(min-width: 760px)"), people: matchMedia("(min-width: 1100px)") };
  /** @type {Side | null} */
  #open = null;

  /** @param {Memory} memory */
  constructor(memory) {
    this.#memory = memory;
  }

  start() {
    for (const side of SIDES) {
      this.#openers[side].addEventListener("click", () => this.#press(side));
      this.#closers[side].addEventListener("click", () => this.close());
      this.#stands[side].addEventListener("change", () => this.#show(null));
    }
    this.#scrim.addEventListener("click", () => this.close());
    addEventListener("keydown", ({ key, target }) => {
      // Also where nothing has the focus; but the door, when it is open, has an Escape of its own.
      const isHere = target === document.body || this.#house.contains(/** @type {Node} */ (target));
      if (key === "Escape" && isHere) this.close();
    });
    this.#show(null);
  }

  close() {
    const side = this.#open;
    this.#show(null);
    if (side) this.#openers[side].focus();
  }

  /** Opens a column that has no space of its own. @param {Side} side */
  reveal(side) {
    if (!this.#stands[side].matches) this.#show(side);
  }

  /** @param {Side} side */
  #press(side) {
    if (this.#stands[side].matches) {
      this.#memory.hidesPeople = !this.#memory.hidesPeople;
      this.#show(null);
    } else {
      this.#show(side);
      this.#closers[side].focus();
    }
  }

  /** @param {Side | null} open */
  #show(open) {
    this.#open = open;
    if (open) this.#house.dataset.open = open;
    else delete this.#house.dataset.open;
    this.#scrim.hidden = !open;
    this.#room.inert = open !== null;
    for (const side of SIDES) this.#columns[side].inert = open !== null && open !== side;
    const people = this.#stands.people.matches && !this.#memory.hidesPeople;
    this.#house.classList.toggle("with-people", people);
    this.#openers.people.ariaExpanded = String(people || open === "people");
  }
}
