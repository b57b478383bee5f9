// @ts-check
// A menu of what can be done, in groups: arrows, Home, End and first letters move in it.
import { build, buildButton, buildIcon } from "./build.js";
import "./icons.js";
import { openPopup } from "./popup.js";
import { rove } from "./rove.js";
/** @import {Spot} from "./popup.js" */

/** `isWide`: not where it is narrow. @typedef {{icon: string, label: string, key?: string, isGrave?: boolean, isWide?: boolean, act: () => void}} Item */
/** `head` gets what closes the menu. @typedef {{className: string, label: string, head: (close: () => void) => Node[], groups: Item[][], closed?: () => void}} Content */

/** @param {Content} content @param {Spot} spot */
export async function openMenu({ className, label, head, groups, closed = () => {} }, spot) {
  let close = () => {};
  const list = build(
    "div",
    "menu-items",
    ...groups.filter(({ length }) => length > 0).map(groupOf),
  );
  list.role = "menu";
  list.ariaLabel = label;
  rove(list);
  // Not the head, where it has buttons too.
  const first = list.querySelector("button");
  if (first) first.autofocus = true;
  const content = [...head(() => close()), list];
  close = await openPopup({ className, label, content, closed }, spot);

  /** @param {Item[]} items */
  function groupOf(items) {
    const group = build("div", "menu-group", ...items.map(itemOf));
    group.role = "group";
    return group;
  }

  /** @param {Item} item */
  function itemOf({ icon, label, key = "", isGrave = false, isWide = false, act }) {
    const item = buildButton("", () => {
      close();
      act();
    }, "menu-item");
    item.role = "menuitem";
    item.append(buildIcon(icon), build("span", "", label), build("kbd", "", key));
    item.classList.toggle("grave", isGrave);
    item.classList.toggle("wide-only", isWide);
    return item;
  }
}
