// @ts-check
// The columns beside the room: where there is space they stand, people or the search, which can be put
// away; where there is not, one at a time lies over the room, inert meanwhile. Focus goes back.
import { find } from "./element.js";
/** @import {Memory} from "../model/memory.js" */

/** @typedef {"rooms" | "people" | "search"} Side */

/** @type {readonly Side[]} */
const SIDES = ["rooms", "people", "search"];

export class Drawer {
  #memory;
  #house = find("#house", HTMLElement);
  #room = find("#room", HTMLElement);
  #scrim = find("#scrim", HTMLElement);
  /** @type {Record<Side, HTMLElement>} */
  #columns = {
    rooms: find("#panel", HTMLElement),
    people: find("#people", HTMLElement),
    search: find("#search", HTMLElement),
  };
  /** @type {Record<Side, HTMLElement>} */
  #openers = {
    rooms: find("#menu", HTMLElement),
    people: find("#people-toggle", HTMLElement),
    search: find("#search-toggle", HTMLElement),
  };
  /** @type {Record<Side, HTMLElement>} */
  #closers = {
    rooms: find("#panel-close", HTMLElement),
    people: find("#people-close", HTMLElement),
    search: find("#search-close", HTMLElement),
  };
  /** Where each column has its own space. @type {Record<Side, MediaQueryList>} */
  #stands = {
    rooms: matchMedia("(min-width: 760px)"),
    people: matchMedia("(min-width: 1100px)"),
    search: matchMedia("(min-width: 1100px)"),
  };
  /** @type {Side | null} */
  #open = null;
  #field = find("#search-text", HTMLInputElement);
  /** The search stands in the place of people. */
  #isSearching = false;
  #searched;

  /** @param {Memory} memory @param {() => void} searched told when the search has been opened */
  constructor(memory, searched) {
    this.#memory = memory;
    this.#searched = searched;
  }

  start() {
    for (const side of SIDES) {
      this.#openers[side].addEventListener("click", () => this.#press(side));
      this.#closers[side].addEventListener("click", () => this.#close(side));
      this.#stands[side].addEventListener("change", () => this.#show(null));
    }
    this.#scrim.addEventListener("click", () => this.close());
    // Also before the searcher, which will look for what stands there, has been fetched.
    this.#field.form?.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("keydown", (event) => {
      const { key, target } = event;
      // Also where nothing has the focus; but the door, when it is open, has an Escape of its own.
      const isHere = target === document.body || this.#house.contains(/** @type {Node} */ (target));
      const isWriting = target instanceof Element && target.matches("input, textarea");
      if (
        key === "/" && isHere && !isWriting && !event.ctrlKey && !event.metaKey && !event.altKey
      ) {
        event.preventDefault();
        return this.search();
      }
      if (key !== "Escape" || !isHere) return;
      const isInSearch = this.#columns.search.contains(/** @type {Node} */ (target));
      this.#close(this.#open ?? (isInSearch ? "search" : null));
    });
    this.#show(null);
  }

  /** What lies over the room is put away. */
  close() {
    this.#close(this.#open);
  }

  search() {
    if (this.#stands.search.matches) this.#isSearching = true;
    this.#show(this.#isSearching ? null : "search");
    // At once: what is written before the searcher has been fetched waits here. And without scrolling,
    // which would move the whole page, as the column is still sliding in.
    this.#field.focus({ preventScroll: true });
    this.#field.select();
    this.#searched();
  }

  /** @param {Side | null} side */
  #close(side) {
    if (side === "search") this.#isSearching = false;
    this.#show(null);
    if (side) this.#openers[side].focus();
  }

  /** Opens a column that has no space of its own. @param {Side} side */
  reveal(side) {
    if (!this.#stands[side].matches) this.#show(side);
  }

  /** @param {Side} side */
  #press(side) {
    if (side === "search") {
      if (this.#isSearching) this.#close(side);
      else this.search();
    } else if (this.#stands[side].matches) {
      this.#memory.hidesPeople = !this.#isSearching && !this.#memory.hidesPeople;
      this.#isSearching = false;
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
    // What stood beside the room does not lie over it when the window becomes narrower.
    this.#isSearching &&= this.#stands.search.matches;
    const people = this.#stands.people.matches && !this.#memory.hidesPeople && !this.#isSearching;
    this.#house.classList.toggle("with-search", this.#isSearching);
    this.#openers.search.ariaExpanded = String(this.#isSearching || open === "search");
    this.#house.classList.toggle("with-people", people);
    this.#openers.people.ariaExpanded = String(people || open === "people");
  }
}
