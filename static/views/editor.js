// @ts-check
// Where a message stands while one writes it anew: Enter saves, Escape leaves it as it was.
import { build, buildButton } from "./build.js";

/** @typedef {{draft: (text: string) => void, save: (text: string) => void, cancel: () => void}} Editing */

export class Editor {
  element = build("div", "editor");

  /** @param {string} text @param {Editing} editing */
  constructor(text, { draft, save, cancel }) {
    const box = build("textarea");
    const grow = build("div", "grow", box);
    const saveButton = buildButton("Save", () => save(box.value), "link save");
    const cancelButton = buildButton("Cancel", cancel, "link cancel");
    const keys = [saveButton, " ", build("span", "", "Enter"), " ", cancelButton, " "];
    this.element.append(
      grow,
      build("p", "editor-keys", ...keys, build("span", "", "Esc")),
    );
    Object.assign(box, { rows: 1, dir: "auto", ariaLabel: "Edit the message", value: text });
    box.enterKeyHint = "done";
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
  }
}
