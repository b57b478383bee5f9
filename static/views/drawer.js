// @ts-check
// The side columns where the page is too narrow for them: one at a time over the room, which is
// inert meanwhile. Focus comes back to what opened it.
import { find } from "./element.js";

/** @typedef {"rooms" | "people"} Side */

export class Drawer {
  #house = find("#house", HTMLElement);
  #scrim = find("#scrim", HTMLElement);
  /** @type {Record<Side, HTMLElement>} */
  #sides = { rooms: find("#panel", HTMLElement), people: find("#people", HTMLElement) };
  /** @type {Record<Side, HTMLElement>} */
  #closers = {
    rooms: find("#panel-close", HTMLElement),
    people: find("#people-close", HTMLElement),
  };
  #room = find("#room", HTMLElement);
  #toggle = find("#people-toggle", HTMLElement);
  /** @type {Record<Side, MediaQueryList>} */
  #stays = {
    rooms: matchMedia("(min-width: 760px)"),
    people: matchMedia("(min-width: 1100px)"),
  };
  /** @type {Side | null} */
  #open = null;
  /** @type {Element | null} */
  #opener = null;

  start() {
    this.#scrim.addEventListener("click", () => this.close());
    this.#house.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#open) this.close();
    });
    for (const side of /** @type {const} */ (["rooms", "people"])) {
      this.#closers[side].addEventListener("click", () => this.close());
      this.#stays[side].addEventListener("change", () => this.close());
    }
    find("#menu", HTMLElement).addEventListener("click", () => this.open("rooms"));
  }

  /** Whether that side stands beside the room all the time. @param {Side} side */
  stays(side) {
    return this.#stays[side].matches;
  }

  /** @param {Side} side */
  open(side) {
    this.#opener = document.activeElement;
    this.#show(side);
    this.#closers[side].focus();
  }

  close() {
    if (!this.#open) return;
    this.#show(null);
    if (this.#opener instanceof HTMLElement) this.#opener.focus();
  }

  /** @param {Side | null} open */
  #show(open) {
    this.#open = open;
    if (open) this.#house.dataset.open = open;
    else delete this.#house.dataset.open;
    this.#scrim.hidden = !open;
    this.#room.inert = open !== null;
    for (const side of /** @type {const} */ (["rooms", "people"])) {
      this.#sides[side].inert = open !== null && open !== side;
    }
    if (!this.stays("people")) this.#toggle.ariaExpanded = String(open === "people");
  }
}
