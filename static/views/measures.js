// @ts-check
// What styles are told of the page's size: they can't know of a keyboard that is laid over it, and had
// they to ask how wide the room is, a browser would lay out all messages anew for each letter written.
import { find } from "./element.js";

/** From here on names and times stand in columns of their own. */
const WIDE_PX = 640;
/** Wider than this, all is centred. */
const MAX_PX = 992;

/**
 * Lets `--screen` be the height that can be seen above a phone's keyboard where the browser lays that
 * over the page (iOS). Others make the window smaller, as the viewport in index.html wishes.
 */
export function followKeyboard() {
  const viewport = visualViewport;
  viewport?.addEventListener("resize", () => {
    const { style } = document.documentElement;
    const isCovered = viewport.scale === 1 && viewport.height < innerHeight;
    // Zoomed in one sees less too, and nothing is covered.
    if (isCovered) style.setProperty("--screen", `${viewport.height}px`);
    else style.removeProperty("--screen");
    // Such a browser also scrolls the window, to what the keyboard would have covered.
    if (isCovered) scrollTo(0, 0);
  });
}

/** Lets `wide` and `--middle` say how wide the room is. */
export function followWidth() {
  const room = find("#room", HTMLElement);
  const measure = () => {
    const width = room.clientWidth;
    room.classList.toggle("wide", width >= WIDE_PX);
    room.style.setProperty("--middle", `${Math.max(0, (width - MAX_PX) / 2)}px`);
  };
  // An observer is told after the first paint, and all would move.
  measure();
  new ResizeObserver(measure).observe(room);
}
