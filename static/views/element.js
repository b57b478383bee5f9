// @ts-check
// How the modules get at the page: typed, and throwing at start-up where the page lacks something.
import { fullTimeOf, timeOf } from "./clock.js";

/**
 * The element below `root` that `selector` finds.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [root]
 * @returns {T}
 */
export function find(selector, kind, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} ${selector}`);
  return element;
}

/** A function that copies the one element of a template. @param {string} selector */
export function stamp(selector) {
  const { content } = find(selector, HTMLTemplateElement);
  const master = find("*", HTMLElement, content);
  return () => /** @type {HTMLElement} */ (document.importNode(master, true));
}

/** Shows another icon. @param {SVGSVGElement} svg @param {string} icon */
export function setIcon(svg, icon) {
  find("use", SVGUseElement, svg).setAttribute("href", `#i-${icon}`);
}

/** Puts a time with its full date into an element. @param {HTMLTimeElement} element @param {number} ts */
export function showTime(element, ts) {
  element.textContent = timeOf(ts);
  element.dateTime = new Date(ts).toISOString();
  element.title = fullTimeOf(ts);
}
