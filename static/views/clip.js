// @ts-check
// The ways a file comes to the next message: the button, the clipboard, dropped on the room. What
// becomes of it is fetched with the first one.
import { find } from "./element.js";
import { Later } from "./later.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Room} from "../model/room.js" */
/** @import {Attaching} from "./attaching.js" */

/**
 * @typedef {object} Around
 * @property {() => Room} room in view
 * @property {() => void} changed what goes with the next message
 * @property {(words: string, isBad?: boolean) => void} tell something about what was chosen
 * @property {() => void} write puts the focus where one writes
 */

const NOT_ATTACHED = "Nothing was attached. Try again when you are connected.";

export class Clip {
  #chat;
  #around;
  #button = find("#clip", HTMLButtonElement);
  #input = find("#clip-files", HTMLInputElement);
  #room = find("#room", HTMLElement);
  /** @type {Later<Attaching>} */
  #attaching;
  /** Sends what waits for the card of a file that was chosen. @type {(() => void) | null} */
  #go = null;

  /** @param {Chat} chat @param {Around} around */
  constructor(chat, around) {
    this.#chat = chat;
    this.#around = around;
    this.#attaching = new Later(
      async () => {
        const { Attaching } = await import("./attaching.js");
        return new Attaching(chat, around);
      },
      "/css/attaching.css",
      () => around.tell(NOT_ATTACHED, true),
    );
  }

  start() {
    this.#button.addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => {
      this.#add([...this.#input.files ?? []]);
      // The same one may be chosen again.
      this.#input.value = "";
      this.#around.write();
    });
    document.addEventListener("paste", (event) => this.#paste(event));
    for (const type of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(type, (event) => this.#drag(/** @type {DragEvent} */ (event)));
    }
  }

  /** @param {boolean} mayWrite in the room in view; it is also asked whether the server takes files */
  offer(mayWrite) {
    this.#button.hidden = !mayWrite || !this.#chat.limits?.fileBytes;
  }

  /** Another room is in view. */
  open() {
    this.#attaching.now?.open();
  }

  /** Whether nothing goes with the next message. */
  get isEmpty() {
    return this.#attaching.now?.isEmpty ?? true;
  }

  /** What goes with the next message. @returns {readonly SharedFile[]} */
  get files() {
    return this.#attaching.now?.files ?? [];
  }

  /** Takes back those of a message that was not sent. @param {readonly SharedFile[]} files */
  restore(files) {
    const { name } = this.#around.room();
    if (files.length > 0) this.#attaching.do((attaching) => attaching.restore(name, files));
  }

  /** It went. */
  said() {
    this.#attaching.now?.said();
  }

  /**
   * Why the message can't go yet, if so; `go` is called when that is over by itself.
   * @param {() => void} go
   * @returns {{words: string, isBad: boolean} | null}
   */
  hold(go) {
    const { now, isWanted } = this.#attaching;
    if (now || !isWanted) return now?.hold(go) ?? null;
    this.#go = go;
    this.#attaching.do(() => this.#go?.());
    return { words: "This goes out as soon as the files are uploaded.", isBad: false };
  }

  /** The message is not to go by itself. */
  release() {
    this.#go = null;
    this.#attaching.now?.release();
  }

  /** @param {File[]} files */
  #add(files) {
    const { name } = this.#around.room();
    if (files.length > 0) this.#attaching.do((attaching) => attaching.add(name, files));
  }

  /** Something is held over the room that could be dropped there. @param {boolean} isOver */
  #aim(isOver) {
    if (isOver || this.#attaching.isWanted) {
      this.#attaching.do((attaching) => attaching.aim(isOver));
    }
  }

  /** Where there are words too, as of a table, these are what is meant. @param {ClipboardEvent} event */
  #paste(event) {
    const { target, clipboardData } = event;
    const isElsewhere = target instanceof Element &&
      target.closest("input, textarea:not(#say), dialog") !== null;
    if (isElsewhere || this.#button.hidden || !clipboardData?.files.length) return;
    if (clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    this.#add([...clipboardData.files]);
    this.#around.write();
  }

  /** @param {DragEvent} event */
  #drag(event) {
    const { type, target, dataTransfer, relatedTarget } = event;
    if (!dataTransfer?.types.includes("Files")) return;
    if (type === "dragleave") {
      const isOut = !(relatedTarget instanceof Node && this.#room.contains(relatedTarget));
      return isOut ? this.#aim(false) : undefined;
    }
    // Left to the browser, it would open the file in place of the page.
    event.preventDefault();
    const isTaken = !this.#button.hidden && target instanceof Node && this.#room.contains(target);
    dataTransfer.dropEffect = isTaken ? "copy" : "none";
    if (type === "dragover") return this.#aim(isTaken);
    const { items } = dataTransfer;
    const isFolder = [...items].some((item) => item.webkitGetAsEntry()?.isDirectory);
    const files = [...items].filter((item) => !item.webkitGetAsEntry()?.isDirectory)
      .map((item) => item.getAsFile()).filter((file) => file !== null);
    this.#aim(false);
    if (!isTaken) return;
    this.#add(files);
    if (isFolder) this.#around.tell("A folder can’t be sent, but the files in it can.");
    this.#around.write();
  }
}
