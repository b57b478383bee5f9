// @ts-check
// Which room is in view: its name and topic, and whether its bell is muted; and what stands where its
// messages would while there are none.
import { find, setIcon } from "./element.js";
import { Later, NOT_LOADED } from "./later.js";
import { speak } from "./spoken.js";
/** @import {Room} from "../model/room.js" */
/** @import {Empty} from "./empty.js" */

export class Header {
  #name = find("#room-name", HTMLElement);
  #hash = find("#room-hash", HTMLElement);
  #topic = find("#topic", HTMLButtonElement);
  #bell = find("#bell", HTMLButtonElement);
  #bellIcon = find("svg", SVGSVGElement, this.#bell);
  #tryAgain;
  /** @type {Later<Empty>} */
  #empty = new Later(
    async () => {
      const { Empty } = await import("./empty.js");
      return new Empty(this.#tryAgain);
    },
    "/css/empty.css",
    () => {
      // Each paint wants it anew.
      if (!this.#isTold) speak(NOT_LOADED);
      this.#isTold = true;
    },
  );
  #isTold = false;

  /** @param {() => void} tryAgain to come into the room that one is not in */
  constructor(tryAgain) {
    this.#tryAgain = tryAgain;
  }

  /** @param {() => void} bell it was pressed */
  start(bell) {
    this.#bell.addEventListener("click", bell);
    this.#topic.addEventListener("click", () => this.#unfold(this.#topic.ariaExpanded !== "true"));
    this.#topic.addEventListener("blur", () => this.#unfold(false));
  }

  /** @param {Room} room @param {boolean} isQuiet */
  show(room, isQuiet) {
    const { title: name, label, topic } = room;
    if (this.#name.textContent !== name) this.#unfold(false);
    this.#name.textContent = name;
    this.#hash.hidden = room.isDirect;
    this.#topic.textContent = topic;
    this.#topic.title = topic;
    this.#topic.hidden = topic === "";
    this.#bell.ariaLabel = isQuiet ? `Unmute ${label}` : `Mute ${label}`;
    this.#bell.title = this.#bell.ariaLabel;
    setIcon(this.#bellIcon, isQuiet ? "bell-off" : "bell");
    const lacks = room.isEmpty || room.refusal !== null;
    if (lacks || this.#empty.isWanted) this.#empty.do((empty) => empty.show(room));
  }

  /** The whole topic, or its first line. @param {boolean} isWhole */
  #unfold(isWhole) {
    this.#topic.ariaExpanded = String(isWhole);
  }
}
