// @ts-check
// The icons of what comes later; those that a page begins with stand in it. Who shows one imports this.
import { find } from "./element.js";

const SVG = "http://www.w3.org/2000/svg";
/** In a box of 20 units. @type {Record<string, string>} */
const PATHS = {
  at: "M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM13 7v4a2 2 0 0 0 4 0v-1a7 7 0 1 0-2.7 5.5",
  ban: "M16.8 10a6.8 6.8 0 1 1-13.6 0 6.8 6.8 0 0 1 13.6 0zM5.3 5.3l9.4 9.4",
  bot:
    "M6 7.2h8a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM10 7.2V4M7.8 11v1M12.2 11v1",
  check: "M4.5 10.5l3.8 3.7L15.5 6",
  copy:
    "M8.5 7.5h6A1.5 1.5 0 0 1 16 9v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 7 15V9a1.5 1.5 0 0 1 1.5-1.5zM4 12.5v-7A1.5 1.5 0 0 1 5.5 4h7",
  door: "M5 16.5v-13h6.5v13M3.2 16.5h10.5M9.2 10v.1M13.5 10h4M15.6 7.9l2.1 2.1-2.1 2.1",
  download: "M10 3.5v9M6 8.7l4 4 4-4M4 16.2h12",
  file: "M5.3 3h6l3.7 3.7V17H5.3zM11.3 3v3.7H15",
  image:
    "M5 4.5h10a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 14V6A1.5 1.5 0 0 1 5 4.5zM8 8.3v.1M3.8 13.7l3.9-3.5 2.7 2.3 2.9-2.9 3 3",
  more: "M4.8 10h.01M10 10h.01M15.2 10h.01",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10M8.5 9v4.3M11.5 9v4.3",
};

const icons = find("#icons", SVGSVGElement);
for (const [name, line] of Object.entries(PATHS)) {
  const symbol = document.createElementNS(SVG, "symbol");
  const path = document.createElementNS(SVG, "path");
  symbol.id = `i-${name}`;
  symbol.setAttribute("viewBox", "0 0 20 20");
  path.setAttribute("d", line);
  symbol.append(path);
  icons.append(symbol);
}
