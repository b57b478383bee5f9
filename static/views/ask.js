// @ts-check
// The question for how long, before somebody is muted, removed or banned. What comes of it is told
// here when it is a no.
import { build, buildButton } from "./build.js";
import { choiceOf } from "./choice.js";
import { openDialog } from "./dialog.js";
import { sentence } from "./wording.js";
/** @import {Option} from "./choice.js" */

/**
 * The first of times and places is chosen until another is. `act` gets what was chosen, and rejects
 * where that may not be.
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} action
 * @property {boolean} [isGrave]
 * @property {readonly [Option, ...Option[]]} times
 * @property {readonly [Option, ...Option[]]} [places]
 * @property {(time: string, place: string) => Promise<unknown>} act
 */

/** @param {Question} question */
export async function ask({ title, text, action, isGrave = true, times, places, act }) {
  let [time] = times[0];
  let [place] = places?.[0] ?? [""];
  /** @type {HTMLElement[]} */
  const body = [build("p", "", text)];
  if (places) {
    body.push(choiceOf("Where", places, { chosen: place, choose: (value) => place = value }));
  }
  body.push(choiceOf("For how long", times, { chosen: time, choose: (value) => time = value }));
  const wrong = build("p", "dialog-wrong");
  wrong.role = "alert";
  const cancel = buildButton("Cancel", () => dialog.close());
  const go = buildButton(action, async () => {
    go.disabled = true;
    try {
      await act(time, place);
      dialog.close();
    } catch (error) {
      wrong.textContent = sentence(/** @type {Error} */ (error).message);
    }
    go.disabled = false;
  }, isGrave ? "button destroying" : "button primary");
  const dialog = await openDialog({
    title,
    className: "ask",
    body: [...body, wrong],
    foot: [cancel, go],
    isSmall: true,
  });
}
