// @ts-check
// What is said to those who listen to the page, and what of it is shown as well.
import { find } from "./element.js";

const region = find("#spoken", HTMLElement);

/** Has a screen reader say what one sees where it happened. @param {string} sentence */
export function speak(sentence) {
  region.textContent = sentence;
}

/** The same for what one would see nowhere: this alone shows it, for a while. @param {string} sentence */
export function tell(sentence) {
  speak(sentence);
  // Where not even that can be had, it is said at least.
  import("./notice.js").then(({ show }) => show(sentence)).catch(() => {});
}
