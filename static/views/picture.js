// @ts-check
// A picture of a message in its box: not there yet, there, or what went wrong. It never changes the
// size of its box.
import { sizeOf } from "../model/file_words.js";
import { build, buildButton, buildIcon } from "./build.js";
import { find } from "./element.js";
import { fileName } from "./file_name.js";
import "./icons.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {Load} from "./file_card.js" */

export class Picture {
  #file;
  #load;
  #frame;
  #isNear = false;
  /** What is going on, aborted when it is no longer wanted. @type {AbortController | null} */
  #step = null;
  /** While it is shown. */
  #url = "";

  /** @param {HTMLElement} box @param {SharedFile} file @param {Load} load */
  constructor(box, file, load) {
    this.#file = file;
    this.#load = load;
    const { name, width, height, bytes } = file;
    const about = build("span", "", `, ${width} × ${height}, ${sizeOf(bytes)}`);
    const caption = find(".caption", HTMLElement, box);
    caption.replaceChildren(fileName(name), about);
    caption.title = name;
    this.#frame = find(".picture-frame", HTMLElement, box);
    // The caption says it already.
    this.#frame.ariaLive = "off";
    this.#wait();
  }

  /** @param {boolean} isNear */
  show(isNear) {
    this.#isNear = isNear;
    if (isNear) this.#fetch();
    // Who has it under the keyboard keeps it.
    else if (!this.#frame.contains(document.activeElement)) this.#drop();
  }

  async #fetch() {
    if (this.#step) return;
    const step = this.#step = new AbortController();
    this.#wait();
    try {
      const blob = await this.#load(step.signal);
      if (step.signal.aborted) return;
      this.#url = URL.createObjectURL(blob);
      await this.#put(blob);
    } catch {
      if (step.signal.aborted) return;
      this.#drop();
      this.#fail();
    }
  }

  /** @param {Blob} blob */
  async #put(blob) {
    const { name, width = 1, height = 1 } = this.#file;
    const image = build("img");
    image.alt = name;
    image.width = width;
    image.height = height;
    image.src = this.#url;
    const url = this.#url;
    await image.decode();
    if (url !== this.#url) return;
    const open = buildButton("", async () => {
      const { openPicture } = await import("./lightbox.js");
      await openPicture(this.#file, blob);
      if (!this.#isNear) this.#drop();
    }, "picture-open");
    open.append(image);
    const hadFocus = this.#frame.contains(document.activeElement);
    this.#frame.replaceChildren(open);
    if (hadFocus) open.focus({ preventScroll: true });
  }

  #drop() {
    this.#step?.abort();
    this.#step = null;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = "";
    this.#wait();
  }

  #wait() {
    this.#frame.replaceChildren(buildIcon("image"), "Loading");
  }

  #fail() {
    const again = buildButton("Try again", () => {
      this.#frame.tabIndex = -1;
      this.#frame.focus({ preventScroll: true });
      this.#fetch();
    }, "link");
    again.ariaLabel = `Try again to load ${this.#file.name}`;
    this.#frame.replaceChildren(buildIcon("warn"), "Could not be loaded", again);
  }
}
