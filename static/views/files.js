// @ts-check
// The files of messages in the log: a picture is fetched when it comes near the view and let go when
// it is far from it or its row is gone; any other is fetched when somebody wants it.
import { isPicture } from "../model/file_words.js";
import { find } from "./element.js";
import { FileCard } from "./file_card.js";
import { Picture } from "./picture.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */

/** Nearer to what is in view than this, a picture is wanted. */
const NEAR = "800px 0px";

export class Files {
  #chat;
  /** @type {WeakMap<Element, Picture>} */
  #pictures = new WeakMap();
  #near;

  /** @param {Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    this.#near = new IntersectionObserver((seen) => {
      // A box that is taken out of the page is no longer near either.
      for (const { target, isIntersecting } of seen) {
        this.#pictures.get(target)?.show(isIntersecting);
      }
    }, { root: find("#log", HTMLElement), rootMargin: NEAR });
  }

  /** Puts the files of a message into their boxes. @param {Element} boxes @param {readonly SharedFile[]} files @param {string} room */
  fill(boxes, files, room) {
    files.forEach((file, at) => {
      const box = boxes.children[at];
      if (!(box instanceof HTMLElement)) return;
      const load = async (/** @type {AbortSignal} */ signal) => {
        const response = await this.#chat.file(room, file.id, { signal });
        return await response.blob();
      };
      if (!isPicture(file)) return void new FileCard(box, file, load);
      this.#pictures.set(box, new Picture(box, file, load));
      this.#near.observe(box);
    });
  }
}
