// @ts-check
// How much waits in a room, beside its name: a count, or brass where somebody wants one.
import { find } from "./element.js";

const MAX_SHOWN = 99;

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
