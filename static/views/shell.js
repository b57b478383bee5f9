// @ts-check
// What stands around the rooms, help and settings; each part comes when it is first wanted.
import { find } from "./element.js";
import { speak } from "./spoken.js";
/** @import {Chat} from "../chat.js" */
/** @import {Memory} from "../model/memory.js" */

const TEXT_FIELDS = "input, textarea, select, [contenteditable]";

export class Shell {
  #chat;
  #memory;
  #version = "";
  #isOpening = false;

  /** @param {Chat} chat @param {Memory} memory */
  constructor(chat, memory) {
    this.#chat = chat;
    this.#memory = memory;
  }

  start() {
    this.#chat.on("welcome", ({ version }) => this.#version = version);
    find("#help", HTMLButtonElement).addEventListener("click", () => this.#help());
    find("#settings", HTMLButtonElement).addEventListener("click", () => {
      this.#open(async () => {
        const { openSettings } = await import("./settings.js");
        await openSettings(this.#chat, this.#memory);
      });
    });
    addEventListener("keydown", (event) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      const writes = target instanceof Element && target.matches(TEXT_FIELDS);
      if (key !== "?" || writes || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      this.#help();
    });
  }

  #help() {
    this.#open(async () => {
      const { openHelp } = await import("./help.js");
      await openHelp(this.#version);
    });
  }

  /** One at a time. @param {() => Promise<void>} open */
  async #open(open) {
    if (this.#isOpening || document.querySelector("dialog[open]")) return;
    this.#isOpening = true;
    try {
      await open();
    } catch {
      speak("This could not be loaded. Try again when you are connected.");
    } finally {
      this.#isOpening = false;
    }
  }
}
