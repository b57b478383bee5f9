// @ts-check
// The name of a file, which is cut before its ending where there is no room for it.
import { build } from "./build.js";

const ENDING = /\.\w{1,8}$/;

/** @param {string} name */
export function fileName(name) {
  const [ending = ""] = ENDING.exec(name) ?? [];
  const stem = build("span", "file-stem", name.slice(0, name.length - ending.length));
  return build("bdi", "file-name", stem, ending && build("span", "", ending));
}
