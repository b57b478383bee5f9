// @ts-check
// What a browser's tab tells of the page: its title and its icon.
import { isDirect } from "../model/nicks.js";
import { find } from "./element.js";

const QUIET = "/icon.svg";
const UNREAD = "/icon_unread.svg";
const MENTION = "/icon_mention.svg";

const icon = find("link[rel=icon]", HTMLLinkElement);

/**
 * The number counts what is for the reader: mentions, and all of a direct conversation.
 * @param {string} title of the room in view
 * @param {readonly {name: string, unread: number, mentions: number}[]} rooms
 */
export function showTab(title, rooms) {
  const calls = rooms.reduce((sum, { name, unread, mentions }) => {
    return sum + (isDirect(name) ? unread : mentions);
  }, 0);
  document.title = `${calls ? `(${calls}) ` : ""}${title} · Snug`;
  const href = calls ? MENTION : rooms.some(({ unread }) => unread > 0) ? UNREAD : QUIET;
  if (icon.getAttribute("href") !== href) icon.href = href;
}
