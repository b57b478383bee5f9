// @ts-check
// The menu of a message; where it is narrow, with its words and a few reactions above.
import { build, buildButton, buildIcon } from "./build.js";
import { emojiButton, QUICK } from "./emoji_grid.js";
import { openMenu } from "./menu.js";
import { nickOf } from "./nick.js";
import { quotedText } from "./quote.js";
/** @import {Said} from "../model/said.js" */
/** @import {Deed, Offer} from "./offers.js" */
/** @import {Spot} from "./popup.js" */

/**
 * @param {Said} said
 * @param {Offer[]} offers
 * @param {Spot} spot
 * @param {{act: (deed: Deed) => void, react: (emoji: string) => void}} doing
 */
export function openMessageMenu(said, offers, spot, { act, react }) {
  const items = offers.map((offer) => {
    const { deed } = offer;
    return { ...offer, isWide: deed === "react", act: () => act(deed) };
  });
  return openMenu({
    className: "message-menu",
    label: "Message",
    head(close) {
      const quote = build("p", "menu-quote", nickOf(said), " ", quotedText(said));
      const isOffered = offers.some(({ deed }) => deed === "react");
      return isOffered ? [quote, quick(close)] : [quote];
    },
    groups: [items.filter(({ isGrave }) => !isGrave), items.filter(({ isGrave }) => isGrave)],
  }, spot);

  /** @param {() => void} close */
  function quick(close) {
    /** @param {() => void} deed */
    const doing = (deed) => () => {
      close();
      deed();
    };
    const more = buildButton("", doing(() => act("react")), "emoji");
    more.ariaLabel = "React with something else";
    more.append(buildIcon("plus"));
    const buttons = QUICK.map((emoji) => emojiButton(emoji, doing(() => react(emoji))));
    return build("div", "menu-quick", ...buttons, more);
  }
}
