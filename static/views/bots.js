// @ts-check
// The bots of a room, below its people. Fetched with the first one that speaks there.
import { build, buildSmallIcon } from "./build.js";
import { Keyed } from "./keyed.js";
import { memberView } from "./people.js";
/** @import {MemberRow} from "./people.js" */

/** No other part shows it. */
const SHAPE =
  "M6 7.2h8a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM10 7.2V4M7.8 11v1M12.2 11v1";

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
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", SHAPE);
  svg.replaceChildren(path);
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "bot");
  svg.removeAttribute("aria-hidden");
  return svg;
}
