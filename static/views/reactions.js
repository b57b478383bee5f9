// @ts-check
// The reactions under a message: pressed, one's own comes or goes.
import { build, buildButton, buildSmallIcon } from "./build.js";
import { NOT_SENT, reactors } from "./wording.js";
/** @import {Reacted} from "../model/said.js" */

/**
 * `press` is left out where one may not react; `more` opens the choice of others.
 * @typedef {{press: (emoji: string, on: boolean) => void, more: (opener: HTMLElement) => void}} Reacting
 */

/** @param {readonly Reacted[]} reactions @param {string} me @param {Reacting} reacting */
export function reactionsOf(reactions, me, { press, more }) {
  const chips = reactions.map((reaction) => {
    const { emoji, count, mine, waits = false } = reaction;
    const chip = buildButton("", () => press(emoji, !mine), "reaction");
    chip.append(build("span", "emoji", emoji), build("span", "reaction-count", String(count)));
    chip.title = reactors(reaction, me) + (waits ? `. ${NOT_SENT}` : "");
    chip.classList.toggle("waiting", waits);
    chip.ariaPressed = String(mine);
    chip.dataset.emoji = emoji;
    return chip;
  });
  const plus = buildButton("", () => more(plus), "reaction more-reactions");
  plus.append(buildSmallIcon("plus"));
  plus.ariaLabel = "React with something else";
  return build("p", "reactions", ...chips, plus);
}

/** What changes how they look, as one string. @param {readonly Reacted[] | undefined} reactions */
export function reactionState(reactions = []) {
  return JSON.stringify(reactions);
}
