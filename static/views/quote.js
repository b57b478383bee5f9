// @ts-check
// The line above an answer: who said what it answers, and the way there.
import { wordsIn } from "../model/file_words.js";
import { wordsOf } from "../model/markup.js";
import { shownOf } from "../model/said.js";
import { actionIn } from "../model/slash.js";
import { find, stamp } from "./element.js";
import { showNick } from "./nick.js";
import { linkTo } from "./place.js";
/** @import {Quote} from "../model/rows.js" */
/** @import {Said} from "../model/said.js" */

/** One line of it is shown; more would only be cut off. */
const MAX_CHARACTERS = 200;
const stampQuote = stamp("#quote");

/** @param {Quote} quote @param {string} room */
export function quoteOf({ seq, said }, room) {
  const element = stampQuote();
  const name = find("bdi", HTMLElement, element);
  const text = find(".quoted", HTMLElement, element);
  find("a", HTMLAnchorElement, element).href = linkTo(room, seq);
  if (said) showNick(name, said);
  text.textContent = said ? quotedText(said) : wordsFor(said);
  return element;
}

/** What changes how it looks, as one string. @param {Quote | null} quote */
export function quoteState(quote) {
  if (!quote?.said) return `${quote?.seq} ${quote?.said}`;
  const { deleted, text } = shownOf(quote.said);
  return `${quote.seq} ${quote.said.user} ${deleted} ${text.slice(0, MAX_CHARACTERS)}`;
}

/** @param {Said} said */
export function quotedText(said) {
  const { text, deleted } = shownOf(said);
  if (deleted) return "· message deleted";
  const words = wordsIn({ text: actionIn(text) ?? text, files: said.files });
  // What a file is called means nothing but itself.
  return (text ? wordsOf : String)(words.slice(0, MAX_CHARACTERS));
}

/** @param {null | undefined} said */
function wordsFor(said) {
  return said === null ? "A message that is no longer kept" : "An earlier message";
}
