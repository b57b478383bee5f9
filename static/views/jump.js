// @ts-check
// The way to any room or person by its name: a field in the panel, with one list over the rooms.
// Unread ones come first; a name that is nobody's opens a room.
import { showBadge } from "./badge.js";
import { find, setIcon, stamp } from "./element.js";
import { Keyed } from "./keyed.js";
import { roomIn } from "./place.js";

/** @typedef {{key: string, title: string, icon: string, unread: number, calls: number}} Goal */
/** @typedef {Goal & {isActive: boolean}} GoalRow */
/**
 * `goals` are all there are, in their order.
 * @typedef {object} Ways
 * @property {() => Goal[]} goals
 * @property {(key: string) => void} go
 * @property {() => void} reveal
 */

const MAX_SHOWN = 50;
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const stampRow = stamp("#jump-row");

export class Jump {
  #ways;
  #panel = find("#panel", HTMLElement);
  #field = find("#jump", HTMLInputElement);
  #list = find("#jump-list", HTMLElement);
  #rows = new Keyed(this.#list, (/** @type {GoalRow} */ row) => this.#row(row));
  /** @type {Goal[]} */
  #found = [];
  #active = 0;
  /** Rows made so far, for their ids. */
  #made = 0;
  /** Where the focus goes back to. @type {EventTarget | null} */
  #before = null;

  /** @param {Ways} ways */
  constructor(ways) {
    this.#ways = ways;
  }

  start() {
    find("#jump-key", HTMLElement).textContent = IS_MAC ? "⌘ K" : "Ctrl K";
    this.#field.addEventListener("focus", ({ relatedTarget }) => this.#open(relatedTarget));
    this.#field.addEventListener("blur", () => this.#close());
    this.#field.addEventListener("input", () => this.#find());
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    // The field keeps the focus, so that the list stays until it is left.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
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
    this.#ways.reveal();
    this.#field.focus();
  }

  /** @param {EventTarget | null} before */
  #open(before) {
    this.#before = before;
    this.#list.hidden = false;
    this.#panel.classList.add("jumping");
    this.#field.ariaExpanded = "true";
    this.#find();
  }

  #close() {
    this.#list.hidden = true;
    this.#panel.classList.remove("jumping");
    this.#field.ariaExpanded = "false";
    this.#field.value = "";
    this.#field.removeAttribute("aria-activedescendant");
    this.#before = null;
  }

  #find() {
    const words = this.#field.value.trim().replace(/^[#@]/, "").toLowerCase();
    const goals = this.#ways.goals();
    const named = goals.filter(({ title }) => title.toLowerCase().includes(words));
    const rank = (/** @type {Goal} */ { title, unread, calls }) =>
      (words && title.toLowerCase().startsWith(words) ? 4 : 0) + (calls ? 2 : 0) + (unread ? 1 : 0);
    const found = named.toSorted((a, b) => rank(b) - rank(a)).slice(0, MAX_SHOWN);
    const room = words ? roomIn(this.#field.value) : null;
    if (room && !goals.some(({ key }) => key === room)) {
      found.push({ key: room, title: `Open #${room}`, icon: "plus", unread: 0, calls: 0 });
    }
    this.#found = found;
    this.#move(0);
  }

  /** @param {number} active */
  #move(active) {
    this.#active = active;
    this.#rows.show(this.#found.map((goal, index) => ({ ...goal, isActive: index === active })));
    const row = this.#list.children[active];
    this.#field.setAttribute("aria-activedescendant", row?.id ?? "");
    row?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const count = this.#found.length;
    if (event.key === "ArrowDown" && count > 0) this.#move((this.#active + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) this.#move((this.#active + count - 1) % count);
    else if (event.key === "Enter") this.#go(this.#found[this.#active]?.key);
    else if (event.key === "Escape") this.#leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string | undefined} key */
  #go(key) {
    if (key === undefined) return;
    this.#field.blur();
    this.#ways.go(key);
  }

  #leave() {
    const before = this.#before;
    if (before instanceof HTMLElement) before.focus();
    this.#field.blur();
  }

  /** @param {GoalRow} goal */
  #row({ key }) {
    const element = stampRow();
    element.id = `jump-${++this.#made}`;
    element.addEventListener("click", () => this.#go(key));
    return {
      element,
      /** @param {GoalRow} row */
      update({ title, icon, unread, calls, isActive }) {
        find("bdi", HTMLElement, element).textContent = title;
        setIcon(find("svg", SVGSVGElement, element), icon);
        element.classList.toggle("unread", unread > 0);
        element.ariaSelected = String(isActive);
        showBadge(find(".badge", HTMLElement, element), { unread, calls });
      },
    };
  }
}
