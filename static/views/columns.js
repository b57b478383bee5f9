// @ts-check
// How wide the room is, told to its styles. They could ask for it by themselves, as a container; then
// a browser lays out all messages anew for every letter that is written below them.
import { find } from "./element.js";

/** From here on names and times stand in columns of their own. */
const WIDE_PX = 640;
/** Wider than this, all is centred. */
const MAX_PX = 992;

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
