// @ts-check
// Puts words where somebody writes, as if they had typed them: what undoes typing undoes them too.

/** @param {HTMLTextAreaElement} box hears of it by an `input` event @param {string} text @param {number} start of what it replaces @param {number} end */
export function insertText(box, text, start, end) {
  box.focus();
  box.setSelectionRange(start, end);
  // Deprecated, but nothing else is kept by what undoes; elsewhere it would write somewhere else.
  if (document.activeElement === box && document.execCommand("insertText", false, text)) return;
  box.setRangeText(text, start, end, "end");
  box.dispatchEvent(new InputEvent("input"));
}
