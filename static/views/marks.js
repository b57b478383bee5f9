// @ts-check
// The rows between what is said: days, stage directions, the unread line, what waits.
import { isWaiting } from "../model/said.js";
import { build } from "./build.js";
import { dayOf, timeOf } from "./clock.js";
import { find, showTime, stamp } from "./element.js";
import { counted, NOT_SENT, stageSentence } from "./wording.js";
/** @import {Row, StageRow} from "../model/rows.js" */

const stampDay = stamp("#day-row");
const stampStage = stamp("#stage-row");
const stampUnread = stamp("#unread-row");
const stampWaiting = stamp("#waiting-row");

/** The heading of a day. @param {Extract<Row, {kind: "day"}>} row */
export function dayView({ ts }) {
  const element = stampDay();
  find("span", HTMLElement, element).textContent = dayOf(ts);
  return { element, update() {} };
}

/** Where the unread messages begin. @param {Extract<Row, {kind: "unread"}>} row */
export function unreadView({ count, ts }) {
  const element = stampUnread();
  const since = find(".since", HTMLElement, element);
  find(".unread-count", HTMLElement, element).textContent = `${count} new`;
  return {
    element,
    /** The clock may have changed. */
    update() {
      since.textContent = `since ${timeOf(ts)}`;
    },
  };
}

/** How many messages wait. */
export function waitingView() {
  const element = stampWaiting();
  return {
    element,
    /** @param {Extract<Row, {kind: "waiting"}>} row */
    update({ count }) {
      element.textContent = `${counted(count, "message")} are waiting. They go out by themselves.`;
    },
  };
}

/** A stage direction; one that does not name all who came and left is pressed to do so. */
export class StageView {
  element = stampStage();
  #time = find("time", HTMLTimeElement, this.element);
  #words = find(".direction", HTMLElement, this.element);
  #isShort = true;
  #shown = "";

  /** @param {StageRow} row */
  update({ key, line }) {
    this.element.dataset.key = line.key;
    const short = stageSentence(line, true);
    const whole = stageSentence(line, false);
    if (whole !== this.#shown) showTime(this.#time, line.ts);
    this.#shown = whole;
    this.#become(short === whole ? "span" : "button");
    const waits = line.kind === "said" && !line.deleted && isWaiting(line);
    this.#tell(this.#isShort ? short : whole, waits);
    if (!(this.#words instanceof HTMLButtonElement)) return;
    this.#words.ariaExpanded = String(!this.#isShort);
    this.#words.onclick = () => {
      this.#isShort = !this.#isShort;
      this.update({ kind: "stage", key, line });
    };
  }

  /** @param {string} words @param {boolean} waits a deletion that is not done yet */
  #tell(words, waits) {
    const { textContent, childElementCount } = this.#words;
    if (waits ? childElementCount > 0 : textContent === words) return;
    this.#words.textContent = words;
    if (waits) this.#words.append(" ", build("span", "waits", NOT_SENT));
  }

  /** @param {"span" | "button"} tag */
  #become(tag) {
    if (this.#words.localName === tag) return;
    const words = build(tag, "direction");
    if (words instanceof HTMLButtonElement) words.type = "button";
    this.#words.replaceWith(words);
    this.#words = words;
  }
}
