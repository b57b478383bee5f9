// @ts-check
// What the keyboard does, for the help; and how keys are called on this device.

/** What it does, and the choices of keys; those of one choice are pressed together. */
/** @typedef {[does: string, ...keys: string[]]} KeyRow */

/** @type {Record<string, KeyRow[]>} */
export const KEYS = {
  "Moving about": [
    ["Go to a room or person", "Ctrl K"],
    ["Room up, down", "Alt ↑", "↓"],
    ["Unread room up, down", "Alt Shift ↑", "↓"],
    ["Search", "/"],
    ["From the box to the messages", "Shift Tab"],
    ["Scroll", "PageUp", "PageDown"],
    ["Close, cancel, mark read", "Esc"],
    ["This page", "?"],
  ],
  "On a message": [
    ["The one above, below", "↑", "↓"],
    ["Reply", "R"],
    ["React", "+"],
    ["Edit, delete", "E", "Del"],
    ["Copy text, copy link", "C", "L"],
    ["Mark unread from here", "U"],
    ["All of these", "Enter"],
  ],
  "Writing": [
    ["Send", "Enter"],
    ["New line", "Shift Enter"],
    ["Edit your last message", "↑"],
    ["Complete a name, room, emoji", "Tab"],
    ["Attach a picture from the clipboard", "Ctrl V"],
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
