// @ts-check
// What stands around the rooms: help, settings, notifications, what is kept for when one is offline.
// Each part comes when it is first wanted.
import { find } from "./element.js";
import { loadStyle, NOT_LOADED } from "./later.js";
import { tell } from "./spoken.js";
/** @import {Chat} from "../chat.js" */
/** @import {Memory} from "../model/memory.js" */

/**
 * `inView` is the room that somebody looks at, or nothing.
 * @typedef {object} House
 * @property {string} inView
 * @property {(room: string) => void} enter
 */

/** By then all that a visit needs at once has been loaded. */
const KEEP_AFTER_MS = 3_000;
const TEXT_FIELDS = "input, textarea, select, [contenteditable]";

export class Shell {
  #chat;
  #memory;
  #house;
  #notifies = false;
  #version = "";
  #isOpening = false;

  /** @param {Chat} chat @param {Memory} memory @param {House} house */
  constructor(chat, memory, house) {
    this.#chat = chat;
    this.#memory = memory;
    this.#house = house;
  }

  start() {
    this.#chat.on("welcome", ({ version }) => this.#version = version);
    const off = this.#chat.on("welcome", () => {
      off();
      setTimeout(() => this.#keep(), KEEP_AFTER_MS);
      if (this.#memory.notify) this.#notify();
    });
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      if (data.room) this.#house.enter(data.room);
    });
    find("#help", HTMLButtonElement).addEventListener("click", () => this.#help());
    find("#settings", HTMLButtonElement).addEventListener("click", () => {
      this.#open(async () => {
        const { openSettings } = await import("./settings.js");
        await openSettings(this.#chat, this.#memory, () => this.#notify());
      });
    });
    // As `buildIconButton` does for those that come later.
    for (const button of document.querySelectorAll(".icon-button, .send")) {
      if (button instanceof HTMLElement) button.title ||= button.ariaLabel ?? "";
    }
    addEventListener("keydown", (event) => {
      const { key, target, ctrlKey, metaKey, altKey } = event;
      const writes = target instanceof Element && target.matches(TEXT_FIELDS);
      if (key !== "?" || writes || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      this.#help();
    });
  }

  /** What can't be had now can at the next visit. */
  async #keep() {
    loadStyle("/css/system.css").catch(() => {});
    import("./notice.js").catch(() => {});
    const worker = await import("./worker.js").catch(() => null);
    return await worker?.startWorker();
  }

  /** From now on; what is told goes by what the memory says then. */
  async #notify() {
    if (this.#notifies) return;
    this.#notifies = true;
    const [worker, notifier] = await Promise.all([
      this.#keep(),
      import("./notifier.js").catch(() => null),
    ]);
    if (!worker || !notifier) return;
    new notifier.Notifier(this.#chat, this.#memory, () => this.#house.inView, worker).start();
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
      tell(NOT_LOADED);
    } finally {
      this.#isOpening = false;
    }
  }
}
