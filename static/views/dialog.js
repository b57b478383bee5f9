// @ts-check
// Dialogs: a title, what stands under it, what can be done. The browser keeps the focus inside,
// gives it back, closes on Escape and makes inert what is behind.
import { build, buildButton, buildIconButton } from "./build.js";
import { loadStyle } from "./later.js";

/**
 * `isSmall` is for a question: no close button, its first action is the safe one.
 * @typedef {object} DialogParts
 * @property {string} title
 * @property {(string | Node)[]} body
 * @property {(string | Node)[]} [foot]
 * @property {string} [className]
 * @property {boolean} [isSmall]
 */

/**
 * Opens one over everything and settles when that can be seen. `closed` settles when it is gone.
 * @param {DialogParts} parts
 * @returns {Promise<{close(): void, closed: Promise<void>}>}
 */
export async function openDialog({ title, body, foot = [], className = "", isSmall = false }) {
  await loadStyle("/css/dialog.css");
  const head = build("header", "dialog-head", build("h2", "dialog-title", title));
  const dialog = build("dialog", `dialog ${className}`, head, build("div", "dialog-body", ...body));
  const close = () => dialog.close();
  dialog.ariaLabel = title;
  dialog.classList.toggle("small", isSmall);
  if (!isSmall) head.append(buildIconButton("close", "Close", close));
  if (foot.length) dialog.append(build("footer", "dialog-foot", ...foot));
  // The scrim is the dialog's own.
  dialog.addEventListener("click", ({ target }) => target === dialog && close());
  // Keys mean something else to the room behind.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  const closed = new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(undefined);
    });
  });
  document.body.append(dialog);
  dialog.showModal();
  return { close, closed };
}

/**
 * Asks once before something is destroyed. True: do it; Escape and the rest keep it.
 * @param {{title: string, text: string, keep: string, destroy: string}} question
 */
export async function askFirst({ title, text, keep, destroy }) {
  let isSure = false;
  const no = buildButton(keep, () => dialog.close());
  const yes = buildButton(destroy, () => {
    isSure = true;
    dialog.close();
  }, "button destroying");
  no.autofocus = true;
  const dialog = await openDialog({ title, body: [text], foot: [no, yes], isSmall: true });
  await dialog.closed;
  return isSure;
}
