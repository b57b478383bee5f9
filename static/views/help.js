// @ts-check
// The help: which keys do what, what can be typed, and how words are set.
import { build } from "./build.js";
import { COMMANDS } from "./commands.js";
import { openDialog } from "./dialog.js";
import { capsOf, KEYS } from "./keys.js";
import { loadStyle } from "./later.js";
/** @import {Command} from "./commands.js" */
/** @import {KeyRow} from "./keys.js" */

const MARKS = ["*italic*", "**bold**", "`code`", "> quote"];

/** @param {string} version the server's */
export async function openHelp(version) {
  await loadStyle("/css/help.css");
  const everybodys = COMMANDS.filter(({ moderates }) => !moderates);
  const moderators = COMMANDS.filter(({ moderates }) => moderates);
  const sections = build(
    "div",
    "help-columns",
    ...Object.entries(KEYS).map(([title, rows]) => section(title, rows.map(keyRow))),
    section("Typed commands", everybodys.map(commandRow)),
    section("For moderators", moderators.map(commandRow)),
    build("p", "marks", ...MARKS.flatMap(code), "and ", ...code("```"), "around a block."),
  );
  const foot = [build("p", "dialog-note", `Snug ${version}`)];
  await openDialog({ title: "Help", className: "help-dialog", body: [sections], foot });
  // It is longer than most windows, and scrolls by keys.
  if (sections.parentElement) sections.parentElement.tabIndex = 0;
}

/** @param {string} title @param {Node[]} rows */
function section(title, rows) {
  return build("section", "", build("h3", "help-title", title), build("dl", "keys", ...rows));
}

/** @param {Command} command */
function commandRow({ name, args, does }) {
  const typed = build("dt", "", build("code", "", `/${name} ${args}`.trim()));
  return build("div", "", typed, build("dd", "does", does));
}

/** @param {string} text */
function code(text) {
  return [build("code", "", text), " "];
}

/** @param {KeyRow} row */
function keyRow([does, ...choices]) {
  const keys = choices.flatMap((choice, index) => {
    const caps = capsOf(choice).map((cap) => build("kbd", "", cap));
    return index === 0 ? caps : ["or", ...caps];
  });
  return build("div", "", build("dt", "", does), build("dd", "", ...keys));
}
