// @ts-check
// What opens for a moment beside what was pressed; where it is narrow, a sheet from below. The
// browser keeps the focus inside, gives it back, and closes it on Escape.
import { build } from "./build.js";
import { loadStyle } from "./later.js";

/** Where it was asked for. @typedef {{x: number, y: number, isAbove?: boolean}} Spot */

const EDGE_PX = 8;

/**
 * Opens one; the focus goes to what has `autofocus`, else to its first button. The function that comes back closes it.
 * @param {{className: string, label: string, content: Node[], closed?: () => void}} parts
 * @param {Spot} spot
 */
export async function openPopup({ className, label, content, closed }, { x, y, isAbove }) {
  await loadStyle("/css/popup.css");
  const dialog = build("dialog", `popup ${className}`, ...content);
  dialog.ariaLabel = label;
  // Keys mean something else to what is behind.
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
  dialog.addEventListener("close", () => {
    dialog.remove();
    closed?.();
  });
  // Who pressed twice before it came wants one.
  document.querySelector("dialog.popup")?.remove();
  document.body.append(dialog);
  dialog.showModal();
  const { width, height } = dialog.getBoundingClientRect();
  const isMirrored = getComputedStyle(dialog).direction === "rtl";
  const left = Math.min(isMirrored ? innerWidth - x : x, innerWidth - width - EDGE_PX);
  const below = y + height + EDGE_PX > innerHeight ? innerHeight - height - EDGE_PX : y;
  const top = isAbove ? y - height : below;
  dialog.style.setProperty("--x", `${Math.max(EDGE_PX, left)}px`);
  dialog.style.setProperty("--y", `${Math.max(EDGE_PX, top)}px`);
  return () => dialog.close();
}
