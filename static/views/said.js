// @ts-check
// The row of something said: who, when, what, what it answers, what became of it.
import { isPicture } from "../model/file_words.js";
import { actionOf } from "../model/rows.js";
import { isProgram, isWaiting, shownOf } from "../model/said.js";
import { build } from "./build.js";
import { fullTimeOf } from "./clock.js";
import { find, showTime, stamp } from "./element.js";
import { showNick } from "./nick.js";
import { quoteOf, quoteState } from "./quote.js";
import { reactionsOf, reactionState } from "./reactions.js";
import { speechOf } from "./speech.js";
import { NOT_SENT } from "./wording.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {SaidRow} from "../model/rows.js" */
/** @import {Said} from "../model/said.js" */
/** @import {Editing, Editor} from "./editor.js" */
/** @import {Cures} from "./failure.js" */
/** @import {Company} from "./speech.js" */

/**
 * What a row asks for: what can be done about a message, and what its words may name. `version`
 * changes where they may name somebody else than before.
 * @typedef {Cures & {
 *   react: (said: Said, emoji: string, on: boolean) => void,
 *   chooseReaction: (said: Said, opener: HTMLElement) => void,
 *   draft: (said: Said, text: string) => void,
 *   save: (said: Said, text: string) => void,
 *   cancel: (said: Said) => void,
 *   editor: (text: string, editing: Editing) => Editor | null,
 *   fill: (boxes: Element, files: readonly SharedFile[]) => void,
 *   company: () => Company & {room: string, version: string},
 * }} Hands
 */

/** A picture takes no more than this. */
const MAX_WIDTH_PX = 240;
const MAX_HEIGHT_PX = 320;
const stampRow = stamp("#speech-row");
/** @type {WeakMap<Element, Said>} */
const lines = new WeakMap();

/** The message whose row it is. @param {Element} element */
export function lineOf(element) {
  return lines.get(element);
}

/** One message in the log. */
export class SaidView {
  element = stampRow();
  #hands;
  #name = find(".name bdi", HTMLElement, this.element);
  #button = find(".name button", HTMLButtonElement, this.element);
  #time = find("time", HTMLTimeElement, this.element);
  #said = find(".said", HTMLElement, this.element);
  #speech = find(".speech", HTMLElement, this.element);
  /** What is shown now of each part, so that only what has changed is made anew. */
  #shown = { who: "", speech: "", quote: "null", files: "", reactions: "", failure: "" };
  /** @type {Editor | null} */
  #editor = null;

  /** @param {Hands} hands */
  constructor(hands) {
    this.#hands = hands;
  }

  /** @param {SaidRow} row */
  update(row) {
    const { line } = row;
    const { classList, dataset } = this.element;
    lines.set(this.element, line);
    if (dataset.key !== row.key) dataset.key = row.key;
    classList.toggle("follow", row.follows);
    this.#showWho(line);
    this.#showSpeech(line);
    this.#showQuote(row);
    this.#showFiles(line);
    this.#showReactions(line);
    this.#showFailure(line);
    this.#showEditor(line);
  }

  /** @param {Said} line */
  #showWho(line) {
    const { uid, user, ts, status } = line;
    const waits = isWaiting(line);
    if (!this.#changes("who", `${uid} ${user} ${ts} ${status} ${waits}`)) return;
    const { classList } = this.element;
    showNick(this.#name, line);
    this.#button.dataset.uid = uid;
    this.#name.title = isProgram(uid) ? `${user}, bot` : user;
    this.element.querySelector(".role")?.remove();
    if (isProgram(uid)) this.element.children[0]?.after(build("span", "role", "bot"));
    showTime(this.#time, ts);
    classList.toggle("waiting", waits);
    classList.toggle("failed", status === "failed");
  }

  /** @param {Said} line */
  #showSpeech(line) {
    const { text, editedTs } = shownOf(line);
    const waits = isWaiting(line);
    const company = this.#hands.company();
    const version = /[@#]/.test(text) ? company.version : "";
    if (!this.#changes("speech", `${editedTs} ${waits} ${version} ${line.user} ${text}`)) return;
    const action = actionOf(line);
    const nodes = speechOf(action ?? text, company);
    if (action !== null) nodes.unshift(actor(line), " ");
    if (editedTs !== undefined) {
      nodes.push(" ", editedMark(waits ? NOT_SENT : fullTimeOf(editedTs)));
    }
    this.#speech.replaceChildren(...nodes);
    const { classList } = this.element;
    classList.toggle("action", action !== null);
    classList.toggle("wordless", text === "");
    const isAddressed = line.uid !== company.me && this.#speech.querySelector(".you") !== null;
    classList.toggle("to-you", isAddressed);
  }

  /** @param {SaidRow} row */
  #showQuote({ quote }) {
    if (!this.#changes("quote", quote ? quoteState(quote) : "null")) return;
    this.#said.querySelector(".quote")?.remove();
    if (quote) this.#said.prepend(quoteOf(quote, this.#hands.company().room));
  }

  /** @param {Said} line */
  #showFiles({ files = [] }) {
    if (!this.#changes("files", files.map(({ id }) => id).join())) return;
    this.#said.querySelector(".files")?.remove();
    if (files.length === 0) return;
    const boxes = boxesOf(files);
    this.#speech.after(boxes);
    this.#hands.fill(boxes, files);
  }

  /** @param {Said} line */
  #showReactions(line) {
    const { reactions = [] } = shownOf(line);
    if (!this.#changes("reactions", reactionState(reactions))) return;
    const old = this.#said.querySelector(".reactions");
    const focused = document.activeElement;
    const emoji = old?.contains(focused) && focused instanceof HTMLElement && focused.dataset.emoji;
    old?.remove();
    if (reactions.length === 0) return;
    const fresh = reactionsOf(reactions, this.#hands.company().me, {
      press: (emoji, on) => this.#hands.react(this.#line, emoji, on),
      more: (opener) => this.#hands.chooseReaction(this.#line, opener),
    });
    const above = this.#said.querySelector(".files") ?? this.#editor?.element ?? this.#speech;
    above.after(fresh);
    const again = emoji &&
      [...fresh.children].find((chip) =>
        chip instanceof HTMLElement && chip.dataset.emoji === emoji
      );
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  /** @param {Said} line */
  async #showFailure(line) {
    const { status, refusal, trouble } = line;
    const words = status === "failed" ? refusal : trouble && trouble.refusal;
    const now = words ? `${status} ${words.code} ${words.message}` : "";
    if (!this.#changes("failure", now)) return;
    this.#said.querySelector(".failure")?.remove();
    if (!now) return;
    const { failureOf, troubleOf } = await import("./failure.js");
    if (this.#shown.failure !== now || this.#said.querySelector(".failure")) return;
    if (status === "failed") this.#said.append(failureOf(line, this.#hands));
    else if (trouble) this.#said.append(troubleOf(line, trouble, this.#hands));
  }

  /** @param {Said} line */
  #showEditor({ draft }) {
    if ((draft === undefined) === (this.#editor === null)) return;
    const hadFocus = this.#editor?.element.contains(document.activeElement);
    this.#editor?.element.remove();
    this.#editor = draft === undefined ? null : this.#hands.editor(draft, {
      draft: (text) => this.#hands.draft(this.#line, text),
      save: (text) => this.#hands.save(this.#line, text),
      cancel: () => this.#hands.cancel(this.#line),
    });
    this.#speech.hidden = this.#editor !== null;
    if (this.#editor) this.#speech.after(this.#editor.element);
    else if (hadFocus) this.element.focus({ preventScroll: true });
  }

  get #line() {
    return /** @type {Said} */ (lines.get(this.element));
  }

  /** Whether that part looks otherwise now. @param {"who" | "speech" | "quote" | "files" | "reactions" | "failure"} part @param {string} now */
  #changes(part, now) {
    if (this.#shown[part] === now) return false;
    this.#shown[part] = now;
    return true;
  }
}

/** Whose action is told. @param {Said} said */
function actor(said) {
  const name = build("bdi", "actor");
  showNick(name, said);
  return name;
}

/** @param {string} title */
function editedMark(title) {
  const mark = build("span", "edited", "edited");
  mark.title = title;
  return mark;
}

/**
 * The space of its files, which is there before they are: what fills it comes later, and moves nothing.
 * @param {readonly SharedFile[]} files
 */
function boxesOf(files) {
  return build("ul", "files", ...files.map(boxOf));
}

/** @param {SharedFile} file */
function boxOf(file) {
  if (!isPicture(file)) return build("li", "file");
  const frame = build("div", "picture-frame");
  const { width = 1, height = 1 } = file;
  const scale = Math.min(1, MAX_WIDTH_PX / width, MAX_HEIGHT_PX / height);
  frame.style.setProperty("--width", `${Math.round(width * scale)}px`);
  frame.style.setProperty("--ratio", `${width} / ${height}`);
  return build("li", "picture", build("p", "caption"), frame);
}
