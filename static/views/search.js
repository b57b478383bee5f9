// @ts-check
// The search: a field, this room or all, what was found. Knows the room in view only by its name.
import { dayOfHit } from "./clock.js";
import { find, stamp } from "./element.js";
import { Keyed } from "./keyed.js";
import { showNick } from "./nick.js";
import { counted } from "./wording.js";
/** @import {Hit} from "../../src/protocol.ts" */
/** @import {Chat, ChatError} from "../chat.js" */

/** @typedef {{key: string, hit: Hit, isLit: boolean}} HitRow */

/** Somebody who writes on is not answered before. */
const PAUSE_MS = 300;
/** Pages that may be empty before the reader is asked whether to look further. */
const EMPTY_PAGES = 5;
/** So much of a text may stand before what was found in it. */
const LEAD = 40;
const INVITATION = "Search every message you may read.";
const stampHit = stamp("#hit-row");

export class Search {
  #chat;
  #open;
  #room = "";
  #isHere = false;
  /** @type {Hit[]} */
  #hits = [];
  /** @type {number | undefined} */
  #before;
  #lit = "";
  /** Counts the questions: an answer to an earlier one is no answer any more. */
  #asked = 0;
  #timer = 0;
  #form = find("#search-form", HTMLFormElement);
  #field = find("#search-text", HTMLInputElement);
  #here = find("#search-here", HTMLButtonElement);
  #all = find("#search-all", HTMLButtonElement);
  #status = find("#search-status", HTMLElement);
  #wider = find("#search-wider", HTMLButtonElement);
  #more = find("#search-more", HTMLButtonElement);
  #list = new Keyed(find("#hits", HTMLElement), (/** @type {HitRow} */ row) => this.#row(row));

  /** @param {Chat} chat @param {(hit: Hit) => void} open puts a message in view */
  constructor(chat, open) {
    this.#chat = chat;
    this.#open = open;
  }

  start() {
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), PAUSE_MS);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search();
    });
    this.#here.addEventListener("click", () => this.#look(true));
    this.#all.addEventListener("click", () => this.#look(false));
    this.#wider.addEventListener("click", () => {
      this.#look(false);
      this.#field.focus();
    });
    this.#more.addEventListener("click", () => this.#goOn(this.#asked));
    this.#search();
  }

  /** Another room is in view, or it is called otherwise. @param {{name: string, label: string}} room */
  here({ name, label }) {
    this.#here.textContent = label;
    this.#here.title = label;
    if (name === this.#room) return;
    this.#room = name;
  }

  /** @param {boolean} isHere only in the room in view */
  #look(isHere) {
    this.#isHere = isHere;
    this.#here.ariaPressed = String(isHere);
    this.#all.ariaPressed = String(!isHere);
    this.#search();
  }

  #search() {
    clearTimeout(this.#timer);
    this.#hits = [];
    this.#before = undefined;
    this.#lit = "";
    return this.#goOn(++this.#asked);
  }

  /** The next page of a question. @param {number} asked */
  async #goOn(asked) {
    const text = this.#field.value.trim();
    const where = this.#isHere ? { room: this.#room } : {};
    if (text === "") return this.#show(INVITATION);
    const count = this.#hits.length;
    try {
      for (let pages = 0; pages < EMPTY_PAGES && this.#hits.length === count; pages++) {
        // What is being written is the beginning of a word.
        const query = /[\p{L}\p{M}\p{N}]$/u.test(text) ? `${text}*`.slice(0, 200) : text;
        const { hits, before } = await this.#chat.search(query, { ...where, before: this.#before });
        if (asked !== this.#asked) return;
        this.#hits.push(...hits);
        this.#before = before;
        if (before === undefined) break;
      }
    } catch (error) {
      if (asked !== this.#asked) return;
      const { code } = /** @type {ChatError} */ (error);
      if (code !== "INVALID_FIELD") return this.#show("This can’t be searched now.");
    }
    const found = this.#hits.length;
    this.#show(
      found > 0
        ? `${counted(found, "message")}${this.#before ? " so far" : ""}, newest first`
        : this.#before
        ? `Nothing found for “${text}” so far.`
        : `Nothing found for “${text}”.`,
    );
    this.#wider.hidden = !this.#isHere || found > 0;
  }

  /** @param {string} words */
  #show(words) {
    this.#status.textContent = words;
    this.#wider.hidden = true;
    this.#more.hidden = this.#before === undefined;
    this.#list.show(this.#hits.map((hit) => {
      const key = `${hit.room} ${hit.seq}`;
      return { key, hit, isLit: key === this.#lit };
    }));
  }

  /** @param {HitRow} row */
  #row({ key, hit }) {
    const element = stampHit();
    const button = find("button", HTMLButtonElement, element);
    const time = find("time", HTMLTimeElement, element);
    showNick(find(".hit-name", HTMLElement, element), hit);
    const isDirect = hit.room.startsWith("@");
    find(".hit-room", HTMLElement, element).textContent = isDirect ? "direct" : `#${hit.room}`;
    time.textContent = dayOfHit(hit.ts);
    time.dateTime = new Date(hit.ts).toISOString();
    find(".hit-text", HTMLElement, element).append(...piecesOf(hit));
    button.addEventListener("click", () => {
      this.#lit = key;
      this.#show(this.#status.textContent ?? "");
      this.#open(hit);
    });
    return {
      element,
      /** @param {HitRow} row */
      update({ isLit }) {
        button.ariaCurrent = isLit ? "true" : null;
      },
    };
  }
}

/** A text with what was found in it boxed, from shortly before the first. @param {Hit} hit */
function piecesOf({ text, ranges }) {
  /** @type {(string | HTMLElement)[]} */
  const pieces = [];
  const first = ranges[0]?.[0] ?? 0;
  const space = text.lastIndexOf(" ", first - LEAD);
  let at = space > 0 ? space + 1 : 0;
  if (at > 0) pieces.push("… ");
  for (const [start, end] of ranges) {
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    pieces.push(text.slice(at, start), mark);
    at = end;
  }
  return [...pieces, text.slice(at)];
}
