// @ts-check
// A sentence that is shown for a while, at the foot of what is in view: it goes by itself, but not
// under the pointer or the focus. Who listens is told it elsewhere (spoken.js).
import { build, buildIconButton } from "./build.js";
import { find } from "./element.js";
import { loadStyle } from "./later.js";

const SHOWN_MS = 6_000;
const STYLE = "/css/notice.css";
/** The room's, or that of the column which lies over it. */
const FOOT = '#house:not([data-open]) .strip, [data-open="rooms"] .panel, ' +
  '[data-open="people"] .people, [data-open="search"] .search';

const words = build("p");
const notice = build("div", "notice", words, buildIconButton("close", "Close", close));
let timer = 0;
/** Where the focus was before. @type {EventTarget | null} */
let before = null;

words.dir = "auto";
notice.addEventListener("focusin", ({ relatedTarget }) => before = relatedTarget);
// By the time that it has something to say, the line may be lost.
loadStyle(STYLE).catch(() => {});

/** Shows this one, in the place of any other. @param {string} sentence */
export async function show(sentence) {
  await loadStyle(STYLE);
  const foot = find(FOOT, HTMLElement);
  if (notice.parentElement !== foot) foot.prepend(notice);
  words.textContent = sentence;
  stay();
}

function stay() {
  clearTimeout(timer);
  timer = setTimeout(() => notice.matches(":hover, :focus-within") ? stay() : close(), SHOWN_MS);
}

function close() {
  clearTimeout(timer);
  const hadFocus = notice.contains(document.activeElement);
  notice.remove();
  if (hadFocus && before instanceof HTMLElement) before.focus({ preventScroll: true });
}
