// @ts-check
// A file of a message that is not shown: its name, its size, the way to have it.
import { sizeOf } from "../model/file_words.js";
import { build, buildIcon, buildIconButton } from "./build.js";
import { fileName } from "./file_name.js";
import "./icons.js";
import { save } from "./save.js";
import { speak } from "./spoken.js";
/** @import {SharedFile} from "../../src/protocol.ts" */

/** The file itself. @typedef {(signal: AbortSignal) => Promise<Blob>} Load */

export class FileCard {
  #file;
  #load;
  #words = build("span", "file-words");
  #isLoading = false;

  /** @param {HTMLElement} box @param {SharedFile} file @param {Load} load */
  constructor(box, file, load) {
    this.#file = file;
    this.#load = load;
    this.#words.textContent = sizeOf(file.bytes);
    const name = fileName(file.name);
    name.title = file.name;
    const get = buildIconButton("download", `Download ${file.name}`, () => this.#get());
    box.replaceChildren(buildIcon("file"), build("p", "", name, this.#words), get);
  }

  async #get() {
    if (this.#isLoading) return;
    const { name, bytes } = this.#file;
    this.#isLoading = true;
    this.#tell(`Loading, ${sizeOf(bytes)}`, false);
    try {
      save(await this.#load(new AbortController().signal), name);
      this.#tell(sizeOf(bytes), false);
    } catch {
      this.#tell("Could not be loaded. Try again.", true);
      speak(`${name} could not be loaded.`);
    }
    this.#isLoading = false;
  }

  /** @param {string} words @param {boolean} isBad */
  #tell(words, isBad) {
    this.#words.textContent = words;
    this.#words.classList.toggle("bad", isBad);
  }
}
