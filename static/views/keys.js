// @ts-check
// What the keyboard does, for the help; and how keys are called on this device.

/** What it does, and the choices of keys; those of one choice are pressed together. */
/** @typedef {[does: string, ...keys: string[]]} KeyRow */

/** @type {Record<string, KeyRow[]>} */
export const KEYS = {
  "Moving about": [
    ["Room up, down", "Alt ↑", "↓"],
    ["Scroll", "PageUp", "PageDown"],
    ["Close, cancel, mark read", "Esc"],
    ["This page", "?"],
  ],
  "Writing": [
    ["Send", "Enter"],
    ["New line", "Shift Enter"],
  ],
};

const MAC = /** @type {Record<string, string>} */ ({ Ctrl: "⌘", Alt: "⌥", Shift: "⇧" });
const NAMES = /** @type {Record<string, string>} */ ({
  PageUp: "Page Up",
  PageDown: "Page Down",
});

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** The caps of `Ctrl K` as this device has them. @param {string} keys */
export function capsOf(keys) {
  return keys.split(" ").map((key) => (isMac && MAC[key]) || NAMES[key] || key);
}
