// @ts-check
// What can be done with a message, by whom. What one may not do is not offered.
import { shownOf } from "../model/said.js";
/** @import {Said} from "../model/said.js" */

/** @typedef {"reply" | "react" | "edit" | "text" | "link" | "unread" | "delete"} Deed */
/** @typedef {{deed: Deed, icon: string, label: string, key: string, isGrave?: boolean}} Offer */
/** Who looks at it, and what they may do there. @typedef {{me: string, writes: boolean, moderates: boolean}} Reader */

/** @param {Said} said @param {Reader} reader @returns {Offer[]} */
export function offersOf(said, { me, writes, moderates }) {
  const isMine = said.uid === me;
  if (said.seq === 0 || shownOf(said).deleted) return [];
  const canCopy = Boolean(navigator.clipboard);
  /** @type {(Offer | false)[]} */
  const offers = [
    writes && { deed: "reply", icon: "reply", label: "Reply", key: "R" },
    writes && { deed: "react", icon: "face", label: "React", key: "+" },
    writes && isMine && { deed: "edit", icon: "edit", label: "Edit", key: "E" },
    canCopy && { deed: "text", icon: "copy", label: "Copy text", key: "C" },
    canCopy && { deed: "link", icon: "link", label: "Copy link", key: "L" },
    { deed: "unread", icon: "check", label: "Mark unread from here", key: "U" },
    writes && (isMine || moderates) && {
      deed: "delete",
      icon: "trash",
      label: isMine ? "Delete…" : "Remove message…",
      key: "Del",
      isGrave: true,
    },
  ];
  return offers.filter((offer) => offer !== false);
}

/** The few that stand beside a message; the others are in its menu. @param {Offer[]} offers */
export function quickOf(offers) {
  const isMine = offers.some(({ deed }) => deed === "edit");
  return offers.filter(({ deed }) =>
    deed === "react" || deed === "reply" || deed === (isMine ? "edit" : "link")
  ).sort((a, b) => RANK.indexOf(a.deed) - RANK.indexOf(b.deed));
}
/** @type {Deed[]} */
const RANK = ["react", "reply", "edit", "link"];
