// @ts-check
// What somebody said, as elements: made one by one, so that whatever was written stays text.
import { parse } from "../model/markup.js";
import { build } from "./build.js";
import { linkTo } from "./place.js";
/** @import {Piece} from "../model/markup.js" */
/** @import {Around} from "../model/inline.js" */

/** @typedef {Around & {me: string}} Company */

/** @param {string} text @param {Company} company @returns {(string | HTMLElement)[]} */
export function speechOf(text, company) {
  return nodesOf(parse(text, company), company.me);
}

/** @param {Piece[]} pieces @param {string} me */
function nodesOf(pieces, me) {
  return pieces.map((piece) => nodeOf(piece, me));
}

/** @param {Piece} piece @param {string} me @returns {string | HTMLElement} */
function nodeOf(piece, me) {
  if (typeof piece === "string") return piece;
  switch (piece.type) {
    case "strong":
    case "em":
    case "del":
      return build(piece.type, "", ...nodesOf(piece.children, me));
    case "quote":
      return build("blockquote", "", ...nodesOf(piece.children, me));
    case "code":
      return build("code", "", piece.text);
    case "pre":
      return codeBlock(piece);
    case "link":
      return link(piece.text);
    case "mention": {
      const mention = build("span", "mention", piece.text);
      mention.classList.toggle("you", piece.uid === me);
      return mention;
    }
    case "room": {
      const room = build("a", "", piece.text);
      room.href = linkTo(piece.text.slice(1));
      return room;
    }
  }
}

/** It scrolls by itself, so the keyboard has to reach it. @param {{language: string, text: string}} code */
function codeBlock({ language, text }) {
  const block = build("pre", "", build("code", "", text));
  block.tabIndex = 0;
  block.role = "group";
  block.ariaLabel = language ? `Code, ${language}` : "Code";
  block.dir = "ltr";
  return block;
}

/** @param {string} address */
function link(address) {
  const element = build("a", "", address);
  element.href = address;
  element.rel = "noopener noreferrer";
  element.target = "_blank";
  return element;
}
