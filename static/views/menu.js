// @ts-check
// A menu beside what was pressed, or from below on a phone: who it is about, and what can be done.
// Esc, Tab and a press elsewhere close it, and the focus goes back.
import { find, setIcon, stamp } from "./element.js";
import { showNick } from "./nick.js";
import { rove } from "./rove.js";

/** @typedef {{icon: string, label: string, isGrave?: boolean, act: () => void}} Item */
/** @typedef {{who: {uid: string, user: string}, note: string, groups: Item[][]}} Content */

const GAP_PX = 4;
const stampItem = stamp("#menu-item");

export class Menu {
  #menu = find("#menu-box", HTMLElement);
  #title = find("#menu-title", HTMLElement);
  #note = find("#menu-note", HTMLElement);
  #list = find("#menu-list", HTMLElement);
  /** What was pressed. @type {HTMLElement | null} */
  #opener = null;

  start() {
    rove(this.#list);
    this.#menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "Tab") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.#menu.contains(/** @type {Node} */ (target))) this.close();
    });
    // A keyboard that goes away makes the window another size too.
    addEventListener("resize", () => this.#opener && this.#place(this.#opener));
  }

  /** @param {HTMLElement} opener @param {Content} content */
  open(opener, { who, note, groups }) {
    this.#opener?.removeAttribute("aria-expanded");
    this.#opener = opener;
    showNick(this.#title, who);
    this.#note.textContent = note;
    this.#list.replaceChildren(
      ...groups.filter(({ length }) => length > 0).map((items) => {
        const group = document.createElement("div");
        group.setAttribute("role", "group");
        group.append(...items.map((item) => this.#item(item)));
        return group;
      }),
    );
    this.#menu.hidden = false;
    opener.ariaExpanded = "true";
    this.#place(opener);
    find("button", HTMLButtonElement, this.#list).focus();
  }

  close() {
    if (!this.#opener) return;
    const opener = this.#opener;
    this.#opener = null;
    opener.ariaExpanded = "false";
    const hadFocus = this.#menu.contains(document.activeElement);
    this.#menu.hidden = true;
    if (hadFocus) opener.focus({ preventScroll: true });
  }

  /** @param {Item} item */
  #item({ icon, label, isGrave = false, act }) {
    const button = stampItem();
    setIcon(find("svg", SVGSVGElement, button), icon);
    find("span", HTMLElement, button).textContent = label;
    button.classList.toggle("grave", isGrave);
    button.addEventListener("click", () => {
      this.close();
      act();
    });
    return button;
  }

  /** Below what was pressed, else above it, and never out of the window. @param {HTMLElement} opener */
  #place(opener) {
    const at = opener.getBoundingClientRect();
    const { width, height } = this.#menu.getBoundingClientRect();
    const below = at.bottom + GAP_PX;
    const y = below + height <= innerHeight ? below : at.top - GAP_PX - height;
    const x = Math.min(at.left, innerWidth - width - 2 * GAP_PX);
    this.#menu.style.setProperty("--x", `${Math.max(GAP_PX, x)}px`);
    this.#menu.style.setProperty("--y", `${Math.max(GAP_PX, y)}px`);
  }
}
