// @ts-check
// What one chose of how the page looks, put to the whole page: its theme and its clock.
import { isLong, setClock } from "./clock.js";
import { showTime } from "./element.js";

/** `--panel`, which browsers put around the page. */
const PANEL = { light: "#153d2e", dark: "#0e2b21" };

/** @param {string} theme `light`, `dark`, or as the system has it */
export function showTheme(theme) {
  const { dataset } = document.documentElement;
  if (theme) dataset.theme = theme;
  else delete dataset.theme;
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const shown = theme || (meta.getAttribute("media")?.includes("dark") ? "dark" : "light");
    meta.setAttribute("content", shown === "dark" ? PANEL.dark : PANEL.light);
  }
}

/** @param {string} clock `12`, `24`, or as the reader's language has it */
export function showClock(clock) {
  setClock(clock);
  const { style } = document.documentElement;
  if (isLong()) style.setProperty("--time", "4rem");
  else style.removeProperty("--time");
  for (const time of document.querySelectorAll("time")) {
    if (time.dateTime) showTime(time, Date.parse(time.dateTime));
  }
}
