// @ts-check
// The line under a message that was not sent, or with which something could not be done: why, and
// what helps.
import { build, buildButton, buildSmallIcon } from "./build.js";
import { failureOf as wordsOf, refusedWish } from "./refusals.js";
/** @import {Said} from "../model/said.js" */
/** @import {Cure} from "./refusals.js" */

/**
 * What can be done about it, and the size that the server allows.
 * @typedef {object} Cures
 * @property {(cure: Cure | "delete", said: Said) => void} apply
 * @property {(said: Said) => void} dismiss
 * @property {(said: Said) => void} wishAgain
 * @property {() => number} maxBytes
 */

/** @type {Record<Cure | "delete", string>} */
const LABELS = { retry: "Try again", edit: "Edit", rejoin: "Join again", delete: "Delete" };

/** A message that was not sent. @param {Said} said @param {Cures} cures */
export function failureOf(said, cures) {
  const { sentence, cure } = wordsOf(said.refusal, cures.maxBytes());
  const buttons = [cure, /** @type {const} */ ("delete")].map((each) =>
    buildButton(LABELS[each], () => cures.apply(each, said), "link")
  );
  return lineOf(sentence, buttons);
}

/**
 * Something that could not be done with a message.
 * @param {Said} said
 * @param {NonNullable<Said["trouble"]>} trouble
 * @param {Cures} cures
 */
export function troubleOf(said, { wish, refusal }, cures) {
  const again = wish.type === "edit" ? "Edit" : "Try again";
  return lineOf(refusedWish(wish, refusal), [
    buildButton(again, () => cures.wishAgain(said), "link"),
    buildButton("Close", () => cures.dismiss(said), "link"),
  ]);
}

/** @param {string} sentence @param {HTMLButtonElement[]} buttons */
function lineOf(sentence, buttons) {
  return build("p", "failure", buildSmallIcon("warn"), build("span", "", sentence), ...buttons);
}
