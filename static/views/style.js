// @ts-check
// Style sheets of parts that come when they are first wanted.
import { build } from "./build.js";

/** @type {Map<string, Promise<void>>} */
const sheets = new Map();

/** Settles when the sheet counts; one that failed is asked for again the next time. @param {string} href */
export function loadStyle(href) {
  const loading = sheets.get(href) ?? new Promise((loaded, failed) => {
    const link = build("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", () => loaded(undefined));
    link.addEventListener("error", () => {
      link.remove();
      sheets.delete(href);
      failed(new Error(`${href} could not be loaded`));
    });
    document.head.append(link);
  });
  sheets.set(href, loading);
  return loading;
}
