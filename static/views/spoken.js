// @ts-check
// What is only said, to those who listen to the page.
import { find } from "./element.js";

const region = find("#spoken", HTMLElement);

/** Has a screen reader say it when it next pauses. @param {string} sentence */
export function speak(sentence) {
  region.textContent = sentence;
}
