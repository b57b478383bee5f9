// @ts-check
// Elements of parts that are made when they are first wanted, and so do not stand in the page.
import { setIcon } from "./element.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {(string | Node)[]} children
 */
export function build(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** @param {string} words @param {() => void} press @param {string} [className] */
export function buildButton(words, press, className = "button") {
  const button = build("button", className, words);
  button.type = "button";
  button.addEventListener("click", press);
  return button;
}

/** @param {string} icon */
export function buildSmallIcon(icon) {
  const svg = buildIcon(icon);
  svg.classList.add("small");
  return svg;
}

/** A button that shows an icon alone, and its words to who rests the pointer on it. @param {string} icon @param {string} label @param {() => void} press */
export function buildIconButton(icon, label, press) {
  const button = buildButton("", press, "icon-button");
  button.ariaLabel = label;
  button.title = label;
  button.replaceChildren(buildIcon(icon));
  return button;
}

/** @param {string} icon */
export function buildIcon(icon) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  setIcon(svg, icon);
  return svg;
}
