// @ts-check
// The help: which keys do what.
import { build } from "./build.js";
import { openDialog } from "./dialog.js";
import { capsOf, KEYS } from "./keys.js";
import { loadStyle } from "./style.js";
/** @import {KeyRow} from "./keys.js" */

/** @param {string} version the server's */
export async function openHelp(version) {
  await loadStyle("/css/help.css");
  const sections = Object.entries(KEYS).map(([title, rows]) =>
    build("section", "", build("h3", "help-title", title), build("dl", "keys", ...rows.map(keyRow)))
  );
  const foot = [build("p", "dialog-note", `Snug ${version}`)];
  await openDialog({ title: "Help", className: "help-dialog", body: sections, foot });
}

/** @param {KeyRow} row */
function keyRow([does, ...choices]) {
  const keys = choices.flatMap((choice, index) => {
    const caps = capsOf(choice).map((cap) => build("kbd", "", cap));
    return index === 0 ? caps : ["or", ...caps];
  });
  return build("div", "", build("dt", "", does), build("dd", "", ...keys));
}
