// @ts-check
// How one learns that what one wanted of a message can't be done: from its row, which says so where it
// is shown, else from a notice.
import { shownOf } from "../model/said.js";
import { refusedWish } from "./refusals.js";
import { speak, tell } from "./spoken.js";
/** @import {Chat} from "../chat.js" */
/** @import {Scene} from "../conversation.js" */
/** @import {Wanted} from "../model/wishes.js" */

/** @param {Wanted} refused @param {Chat} chat @param {Scene} scene */
export function tellTrouble({ room: name, of, wish, refusal }, chat, scene) {
  const room = scene.room();
  const said = room.name === name ? room.timeline.said(of) : undefined;
  const isShown = said?.trouble?.wish === wish && !shownOf(said).deleted;
  if (!refusal) return;
  const isGone = !isShown && refusal.code === "NOT_FOUND";
  if (isGone && wish.type === "edit" && !chat.draft(name)) {
    // Nobody else has the text.
    if (room.name === name) scene.rewrite(wish.text, []);
    else chat.keepDraft(name, wish.text);
  }
  (isShown ? speak : tell)(refusedWish(wish, refusal));
}
