// @ts-check
// The bots of a room, below its people. Fetched with the first one that speaks there.
import { build, buildSmallIcon } from "./build.js";
import "./icons.js";
import { Keyed } from "./keyed.js";
import { memberView } from "./people.js";
/** @import {MemberRow} from "./people.js" */

export class Bots {
  #count = build("span", "count");
  #head = build("div", "list-head", build("h3", "", "Bots"), this.#count);
  #list = build("ul", "members");
  #rows = new Keyed(this.#list, botView);

  /** @param {HTMLElement} lists below which they stand */
  constructor(lists) {
    this.#count.id = "bots-count";
    this.#list.id = "bots";
    lists.append(this.#head, this.#list);
  }

  /** @param {readonly MemberRow[]} rows */
  show(rows) {
    this.#head.hidden = rows.length === 0;
    this.#count.textContent = String(rows.length);
    this.#rows.show(rows);
  }
}

function botView() {
  const view = memberView();
  view.element.querySelector(".member-note")?.append(icon());
  return view;
}

function icon() {
  const svg = buildSmallIcon("bot");
  svg.removeAttribute("aria-hidden");
  svg.role = "img";
  svg.ariaLabel = "bot";
  return svg;
}
