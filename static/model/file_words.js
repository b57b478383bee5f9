// @ts-check
// Files in words, where they can't be shown. Knows nothing of elements.
/** @import {SharedFile} from "../../src/protocol.ts" */

const UNITS = ["KB", "MB", "GB"];

/** `412 bytes`, `18 KB`, `8.4 MB` @param {number} bytes */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 999.5 && unit < UNITS.length - 1; unit++) size /= 1024;
  return `${Number(size.toFixed(size < 9.95 ? 1 : 0))} ${UNITS[unit]}`;
}

/** Whether it is one that the page shows, in space that is known before it comes. @param {SharedFile} file */
export function isPicture({ type, width, height }) {
  return type.startsWith("image/") && width !== undefined && height !== undefined;
}

/** What a message says, or else what its files are called. @param {{text: string, files?: readonly SharedFile[] | undefined}} said */
export function wordsIn({ text, files = [] }) {
  return text || files.map(({ name }) => name).join(", ");
}
