// @ts-check
// The ways to a message: what stands beside the one under the pointer or with the focus, the right
// click, the long press, and the keys.
import { build, buildIconButton } from "./build.js";
import { find } from "./element.js";
import "./icons.js";
import { quickOf } from "./offers.js";
import { lineOf } from "./said.js";
/** @import {Said} from "../model/said.js" */
/** @import {Deed, Offer} from "./offers.js" */

/**
 * @typedef {object} Doing
 * @property {(said: Said) => Offer[]} offers
 * @property {(deed: Deed, said: Said, opener: HTMLElement) => void} act
 * @property {(said: Said, row: HTMLElement, at: {x: number, y: number}) => void} menu
 * @property {() => void} leave the log, for the composer
 */

const LONG_PRESS_MS = 450;
/** A finger that moves farther scrolls. */
const STILL_PX = 10;
/** So much of it lies on the message's row; the rest covers the gap above. */
const OVERLAP_PX = 6;
/** @type {Record<string, string>} */
const KEYS = { DELETE: "DEL", BACKSPACE: "DEL" };

export class Actions {
  #doing;
  #log = find("#log", HTMLElement);
  #bar = build("div", "actions");
  /** The row that it stands beside. @type {HTMLElement | null} */
  #row = null;
  #offered = "";
  #pressTimer = 0;
  #pressedAt = { x: 0, y: 0 };

  /** @param {Doing} doing */
  constructor(doing) {
    this.#doing = doing;
    const bar = this.#bar;
    bar.role = "toolbar";
    bar.ariaLabel = "Message";
    // It is in the log, which reads aloud what comes.
    bar.ariaLive = "off";
    bar.hidden = true;
    // The focus stays where it is, and so does the bar.
    bar.addEventListener("mousedown", (event) => event.preventDefault());
    this.#log.append(bar);
  }

  /** What happens in the log. @param {Event} event */
  hear(event) {
    const { type, target } = event;
    if (event instanceof KeyboardEvent) this.#key(event);
    else if (type === "contextmenu") this.#contextMenu(/** @type {MouseEvent} */ (event));
    else if (event instanceof PointerEvent) this.#point(event);
    else if (type === "focusin") {
      if (target instanceof Element && target.matches(".speech-row:focus-visible")) {
        this.#show(rowOf(target));
      }
    } else if (type === "focusout") this.#show(null);
    else clearTimeout(this.#pressTimer);
  }

  /** The rows have changed. */
  follow() {
    if (!this.#row) return;
    const said = this.#row.isConnected ? lineOf(this.#row) : undefined;
    if (!said || this.#doing.offers(said).length === 0) this.#show(null);
    else this.#place(this.#row);
  }

  get #hasFocus() {
    return this.#row !== null && this.#row === document.activeElement;
  }

  /** @param {HTMLElement | null} row */
  #show(row) {
    const said = row && lineOf(row);
    const offers = said ? this.#doing.offers(said) : [];
    const isEdited = row?.querySelector(".editor") != null;
    if (row === this.#row && offers.length > 0 && !isEdited) return;
    this.#row = offers.length > 0 && !isEdited ? row : null;
    this.#bar.hidden = this.#row === null;
    if (!this.#row) return;
    this.#offer(quickOf(offers));
    this.#place(this.#row);
  }

  /** While one scrolls, each row that comes under the pointer offers mostly the same. @param {Offer[]} offers */
  #offer(offers) {
    const offered = offers.map(({ deed }) => deed).join();
    if (offered === this.#offered) return;
    this.#offered = offered;
    /** @param {string} icon @param {string} label @param {(said: Said, row: HTMLElement, button: HTMLElement) => void} press */
    const buttonOf = (icon, label, press) => {
      const button = buildIconButton(icon, label, () => {
        const said = this.#row && lineOf(this.#row);
        if (this.#row && said) press(said, this.#row, button);
      });
      // The keys do the same where the focus is.
      button.tabIndex = -1;
      return button;
    };
    const buttons = offers.map(({ deed, icon, label, key }) => {
      const button = buttonOf(icon, label, (said, _, opener) => {
        this.#doing.act(deed, said, opener);
      });
      button.title = `${label}, ${key}`;
      return button;
    });
    const more = buttonOf("more", "More", (said, row, opener) => {
      const { left, bottom } = opener.getBoundingClientRect();
      this.#doing.menu(said, row, { x: left, y: bottom });
    });
    more.ariaHasPopup = "dialog";
    this.#bar.replaceChildren(...buttons, more);
  }

  /** On the upper edge of its row, or on the lower one where there is no room above. @param {HTMLElement} row */
  #place(row) {
    const { offsetHeight } = this.#bar;
    const above = row.offsetTop + OVERLAP_PX - offsetHeight;
    const isRoom = above >= this.#log.scrollTop;
    const top = isRoom ? above : row.offsetTop + row.offsetHeight - OVERLAP_PX;
    this.#bar.style.setProperty("--top", `${top}px`);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    // Where the focus is now: keys that waited for this have moved it.
    const target = document.activeElement;
    if (ctrlKey || metaKey || altKey || !(target instanceof HTMLElement)) return;
    const row = target.matches(".speech-row") ? target : null;
    if (!row && target !== this.#log) return;
    const next = key === "ArrowUp" || key === "ArrowDown" ? this.#next(row, key) : null;
    const said = row && lineOf(row);
    if (next) next.focus();
    else if (key === "Escape") this.#doing.leave();
    else if (row && said && key === "Enter") {
      const { left, bottom } = row.getBoundingClientRect();
      this.#doing.menu(said, row, { x: left, y: bottom });
    } else if (row && said) {
      const name = KEYS[key.toUpperCase()] ?? key.toUpperCase();
      const offer = this.#doing.offers(said).find(({ key }) => key.toUpperCase() === name);
      if (!offer) return;
      this.#doing.act(offer.deed, said, row);
    } else return;
    event.preventDefault();
  }

  /** The message before or after; from the log itself the last or first in view. @param {HTMLElement | null} row @param {string} key */
  #next(row, key) {
    const rows = [...this.#log.querySelectorAll(".speech-row")].filter((row) =>
      row instanceof HTMLElement
    );
    const step = key === "ArrowUp" ? -1 : 1;
    if (row) return rows[rows.indexOf(row) + step];
    const { scrollTop, clientHeight } = this.#log;
    const isInView = (/** @type {HTMLElement} */ { offsetTop, offsetHeight }) =>
      offsetTop + offsetHeight > scrollTop && offsetTop < scrollTop + clientHeight;
    return step < 0 ? rows.findLast(isInView) : rows.find(isInView);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const { type, pointerType, target, x, y } = event;
    const isOnBar = this.#bar.contains(/** @type {Node} */ (target));
    const { x: fromX, y: fromY } = this.#pressedAt;
    if (type === "pointerdown") this.#press(event);
    else if (type === "pointerover") {
      if (pointerType === "mouse" && !isOnBar && !this.#hasFocus) this.#show(rowOf(target));
    } else if (type === "pointerleave") {
      if (!this.#hasFocus) this.#show(null);
    } else if (type !== "pointermove" || Math.hypot(x - fromX, y - fromY) > STILL_PX) {
      clearTimeout(this.#pressTimer);
    }
  }

  /** @param {MouseEvent} event */
  #contextMenu(event) {
    const { target, clientX, clientY } = event;
    const row = rowOf(target);
    const said = row && lineOf(row);
    // Of a link, of marked words and of a field the browser knows more to do.
    const isBrowsers = target instanceof Element && target.closest("a, textarea") !== null ||
      getSelection()?.isCollapsed === false;
    if (!said || isBrowsers || this.#doing.offers(said).length === 0) return;
    event.preventDefault();
    const { left, bottom } = row.getBoundingClientRect();
    const at = clientX || clientY ? { x: clientX, y: clientY } : { x: left, y: bottom };
    clearTimeout(this.#pressTimer);
    this.#doing.menu(said, row, at);
  }

  /** @param {PointerEvent} event */
  #press({ pointerType, target, x, y }) {
    const row = rowOf(target);
    const said = row && lineOf(row);
    clearTimeout(this.#pressTimer);
    if (pointerType !== "touch" || !said || this.#doing.offers(said).length === 0) return;
    this.#pressedAt = { x, y };
    this.#pressTimer = setTimeout(() => this.#doing.menu(said, row, { x, y }), LONG_PRESS_MS);
  }
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
function rowOf(target) {
  const row = target instanceof Element ? target.closest(".speech-row") : null;
  return row instanceof HTMLElement ? row : null;
}
