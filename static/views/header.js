// @ts-check
// Which room is in view: its name and topic, and whether its bell is muted.
import { find, setIcon } from "./element.js";
import { speak } from "./spoken.js";
import { roomRefusal } from "./wording.js";
/** @import {Room} from "../model/room.js" */

export class Header {
  #name = find("#room-name", HTMLElement);
  #hash = find("#room-hash", HTMLElement);
  #topic = find("#topic", HTMLButtonElement);
  #bell = find("#bell", HTMLButtonElement);
  #bellIcon = find("svg", SVGSVGElement, this.#bell);
  #empty = find("#empty", HTMLElement);
  #emptyTitle = find("#empty-title", HTMLElement);
  #emptyText = find("#empty-text", HTMLElement);
  #emptyAction = find("#empty-action", HTMLButtonElement);
  /** The one that was said aloud. @type {Room["refusal"]} */
  #told = null;

  /** @param {() => void} tryAgain @param {() => void} bell it was pressed */
  start(tryAgain, bell) {
    this.#emptyAction.addEventListener("click", tryAgain);
    this.#bell.addEventListener("click", bell);
    this.#topic.addEventListener("click", () => this.#unfold(this.#topic.ariaExpanded !== "true"));
    this.#topic.addEventListener("blur", () => this.#unfold(false));
  }

  /** @param {Room} room @param {boolean} isQuiet */
  show(room, isQuiet) {
    const { title: name, label, topic, refusal, timeline } = room;
    if (this.#name.textContent !== name) this.#unfold(false);
    this.#name.textContent = name;
    this.#hash.hidden = room.isDirect;
    this.#topic.textContent = topic;
    this.#topic.title = topic;
    this.#topic.hidden = topic === "";
    this.#bell.ariaLabel = isQuiet ? `Unmute ${label}` : `Mute ${label}`;
    this.#bell.title = this.#bell.ariaLabel;
    setIcon(this.#bellIcon, isQuiet ? "bell-off" : "bell");
    const isEmpty = room.isJoined && timeline.head === 0 && timeline.lines.length === 0;
    this.#empty.hidden = !refusal && !isEmpty;
    const [title = "", text = ""] = refusal
      ? roomRefusal(room.isDirect ? "This conversation" : label, refusal)
      : room.isDirect
      ? [`Nothing is written between you and ${name} yet`, "Only the two of you can read this."]
      : [`Nobody has spoken in ${label} yet`, "Whatever you write first stays at the top."];
    this.#emptyTitle.textContent = title;
    this.#emptyText.textContent = text;
    this.#emptyAction.hidden = !refusal;
    this.#emptyAction.textContent = refusal?.message === "kicked" ? "Join again" : "Try again";
    if (refusal && refusal !== this.#told) speak(`${title}. ${text}`);
    this.#told = refusal;
  }

  /** The whole topic, or its first line. @param {boolean} isWhole */
  #unfold(isWhole) {
    this.#topic.ariaExpanded = String(isWhole);
  }
}
