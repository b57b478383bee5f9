// @ts-check
// The rooms in the panel, each with its unread count or draft, and the field that opens another.
import { find, stamp } from "./element.js";
import { Keyed } from "./keyed.js";
import { linkTo, roomIn } from "./place.js";

/** @typedef {{key: string, isCurrent: boolean, unread: number, hasDraft: boolean}} RoomRow */

const MAX_SHOWN = 99;
const stampRow = stamp("#room-row");

export class RoomList {
  #enter;
  #rows = new Keyed(find("#rooms", HTMLElement), (/** @type {RoomRow} */ row) => this.#row(row));
  #add = find("#add", HTMLButtonElement);
  #form = find("#add-form", HTMLFormElement);
  #field = find("#add-room", HTMLInputElement);
  #menuBadge = find("#menu-badge", HTMLElement);

  /** @param {(room: string) => void} enter */
  constructor(enter) {
    this.#enter = enter;
  }

  start() {
    this.#add.addEventListener("click", () => this.#showForm(this.#form.hidden === true));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#showForm(false);
      this.#add.focus();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const room = roomIn(this.#field.value);
      this.#field.ariaInvalid = String(!room);
      if (!room) return;
      this.#showForm(false);
      this.#enter(room);
    });
  }

  /** @param {RoomRow[]} rows */
  show(rows) {
    this.#rows.show(rows);
    const elsewhere = rows.reduce((sum, { unread }) => sum + unread, 0);
    showCount(this.#menuBadge, elsewhere);
  }

  /** @param {boolean} isOpen */
  #showForm(isOpen) {
    this.#form.hidden = !isOpen;
    this.#add.ariaExpanded = String(isOpen);
    this.#field.value = "";
    this.#field.ariaInvalid = "false";
    if (isOpen) this.#field.focus();
  }

  /** @param {RoomRow} row */
  #row({ key: room }) {
    const element = stampRow();
    const link = find("a", HTMLAnchorElement, element);
    const badge = find(".badge", HTMLElement, element);
    const draft = find(".draft", SVGElement, element);
    find("bdi", HTMLElement, element).textContent = room;
    link.href = linkTo(room);
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#enter(room);
    });
    return {
      element,
      /** @param {RoomRow} row */
      update({ isCurrent, unread, hasDraft }) {
        link.ariaCurrent = isCurrent ? "page" : null;
        link.classList.toggle("unread", unread > 0);
        draft.toggleAttribute("hidden", !hasDraft || isCurrent);
        showCount(badge, unread);
      },
    };
  }
}

/** @param {HTMLElement} badge @param {number} count */
function showCount(badge, count) {
  badge.hidden = count === 0;
  find("span", HTMLElement, badge).textContent = count > MAX_SHOWN
    ? `${MAX_SHOWN}+`
    : String(count);
}
