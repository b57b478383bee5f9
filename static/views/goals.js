// @ts-check
// The list of rooms and people that one may go to, over the rooms: follows what stands in the field,
// which keeps the focus. Unread ones come first; a name that is nobody's opens a room.
import { build, buildSmallIcon } from "./build.js";
import { find, setIcon } from "./element.js";
import { Keyed } from "./keyed.js";
import { roomIn } from "./place.js";
import { showBadge } from "./rooms.js";
/** @import {Goal, Ways} from "./jump.js" */

/** @typedef {Goal & {isActive: boolean}} GoalRow */

const MAX_SHOWN = 50;

export class Goals {
  #ways;
  #panel = find("#panel", HTMLElement);
  #field;
  #list = build("ul", "rooms jump-list");
  #rows = new Keyed(this.#list, (/** @type {GoalRow} */ row) => this.#row(row));
  /** @type {Goal[]} */
  #found = [];
  #active = 0;
  /** Rows made so far, for their ids. */
  #made = 0;
  /** Where the focus goes back to. @type {EventTarget | null} */
  #before = null;

  /** @param {Ways} ways @param {HTMLInputElement} field */
  constructor(ways, field) {
    this.#ways = ways;
    this.#field = field;
    const list = this.#list;
    const label = "Rooms and people";
    Object.assign(list, { id: "jump-list", role: "listbox", ariaLabel: label, hidden: true });
    // One that scrolls would be a tab stop of its own, and gone as soon as it has the focus.
    list.tabIndex = -1;
    // The field keeps the focus, so that the list stays until it is left.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    field.parentElement?.after(list);
  }

  /** @param {EventTarget | null} before */
  open(before) {
    this.#before = before;
    this.#list.hidden = false;
    this.#panel.classList.add("jumping");
    this.#field.ariaExpanded = "true";
    this.find();
  }

  close() {
    this.#list.hidden = true;
    this.#panel.classList.remove("jumping");
    this.#field.ariaExpanded = "false";
    this.#field.value = "";
    this.#field.removeAttribute("aria-activedescendant");
    this.#before = null;
  }

  find() {
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
  key(event) {
    const count = this.#found.length;
    if (event.key === "ArrowDown" && count > 0) this.#move((this.#active + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) this.#move((this.#active + count - 1) % count);
    else if (event.key === "Enter") this.#go(this.#found[this.#active]?.key);
    else if (event.key === "Escape") this.#leave();
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
    const badge = build("span", "badge", build("span"), build("span", "unseen"));
    const element = build("li", "room-row", buildSmallIcon("hash"), build("bdi"), badge);
    element.role = "option";
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
