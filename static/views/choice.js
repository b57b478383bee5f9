// @ts-check
// One of a few, as radio buttons: for dialogs, whose sheet says how they look.
import { build } from "./build.js";

/** @typedef {[value: string, words: string]} Option */

/**
 * @param {string} legend
 * @param {readonly Option[]} options
 * @param {{chosen: string, choose(value: string): void}} about
 */
export function choiceOf(legend, options, { chosen, choose }) {
  const radios = options.map(([value, words]) => {
    const radio = build("input");
    Object.assign(radio, { type: "radio", name: legend, value, checked: value === chosen });
    radio.addEventListener("change", () => choose(value));
    return build("label", "", radio, words);
  });
  return build("fieldset", "radios", build("legend", "", legend), ...radios);
}
