// @ts-check
// The choice of an emoji: a field that looks for one by its names, above all of them. Any other may
// come from elsewhere.
import { EMOJI } from "../model/emoji.js";
import { ranked } from "../model/ranking.js";
import { build, buildButton, buildSmallIcon } from "./build.js";
import { openPopup } from "./popup.js";
import { rove } from "./rove.js";
/** @import {Spot} from "./popup.js" */

const COLUMNS = 8;
export const QUICK = ["👍", "❤️", "😂", "🎉", "👀"];

/** @param {string} label @param {Spot} spot @param {(emoji: string) => void} choose */
export async function openEmoji(label, spot, choose) {
  const names = [...QUICK.map((emoji) => ({ name: "", emoji })), ...EMOJI];
  const buttons = new Map(names.map(({ emoji }) => [
    emoji,
    emojiButton(emoji, () => {
      close();
      choose(emoji);
    }),
  ]));
  const field = build("input");
  const words = "Search emoji";
  Object.assign(field, { role: "searchbox", ariaLabel: words, placeholder: words });
  Object.assign(field, { autocomplete: "off", autocapitalize: "off", spellcheck: false });
  const told = build("p", "emoji-told");
  told.role = "status";
  const grid = build("div", "emoji-grid", ...buttons.values());
  rove(grid, COLUMNS);
  const row = build("div", "field emoji-search", buildSmallIcon("search"), field);
  const content = build("div", "emoji-choice", row, told, grid);
  // Before the grid and the popup have it.
  content.addEventListener("keydown", (event) => move(event, field, grid), { capture: true });
  field.addEventListener("input", () => {
    // As they are written in a text too.
    const query = field.value.trim().replaceAll(":", "").replaceAll(/\s+/g, "_");
    const found = query ? ranked(EMOJI, query, ({ name }) => name) : names;
    const shown = [...new Set(found.flatMap(({ emoji }) => buttons.get(emoji) ?? []))];
    grid.replaceChildren(...shown);
    grid.scrollTop = 0;
    grid.classList.toggle("found", query !== "");
    // What Enter would take is heard; who sees, sees it.
    const heard = build("span", "unseen", query && shown[0] ? shown[0].title : "");
    told.replaceChildren(shown[0] ? heard : `Nothing found for “${field.value.trim()}”.`);
  });
  // A keyboard that comes up by itself would cover what one came to choose from.
  const first = matchMedia("(pointer: fine)").matches ? field : grid.querySelector("button");
  if (first) first.autofocus = true;
  const close = await openPopup({ className: "emoji-menu", label, content: [content] }, spot);
}

/** @param {string} emoji @param {() => void} press */
export function emojiButton(emoji, press) {
  const button = buildButton(emoji, press, "emoji");
  // Of several names the first.
  const { name } = EMOJI.find((one) => one.emoji === emoji) ?? { name: emoji };
  button.title = name.replaceAll("_", " ");
  button.ariaLabel = button.title;
  return button;
}

/**
 * The keys that go from the field into the grid and back: the arrows, Tab, and what writes. Enter
 * takes the first that was found.
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} field
 * @param {HTMLElement} grid
 */
function move(event, field, grid) {
  const { key, isComposing, keyCode, target } = event;
  if (isComposing || keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  const first = grid.querySelector("button");
  if (target === field) {
    if (key === "Enter" && field.value.trim()) first?.click();
    else if (key === "Tab" || key === "ArrowDown") first?.focus();
    else return;
  } else {
    const isFirstRow = [...grid.children].slice(0, COLUMNS).includes(
      /** @type {Element} */ (target),
    );
    const isBack = key === "Tab" || (key === "ArrowUp" && isFirstRow);
    // What writes is written there.
    const writes = key === "Backspace" || ([...key].length === 1 && key !== " ");
    const aside = isBack || writes ? field : mirrored(key, grid);
    aside?.focus();
    if (!aside || writes) return;
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Where an arrow points to where one reads from right to left. @param {string} key @param {HTMLElement} grid */
function mirrored(key, grid) {
  const step = { ArrowLeft: 1, ArrowRight: -1 }[key];
  if (!step || getComputedStyle(grid).direction !== "rtl") return;
  const buttons = [...grid.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  return buttons.at((at + step) % buttons.length);
}
