// @ts-check
// The space of a message's files, which is there before they are: what fills it comes later, and
// moves nothing.
import { isPicture } from "../model/file_words.js";
import { build } from "./build.js";
/** @import {SharedFile} from "../../src/protocol.ts" */

/** A picture takes no more than this. */
const MAX_WIDTH_PX = 240;
const MAX_HEIGHT_PX = 320;

/** @param {readonly SharedFile[]} files */
export function boxesOf(files) {
  return build("ul", "files", ...files.map(boxOf));
}

/** @param {SharedFile} file */
function boxOf(file) {
  if (!isPicture(file)) return build("li", "file");
  const frame = build("div", "picture-frame");
  const { width = 1, height = 1 } = file;
  const scale = Math.min(1, MAX_WIDTH_PX / width, MAX_HEIGHT_PX / height);
  frame.style.setProperty("--width", `${Math.round(width * scale)}px`);
  frame.style.setProperty("--ratio", `${width} / ${height}`);
  return build("li", "picture", build("p", "caption"), frame);
}
