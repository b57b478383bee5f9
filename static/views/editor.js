// @ts-check
// Where a message stands while one writes it anew: Enter saves, Escape leaves it as it was.
import { find, stamp } from "./element.js";

/** @typedef {{draft: (text: string) => void, save: (text: string) => void, cancel: () => void}} Editing */

const stampEditor = stamp("#editor");

export class Editor {
  element = stampEditor();

  /** @param {string} text @param {Editing} editing */
  constructor(text, { draft, save, cancel }) {
    const box = find("textarea", HTMLTextAreaElement, this.element);
    const grow = find(".grow", HTMLElement, this.element);
    box.value = text;
    grow.dataset.text = text;
    box.addEventListener("input", () => {
      grow.dataset.text = box.value;
      draft(box.value);
    });
    box.addEventListener("keydown", (event) => {
      // Keys mean something else on the row and in the room.
      event.stopPropagation();
      // The Enter that ends a composition is not one that saves; Safari tells only by the key code.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Escape") cancel();
      else if (event.key === "Enter" && !event.shiftKey) save(box.value);
      else return;
      event.preventDefault();
    });
    find(".save", HTMLButtonElement, this.element)
      .addEventListener("click", () => save(box.value));
    find(".cancel", HTMLButtonElement, this.element).addEventListener("click", cancel);
  }
}
