// @ts-check
// The search: a field, this room or all, what was found. Knows the room in view only by its name.
import { build, buildButton } from "./build.js";
import { dayOfHit } from "./clock.js";
import { find } from "./element.js";
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
const WAITING = "Waiting for the connection";
const INVITATION = "Search every message you may read.";

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
  #here = buildButton("", () => this.#look(true), "");
  #all = buildButton("All my rooms", () => this.#look(false), "");
  #status = build("p", "search-status");
  #wider = buildButton("Search all my rooms", () => {
    this.#look(false);
    this.#field.focus();
  }, "button little");
  #found = build("ol", "hits");
  #more = buildButton("Show more", () => this.#goOn(this.#asked), "button little");
  #list = new Keyed(this.#found, (/** @type {HitRow} */ row) => this.#row(row));

  /** @param {Chat} chat @param {(hit: Hit) => void} open puts a message in view */
  constructor(chat, open) {
    this.#chat = chat;
    this.#open = open;
    this.#build();
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), PAUSE_MS);
    });
    this.#form.addEventListener("submit", () => this.#search());
    // What was written before it came.
    this.#look(false);
  }

  #build() {
    const where = build("div", "search-where", this.#here, this.#all);
    where.role = "group";
    where.ariaLabel = "Where to search";
    this.#form.append(where);
    this.#status.role = "status";
    this.#status.id = "search-status";
    this.#here.id = "search-here";
    this.#all.id = "search-all";
    this.#wider.id = "search-wider";
    this.#more.id = "search-more";
    this.#found.id = "hits";
    const found = [this.#status, this.#wider, this.#found, this.#more];
    this.#form.after(build("div", "search-body", ...found));
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
    // What was found before is no answer to this.
    if (count === 0 && this.#chat.state.status !== "connected") this.#show(WAITING);
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
    const isDirect = hit.room.startsWith("@");
    const room = build("bdi", "hit-room", isDirect ? "direct" : `#${hit.room}`);
    const time = build("time", "", dayOfHit(hit.ts));
    time.dateTime = new Date(hit.ts).toISOString();
    const name = build("bdi", "hit-name");
    showNick(name, hit);
    const text = build("span", "hit-text", ...piecesOf(hit));
    text.dir = "auto";
    const button = buildButton("", () => {
      this.#lit = key;
      this.#show(this.#status.textContent ?? "");
      this.#open(hit);
    }, "hit");
    button.append(build("span", "hit-head", name, room, time), text);
    const element = build("li", "", button);
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
    pieces.push(text.slice(at, start), build("mark", "", text.slice(start, end)));
    at = end;
  }
  return [...pieces, text.slice(at)];
}
