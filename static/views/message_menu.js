// @ts-check
// All that can be done with one message: a menu where it was asked for, a sheet from below where it
// is narrow. The choice of a reaction stands in the same place.
import { build, buildButton, buildIcon } from "./build.js";
import { EMOJI, nameOf, QUICK } from "./emoji_grid.js";
import { showNick } from "./nick.js";
import { rove } from "./rove.js";
import { shownOf } from "../model/said.js";
/** @import {Said} from "../model/said.js" */
/** @import {Deed, Offer} from "./offers.js" */

/** Where it was asked for. @typedef {{x: number, y: number}} Spot */

const EDGE_PX = 8;
const COLUMNS = 8;

/**
 * @param {Said} said
 * @param {Offer[]} offers
 * @param {Spot} spot
 * @param {{act: (deed: Deed) => void, react: (emoji: string) => void}} doing
 */
export function openMenu(said, offers, spot, { act, react }) {
  const list = build("div", "menu-items");
  list.role = "menu";
  list.ariaLabel = "Message";
  const dialog = popup("message-menu");
  /** @param {() => void} deed */
  const doing = (deed) => () => {
    dialog.close();
    deed();
  };
  list.append(...offers.map((offer) => {
    const item = buildButton("", doing(() => act(offer.deed)), "menu-item");
    item.dataset.deed = offer.deed;
    item.role = "menuitem";
    item.append(buildIcon(offer.icon), build("span", "", offer.label), build("kbd", "", offer.key));
    item.classList.toggle("grave", offer.isGrave === true);
    return item;
  }));
  rove(list);
  const quick = build("div", "menu-quick");
  const canReact = offers.some(({ deed }) => deed === "react");
  if (canReact) {
    quick.append(...QUICK.map((emoji) => emojiButton(emoji, doing(() => react(emoji)))));
    const more = buildButton("", doing(() => act("react")), "emoji");
    more.ariaLabel = "React with something else";
    more.append(buildIcon("plus"));
    quick.append(more);
  }
  dialog.append(quotation(said), quick, list);
  open(dialog, spot, list.querySelector("button"));
}

/** @param {Spot} spot @param {(emoji: string) => void} react */
export function openEmoji(spot, react) {
  const dialog = popup("emoji-menu");
  dialog.ariaLabel = "React with";
  const grid = build("div", "emoji-grid");
  grid.append(...[...QUICK, ...EMOJI].map((emoji) =>
    emojiButton(emoji, () => {
      dialog.close();
      react(emoji);
    })
  ));
  grid.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    const buttons = [...grid.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    buttons[at + step]?.focus();
  });
  dialog.append(grid);
  open(dialog, spot, grid.querySelector("button"));
}

/** The browser keeps the focus inside, gives it back, and closes on Escape. @param {string} className */
function popup(className) {
  const dialog = build("dialog", `popup ${className}`);
  dialog.ariaLabel = "Message";
  // Keys mean something else to the log behind.
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Tab") event.preventDefault();
  });
  // The finger whose long press opened it has yet to be lifted: that presses nothing.
  let isPressed = false;
  dialog.addEventListener("pointerdown", ({ target }) => {
    isPressed = true;
    if (target === dialog) dialog.close();
  }, { capture: true });
  dialog.addEventListener("click", (event) => {
    if (!isPressed && event.detail > 0) event.stopPropagation();
  }, { capture: true });
  dialog.addEventListener("contextmenu", (event) => event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

/** @param {HTMLDialogElement} dialog @param {Spot} spot @param {HTMLElement | null} first */
function open(dialog, { x, y }, first) {
  document.body.append(dialog);
  dialog.showModal();
  const { width, height } = dialog.getBoundingClientRect();
  const isMirrored = getComputedStyle(dialog).direction === "rtl";
  const start = isMirrored ? innerWidth - x : x;
  const left = Math.min(start, innerWidth - width - EDGE_PX);
  const top = y + height + EDGE_PX > innerHeight ? innerHeight - height - EDGE_PX : y;
  dialog.style.setProperty("--x", `${Math.max(EDGE_PX, left)}px`);
  dialog.style.setProperty("--y", `${Math.max(EDGE_PX, top)}px`);
  first?.focus();
}

/** @param {Said} said */
function quotation(said) {
  const name = build("bdi");
  showNick(name, said);
  return build("p", "menu-quote", name, " ", shownOf(said).text.slice(0, 200));
}

/** @param {string} emoji @param {() => void} press */
function emojiButton(emoji, press) {
  const button = buildButton(emoji, press, "emoji");
  button.ariaLabel = nameOf(emoji);
  button.title = nameOf(emoji);
  return button;
}
