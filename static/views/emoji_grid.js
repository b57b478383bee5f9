// @ts-check
// The choice of an emoji. Any other may come from elsewhere.
import { EMOJI } from "../model/emoji.js";
import { build, buildButton } from "./build.js";
import { openPopup } from "./popup.js";
import { rove } from "./rove.js";
/** @import {Spot} from "./popup.js" */

const COLUMNS = 8;
export const QUICK = ["👍", "❤️", "😂", "🎉", "👀"];

/** @param {string} label @param {Spot} spot @param {(emoji: string) => void} choose */
export async function openEmoji(label, spot, choose) {
  const all = new Set([...QUICK, ...EMOJI.map(({ emoji }) => emoji)]);
  const buttons = [...all].map((emoji) =>
    emojiButton(emoji, () => {
      close();
      choose(emoji);
    })
  );
  const grid = build("div", "emoji-grid", ...buttons);
  rove(grid, COLUMNS);
  const close = await openPopup({ className: "emoji-menu", label, content: [grid] }, spot);
}

/** @param {string} emoji @param {() => void} press */
export function emojiButton(emoji, press) {
  const button = buildButton(emoji, press, "emoji");
  // Of several names the first.
  const { name } = EMOJI.find((one) => one.emoji === emoji) ?? { name: emoji };
  button.title = name.replaceAll("_", " ");
  button.ariaLabel = button.title;
  return button;
}
