// @ts-check
// Which room is in view: its name and topic.
import { find } from "./element.js";
import { speak } from "./spoken.js";
import { roomRefusal } from "./wording.js";
/** @import {Room} from "../model/room.js" */

export class Header {
  #name = find("#room-name", HTMLElement);
  #topic = find("#topic", HTMLElement);
  #empty = find("#empty", HTMLElement);
  #emptyTitle = find("#empty-title", HTMLElement);
  #emptyText = find("#empty-text", HTMLElement);
  #emptyAction = find("#empty-action", HTMLButtonElement);
  /** The one that was said aloud. @type {Room["refusal"]} */
  #told = null;

  /** @param {() => void} tryAgain */
  start(tryAgain) {
    this.#emptyAction.addEventListener("click", tryAgain);
  }

  /** @param {Room} room */
  show(room) {
    const { name, topic, refusal, timeline } = room;
    this.#name.textContent = name;
    this.#topic.textContent = topic;
    this.#topic.title = topic;
    const isEmpty = room.isJoined && timeline.head === 0 && timeline.lines.length === 0;
    this.#empty.hidden = !refusal && !isEmpty;
    const [title = "", text = ""] = refusal
      ? roomRefusal(name, refusal)
      : [`Nobody has spoken in #${name} yet`, "Whatever you write first stays at the top."];
    this.#emptyTitle.textContent = title;
    this.#emptyText.textContent = text;
    this.#emptyAction.hidden = !refusal;
    if (refusal && refusal !== this.#told) speak(`${title}. ${text}`);
    this.#told = refusal;
  }
}
