// @ts-check
// Has the browser save a file.
import { build } from "./build.js";

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  // As bytes: whatever somebody has uploaded is never a page of this server's.
  const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  const link = build("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun with it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
