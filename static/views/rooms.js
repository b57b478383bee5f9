// @ts-check
// The rooms and direct conversations in the panel, each with what waits there, a draft or a muted
// bell, and the field that opens another.
import { build } from "./build.js";
import { find, setIcon, stamp } from "./element.js";
import { Keyed } from "./keyed.js";
import { linkTo, roomIn } from "./place.js";

/**
 * `calls`: how many of the unread are for the reader.
 * @typedef {{key: string, title: string, icon: "hash" | "lock" | "bubble", isCurrent: boolean,
 *   unread: number, calls: number, isQuiet: boolean, hasDraft: boolean}} RoomRow
 */

/** More are not counted in a badge. */
const MAX_SHOWN = 99;
const stampRow = stamp("#room-row");

export class RoomList {
  #enter;
  #rooms = new Keyed(find("#rooms", HTMLElement), (/** @type {RoomRow} */ row) => this.#row(row));
  #directs = new Keyed(
    find("#directs", HTMLElement),
    (/** @type {RoomRow} */ row) => this.#row(row),
  );
  #add = find("#add", HTMLButtonElement);
  #form = find("#add-form", HTMLFormElement);
  #field = find("#add-room", HTMLInputElement);
  #help = build("p", "add-help", "Letters and digits, and after the first also . _ and -");
  #menuBadge = find("#menu-badge", HTMLElement);

  /** @param {(room: string) => void} enter */
  constructor(enter) {
    this.#enter = enter;
  }

  start() {
    this.#help.id = "add-help";
    this.#help.role = "alert";
    this.#field.setAttribute("aria-describedby", this.#help.id);
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
      this.#judge(room !== null);
      if (!room) return;
      this.#showForm(false);
      this.#enter(room);
    });
  }

  /** @param {RoomRow[]} rows */
  show(rows) {
    this.#rooms.show(rows.filter(({ icon }) => icon !== "bubble"));
    this.#directs.show(rows.filter(({ icon }) => icon === "bubble"));
    const heard = rows.filter(({ isQuiet, calls }) => !isQuiet || calls > 0);
    const calls = heard.reduce((sum, row) => sum + row.calls, 0);
    const unread = heard.reduce((sum, row) => sum + row.unread, 0);
    showBadge(this.#menuBadge, { unread, calls });
  }

  /** @param {boolean} isOpen */
  #showForm(isOpen) {
    this.#form.hidden = !isOpen;
    this.#add.ariaExpanded = String(isOpen);
    this.#field.value = "";
    this.#judge(true);
    if (isOpen) this.#field.focus();
  }

  /** @param {boolean} isName whether it can be the name of a room */
  #judge(isName) {
    this.#field.ariaInvalid = String(!isName);
    if (isName) return this.#help.remove();
    this.#form.after(this.#help);
  }

  /** @param {RoomRow} row */
  #row({ key: room }) {
    const element = stampRow();
    const link = find("a", HTMLAnchorElement, element);
    const icon = find("svg", SVGSVGElement, element);
    const name = find("bdi", HTMLElement, element);
    const badge = find(".badge", HTMLElement, element);
    const bell = find(".quiet", SVGElement, element);
    const draft = find(".draft", SVGElement, element);
    link.href = linkTo(room);
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#enter(room);
    });
    return {
      element,
      /** @param {RoomRow} row */
      update(row) {
        const isHeard = row.unread > 0 && (!row.isQuiet || row.calls > 0);
        if (name.textContent !== row.title) name.textContent = row.title;
        setIcon(icon, row.icon);
        link.ariaCurrent = row.isCurrent ? "page" : null;
        link.classList.toggle("unread", isHeard);
        bell.toggleAttribute("hidden", !row.isQuiet);
        draft.toggleAttribute("hidden", !row.hasDraft || row.isCurrent);
        showBadge(badge, {
          unread: isHeard ? row.unread : 0,
          calls: row.calls,
          word: row.calls > 0 && row.icon !== "bubble" ? "mentions" : "unread",
        });
      },
    };
  }
}

/**
 * Shows how many are unread; `calls`, how many of these are for the reader, come before.
 * @param {HTMLElement} badge
 * @param {{unread: number, calls: number, word?: "unread" | "mentions"}} count
 */
export function showBadge(badge, { unread, calls, word = "unread" }) {
  const count = calls || unread;
  badge.hidden = count === 0;
  badge.classList.toggle("call", calls > 0);
  find("span", HTMLElement, badge).textContent = count > MAX_SHOWN
    ? `${MAX_SHOWN}+`
    : String(count);
  find(".unseen", HTMLElement, badge).textContent = word;
}
