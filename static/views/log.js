// @ts-check
// The log of the room in view: its rows, its older and newer ends, its place for each room.
import { rowsOf } from "../model/rows.js";
import { dateOf } from "./clock.js";
import { find } from "./element.js";
import { Keyed } from "./keyed.js";
import { dayView, StageView, unreadView, waitingView } from "./marks.js";
import { SaidView } from "./said.js";
import { Scroll } from "./scroll.js";
import { counted } from "./wording.js";
/** @import {Row} from "../model/rows.js" */
/** @import {Room} from "../model/room.js" */
/** @import {View} from "./keyed.js" */
/** @import {Cures} from "./said.js" */
/** @import {Place} from "./scroll.js" */

/**
 * What the log asks for: pages at its ends, the newest end; and that the reader saw the end.
 * @typedef {object} Wishes
 * @property {(room: Room) => void} older
 * @property {(room: Room) => void} newer
 * @property {(room: Room) => void} latest
 * @property {() => void} seen
 */

/** Long enough for a screen reader to see that what was put in is not news. */
const QUIET_MS = 500;

export class Log {
  #wishes;
  #log = find("#log", HTMLElement);
  #earlierButton = find("#earlier-button", HTMLButtonElement);
  #earlierText = find("#earlier-text", HTMLElement);
  #pill = find("#pill", HTMLButtonElement);
  #pillText = find("#pill-text", HTMLElement);
  #rows;
  #scroll;
  /** @type {Room | null} */
  #room = null;
  /** @type {WeakMap<Room, Place>} */
  #places = new WeakMap();
  #quietTimer = 0;

  /** @param {Cures} cures @param {Wishes} wishes */
  constructor(cures, wishes) {
    this.#wishes = wishes;
    const rows = find("#rows", HTMLElement);
    this.#rows = new Keyed(rows, (/** @type {Row} */ row) => makeView(row, cures));
    this.#scroll = new Scroll(this.#log, rows, () => {
      if (this.#room) this.#showPill(this.#room);
      if (this.isAtEnd) wishes.seen();
      this.#wish();
    });
  }

  start() {
    this.#scroll.start();
    this.#earlierButton.addEventListener("click", () => {
      if (this.#room) this.#wishes.older(this.#room);
      this.#log.focus();
    });
    this.#pill.addEventListener("click", () => {
      if (this.#room?.timeline.hasNewer) this.#wishes.latest(this.#room);
      this.toEnd();
    });
  }

  /** Whether the reader sees the newest message. */
  get isAtEnd() {
    return this.#scroll.follows && this.#room?.timeline.hasNewer === false;
  }

  /** The end farther away from the reader. @returns {"oldest" | "newest"} */
  get farEnd() {
    return this.#scroll.follows || this.#scroll.isInLowerHalf ? "oldest" : "newest";
  }

  /** Shows another room, where it was left. @param {Room} room */
  show(room) {
    const { place } = this.#scroll;
    if (this.#room && place) this.#places.set(this.#room, place);
    else if (this.#room) this.#places.delete(this.#room);
    this.#room = room;
    this.startOver(this.#places.get(room) ?? null);
    this.#log.setAttribute("aria-label", `Messages in ${room.label}`);
  }

  /** Shows the room anew: at its unread line, else at that place or the end. @param {Place | null} place */
  startOver(place = null) {
    this.quiet();
    this.#rows.clear();
    this.update(false);
    this.#scroll.goTo(place);
    if (!place) this.#scroll.reveal(this.#log.querySelector(".unread-row"));
  }

  /** Follows what has changed. @param {boolean} counts whether to say how many messages wait */
  update(counts) {
    const room = this.#room;
    if (!room) return;
    this.#rows.show(rowsOf(room.timeline, room.unreadLine, counts));
    this.#showEarlier(room);
    this.#scroll.settle();
    this.#showPill(room);
    this.#wish();
  }

  toEnd() {
    this.#scroll.goTo(null);
    this.#wishes.seen();
  }

  /** What is put in now is not read aloud. */
  quiet() {
    this.#log.ariaLive = "off";
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => this.#log.ariaLive = "polite", QUIET_MS);
  }

  #wish() {
    const room = this.#room;
    if (!room || room.loading || room.loadFailed) return;
    if (room.timeline.hasOlder && this.#scroll.isNearTop) this.#wishes.older(room);
    else if (room.timeline.hasNewer && this.#scroll.isNearEnd) this.#wishes.newer(room);
  }

  /** @param {Room} room */
  #showEarlier({ label, isDirect, timeline, loading }) {
    const first = timeline.lines.find((line) => line.kind === "said");
    this.#earlierButton.hidden = !timeline.hasOlder || loading === "older";
    this.#earlierText.textContent = loading === "older"
      ? "Loading earlier messages"
      : first?.seq === 1
      ? `You see ${isDirect ? "this" : label} from its beginning, ${dateOf(first.ts)}.`
      : "";
  }

  /** Shows or hides the way back to the end. @param {Room} room */
  #showPill({ unread }) {
    const isNew = unread > 0;
    this.#pill.hidden = this.isAtEnd;
    this.#pill.classList.toggle("new", isNew);
    this.#pillText.textContent = isNew ? counted(unread, "new message") : "Back to latest";
  }
}

/** @param {Row} row @param {Cures} cures @returns {View<any>} */
function makeView(row, cures) {
  switch (row.kind) {
    case "said":
      return new SaidView(cures);
    case "stage":
      return new StageView();
    case "day":
      return dayView(row);
    case "unread":
      return unreadView(row);
    case "waiting":
      return waitingView();
  }
}
