// @ts-check
// The question before a message is deleted.
import { askFirst } from "./dialog.js";
/** @import {Room} from "../model/room.js" */
/** @import {Said} from "../model/said.js" */

/** Whether it is meant. @param {Room} room @param {Said} said @param {boolean} isMine */
export function askToDelete(room, said, isMine) {
  const seers = room.isDirect ? `You and ${room.title} stop` : `Everyone in ${room.label} stops`;
  return askFirst({
    title: isMine ? "Delete this message?" : `Remove this message of ${said.user}?`,
    text: `${seers} seeing it. This cannot be undone.`,
    keep: "Keep it",
    destroy: isMine ? "Delete" : "Remove",
  });
}
