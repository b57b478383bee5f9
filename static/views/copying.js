// @ts-check
// What copying several messages gives: a line for each, `09:14 Jonas: …`, without what stands
// around them on the page.
import { find } from "./element.js";
import { lineOf } from "./said.js";

/** Within one message the browser copies by itself. @param {ClipboardEvent} event */
export function copyMessages(event) {
  const selection = getSelection();
  const { target } = event;
  if (!selection?.rangeCount || selection.isCollapsed) return;
  if (target instanceof Element && target.matches("input, textarea")) return;
  const range = selection.getRangeAt(0);
  const { commonAncestorContainer: around } = range;
  const inside = around instanceof Element ? around : around.parentElement;
  if (inside?.closest(".speech, .files, .direction")) return;
  const rows = [...document.querySelectorAll("#rows > .speech-row, #rows > .stage-row")];
  const lines = rows.filter((row) => range.intersectsNode(row))
    .map((row) => lineFor(row, range)).filter((line) => line !== "");
  if (lines.length === 0) return;
  event.clipboardData?.setData("text/plain", lines.join("\n"));
  event.preventDefault();
}

/** @param {Element} row @param {Range} range */
function lineFor(row, range) {
  const said = lineOf(row);
  const words = find(".speech, .direction", HTMLElement, row);
  const files = said?.files?.map(({ name }) => name).join(", ") ?? "";
  const picked = within(words, range) || files;
  if (picked === "") return "";
  const isWhole = picked === within(words);
  const time = find("time", HTMLElement, row).textContent;
  // Of the whole one gets it as it was written, with its marks and line ends.
  if (!said || row.matches(".action")) return `${time} ${picked}`;
  return `${time} ${said.user}: ${isWhole ? said.text : picked}`;
}

/** The part of the words that is in the range. @param {HTMLElement} words @param {Range} [range] */
function within(words, range) {
  const part = document.createRange();
  part.selectNodeContents(words);
  const edited = words.querySelector(":scope > .edited");
  if (edited) part.setEndBefore(edited);
  if (range) {
    if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) {
      part.setStart(range.startContainer, range.startOffset);
    }
    if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) {
      part.setEnd(range.endContainer, range.endOffset);
    }
  }
  return part.collapsed ? "" : part.toString().trim();
}
