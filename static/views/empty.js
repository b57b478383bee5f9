// @ts-check
// What stands where messages would: that nobody has spoken yet, or why one is not in the room.
import { build, buildButton } from "./build.js";
import { find } from "./element.js";
import { roomRefusal } from "./refusals.js";
import { speak } from "./spoken.js";
/** @import {Room} from "../model/room.js" */

const SVG = "http://www.w3.org/2000/svg";
/** The light of a lamp, the lamp and the table below it, a bench on each side. */
const DRAWING = [
  "M75 41h33l20 43H55z",
  "M92 0v20M74 40a18 20 0 0 1 36 0zM55 84h74M92 84v34M78 118h28",
  "M2 119V35a9 9 0 0 1 18 0v47h20a5 5 0 0 1 5 5v32M2 100h43",
  "M182 119V35a9 9 0 0 0-18 0v47h-20a5 5 0 0 0-5 5v32M182 100h-43",
];

export class Empty {
  #title = build("h2");
  #text = build("p");
  #action;
  #place;
  /** The one that was said aloud. @type {Room["refusal"]} */
  #told = null;

  /** @param {() => void} tryAgain */
  constructor(tryAgain) {
    this.#action = buildButton("Try again", tryAgain);
    this.#place = build("div", "empty", drawing(), this.#title, this.#text, this.#action);
    this.#place.id = "empty";
    this.#title.id = "empty-title";
    this.#text.id = "empty-text";
    // Its style may still be on the way.
    this.#place.hidden = true;
    find(".stage", HTMLElement).append(this.#place);
  }

  /** @param {Room} room */
  show(room) {
    const { title: name, label, refusal } = room;
    this.#place.hidden = !refusal && !room.isEmpty;
    const [title = "", text = ""] = refusal
      ? roomRefusal(room.isDirect ? "This conversation" : label, refusal)
      : room.isDirect
      ? [`Nothing is written between you and ${name} yet`, "Only the two of you can read this."]
      : [`Nobody has spoken in ${label} yet`, "Whatever you write first stays at the top."];
    this.#title.textContent = title;
    this.#text.textContent = text;
    this.#action.hidden = !refusal;
    this.#action.textContent = refusal?.message === "kicked" ? "Join again" : "Try again";
    if (refusal && refusal !== this.#told) speak(`${title}. ${text}`);
    this.#told = refusal;
  }
}

function drawing() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 184 120");
  svg.setAttribute("aria-hidden", "true");
  for (const line of DRAWING) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
