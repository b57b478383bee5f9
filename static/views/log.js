// @ts-check
// The log of the room in view: its rows, its older and newer ends, its place for each room.
import { rowsOf } from "../model/rows.js";
import { dateOf } from "./clock.js";
import { find } from "./element.js";
import { Keyed } from "./keyed.js";
import { dayView, StageView, unreadView, waitingView } from "./marks.js";
import { followWidth } from "./measures.js";
import { placeIn } from "./place.js";
import { lineOf, SaidView } from "./said.js";
import { Scroll } from "./scroll.js";
import { counted } from "./wording.js";
/** @import {Row} from "../model/rows.js" */
/** @import {Room} from "../model/room.js" */
/** @import {View} from "./keyed.js" */
/** @import {Hands} from "./said.js" */
/** @import {Place} from "./scroll.js" */

/**
 * What the log asks for: pages at its ends, the newest end; and that the reader saw the end.
 * @typedef {object} Wishes
 * @property {(room: Room) => void} older
 * @property {(room: Room) => void} newer
 * @property {(room: Room) => void} latest
 * @property {(room: Room) => void} renew what is held, which may have changed unheard
 * @property {() => void} seen
 * @property {() => void} write
 * @property {(room: Room, seq: number) => void} source a quoted message that is not held
 * @property {(place: {room: string, seq: number | null}) => void} go
 */

/** A message that was gone to is lit for so long. */
const LIT_MS = 2_000;
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
  /** @type {WeakMap<Room, Place | null>} */
  #places = new WeakMap();
  #quietTimer = 0;
  /** What is to be put in next is not news. */
  #isQuiet = false;

  /** @param {Hands} hands @param {Wishes} wishes */
  constructor(hands, wishes) {
    this.#wishes = wishes;
    const rows = find("#rows", HTMLElement);
    this.#rows = new Keyed(rows, (/** @type {Row} */ row) => makeView(row, hands));
    const hasEnd = () => this.#room?.timeline.hasNewer === false;
    this.#scroll = new Scroll(this.#log, rows, hasEnd, () => {
      if (this.#room) this.#showPill(this.#room);
      if (this.isAtEnd) wishes.seen();
      this.#wish();
    });
  }

  start() {
    followWidth();
    this.#scroll.start();
    this.#earlierButton.addEventListener("click", () => {
      if (this.#room) this.#wishes.older(this.#room);
      this.#log.focus();
    });
    this.#pill.addEventListener("click", () => {
      if (this.#room?.timeline.hasNewer) this.#wishes.latest(this.#room);
      this.toEnd();
      // It goes with the focus. A keyboard that comes up by itself would cover what one came to read.
      this.#log.focus({ preventScroll: true });
      if (matchMedia("(pointer: fine)").matches) this.#wishes.write();
    });
    this.#log.addEventListener("click", (event) => this.#follow(event));
    // Who begins to select may copy next.
    const select = async () => document.oncopy = (await import("./copying.js")).copyMessages;
    document.addEventListener("selectstart", select, { once: true });
  }

  /** Whether the reader sees the newest message. */
  get isAtEnd() {
    return this.#scroll.follows && this.#room?.timeline.hasNewer === false;
  }

  /** The end farther away from the reader. @param {Room} room @returns {"oldest" | "newest"} */
  farEnd(room) {
    const isNearOldest = !this.#scroll.follows && !this.#scroll.isInLowerHalf;
    return room === this.#room && isNearOldest ? "newest" : "oldest";
  }

  /** Whether the reader has a place in it that is not its end. @param {Room} room */
  hasPlaceIn(room) {
    const key = this.#places.get(room)?.key;
    return room === this.#room ? !this.isAtEnd : room.timeline.lines.some((it) => it.key === key);
  }

  /** Shows another room, where it was left. @param {Room} room */
  show(room) {
    if (this.#room) this.#places.set(this.#room, this.#scroll.place);
    this.#room = room;
    this.startOver(this.#places.get(room) ?? null);
    this.#log.ariaLabel = `Messages in ${room.label}`;
  }

  /** Shows the room anew: at its unread line, else at that place or the end. @param {Place | null} place */
  startOver(place = null) {
    /** @type {HTMLTextAreaElement | null} */
    const box = this.#log.querySelector("textarea:focus");
    const row = box?.closest(".speech-row");
    const seq = row && lineOf(row)?.seq;
    this.quiet();
    this.#rows.clear();
    this.update(false);
    this.#scroll.goTo(place);
    if (!place) this.#scroll.reveal(this.#log.querySelector(".unread-row"));
    const said = seq && this.#room?.timeline.said(seq);
    if (said) this.focusEditor(said.key, box?.selectionEnd);
  }

  /** Follows what has changed. @param {boolean} counts whether to say how many messages wait */
  update(counts) {
    const room = this.#room;
    if (!room) return;
    room.learnNames();
    const rows = rowsOf(room.timeline, room.unreadLine, counts);
    this.#rows.show(rows);
    if (this.#isQuiet) this.#listen();
    for (const row of rows) {
      if (row.kind === "said" && row.quote?.said === undefined && row.quote) {
        this.#wishes.source(room, row.quote.seq);
      }
    }
    this.#showEarlier(room);
    this.#scroll.settle();
    this.#showPill(room);
    this.#wish();
  }

  /** Puts the reader back where they were last, whatever became longer or shorter in this turn. */
  stay() {
    this.#scroll.goTo(this.#scroll.place);
  }

  toEnd() {
    this.#scroll.goTo(null);
    this.#wishes.seen();
  }

  /** Goes to a message and lights it for a while. @param {string} key */
  light(key) {
    this.#scroll.bring(key);
    const row = this.#find(key);
    row?.classList.add("reached");
    setTimeout(() => row?.classList.remove("reached"), LIT_MS);
    if (row && this.#log.contains(document.activeElement)) row.focus({ preventScroll: true });
    if (this.#room) this.#showPill(this.#room);
    this.#wish();
  }

  /** @param {string} key of a message that is written anew */
  focusEditor(key, at = 1e9) {
    const box = this.#find(key)?.querySelector("textarea");
    box?.focus();
    box?.setSelectionRange(at, at);
  }

  /** What is put in next is not read aloud. */
  quiet() {
    this.#log.ariaLive = "off";
    clearTimeout(this.#quietTimer);
    this.#isQuiet = true;
  }

  /** What was not to be read aloud is there. */
  #listen() {
    this.#isQuiet = false;
    this.#quietTimer = setTimeout(() => this.#log.ariaLive = "polite", QUIET_MS);
  }

  /** Links to rooms and messages of this very server stay on the page. @param {MouseEvent} event */
  #follow(event) {
    const { target, ctrlKey, metaKey, shiftKey, altKey } = event;
    const link = target instanceof Element && target.closest("a");
    if (!link || ctrlKey || metaKey || shiftKey || altKey) return;
    const place = link.origin === location.origin ? placeIn(link.pathname) : null;
    if (!place) return;
    event.preventDefault();
    this.#wishes.go(place);
  }

  /** @param {string} key @returns {HTMLElement | null} */
  #find(key) {
    return this.#log.querySelector(`[data-key="${CSS.escape(key)}"]`);
  }

  #wish() {
    const room = this.#room;
    if (!room || room.loading || room.loadFailed) return;
    if (room.staleTo !== null) this.#wishes.renew(room);
    else if (room.timeline.hasOlder && this.#scroll.isNearTop) this.#wishes.older(room);
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
    const words = isNew ? counted(unread, "new message") : "Back to latest";
    if (this.#pillText.textContent !== words) this.#pillText.textContent = words;
  }
}

/** @param {Row} row @param {Hands} hands @returns {View<any>} */
function makeView(row, hands) {
  switch (row.kind) {
    case "said":
      return new SaidView(hands);
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
