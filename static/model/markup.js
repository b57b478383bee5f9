// @ts-check
// What somebody wrote, as a tree: blocks of code, quotes, and lines. Every visible character stays,
// but for the marks. Takes time in proportion to the text, whatever it is. Knows nothing of elements.
import { inline } from "./inline.js";
/** @import {Around, Inline} from "./inline.js" */

/**
 * @typedef {{type: "pre", language: string, text: string} | {type: "quote", children: Inline[]}} Block
 */
/** @typedef {Inline | Block} Piece */

const FENCE = /^ {0,3}```([\w+#.-]{0,20}) *$/;
const FENCE_END = /^ {0,3}``` *$/;
const QUOTE = /^>(?: |$)/;

/** @param {string} text @param {Around} around @returns {Piece[]} */
export function parse(text, around) {
  /** @type {Piece[]} */
  const pieces = [];
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const ends = nextEnds(lines);
  /** Whether a line break stands before the next line: blocks break by themselves. */
  let breaks = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const fence = FENCE.exec(line);
    const end = ends[at + 1] ?? -1;
    if (fence && end > at) {
      const code = lines.slice(at + 1, end).join("\n");
      pieces.push({ type: "pre", language: fence[1] ?? "", text: code });
      at = end;
      breaks = false;
    } else if (QUOTE.test(line)) {
      const from = at;
      while (QUOTE.test(lines[at + 1] ?? "")) at += 1;
      const quoted = lines.slice(from, at + 1).map((line) => line.replace(QUOTE, ""));
      pieces.push({ type: "quote", children: joined(quoted, around) });
      breaks = false;
    } else {
      if (breaks) pieces.push("\n");
      for (const piece of inline(line, around)) pieces.push(piece);
      breaks = true;
    }
  }
  return pieces;
}

/** The words of a text without their marks, in one line. @param {string} text */
export function wordsOf(text) {
  const pieces = parse(text, { nameIn: () => null, isRoom: () => false });
  return pieces.map((piece) => isBlock(piece) ? ` ${textOf(piece)} ` : textOf(piece)).join("")
    .replace(/\s+/g, " ").trim();
}

/** @param {Piece} piece */
function isBlock(piece) {
  return typeof piece !== "string" && (piece.type === "pre" || piece.type === "quote");
}

/** @param {Piece} piece @returns {string} */
function textOf(piece) {
  if (typeof piece === "string") return piece;
  return "text" in piece ? piece.text : piece.children.map(textOf).join("");
}

/** @param {string[]} lines @param {Around} around */
function joined(lines, around) {
  /** @type {Inline[]} */
  const pieces = [];
  for (const [index, line] of lines.entries()) {
    if (index > 0) pieces.push("\n");
    for (const piece of inline(line, around)) pieces.push(piece);
  }
  return pieces;
}

/** For each line, the first line from there on that ends a block of code, or -1. @param {string[]} lines */
function nextEnds(lines) {
  const ends = new Array(lines.length).fill(-1);
  for (let at = lines.length - 1; at >= 0; at--) {
    ends[at] = FENCE_END.test(lines[at] ?? "") ? at : ends[at + 1] ?? -1;
  }
  return ends;
}
