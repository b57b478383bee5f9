// @ts-check
// What goes with the next message, above the text: a card for each file, what is said of it, and the
// target for what is dropped.
import { Attachments, MAX_FILES } from "../model/attachments.js";
import { AttachmentCard, percentOf } from "./attachment_card.js";
import { build } from "./build.js";
import { find } from "./element.js";
import { Keyed } from "./keyed.js";
import { speak } from "./spoken.js";
import { counted } from "./wording.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {Chat} from "../chat.js" */
/** @import {Attachment} from "../model/attachments.js" */
/** @import {Around} from "./clip.js" */

/** How far an upload is, is said at most so often. */
const SAID_EVERY_MS = 10_000;

export class Attaching {
  #around;
  #attachments;
  #list = build("ul", "attachments");
  #target = build("p", "drop-target");
  #cards;
  /** Sends what waits for its files. @type {(() => void) | null} */
  #go = null;
  #saidAt = 0;

  /** @param {Chat} chat @param {Around} around */
  constructor(chat, around) {
    this.#around = around;
    this.#attachments = new Attachments(chat, (...what) => this.#changed(...what));
    this.#cards = new Keyed(
      this.#list,
      (/** @type {Attachment} */ attachment) =>
        new AttachmentCard(attachment, {
          retry: (key) => this.#attachments.retry(this.#room, key),
          remove: (key) => this.#remove(key),
        }),
    );
    this.#list.ariaLabel = "Files of this message";
    this.#list.hidden = true;
    find("#composer-grow", HTMLElement).before(this.#list);
    this.#target.hidden = true;
    this.#target.ariaHidden = "true";
    find("#room", HTMLElement).append(this.#target);
  }

  /** @param {string} room @param {File[]} files */
  add(room, files) {
    this.#added(this.#attachments.add(room, files));
  }

  /** Those of a message that was not sent. @param {string} room @param {readonly SharedFile[]} files */
  restore(room, files) {
    this.#added(this.#attachments.restore(room, files));
  }

  /** @param {number} left out */
  #added(left) {
    if (left > 0) {
      const was = left === 1 ? "was" : "were";
      this.#around.tell(`A message takes ${MAX_FILES} files; ${left} ${was} left out.`);
    }
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** Another room is in view. */
  open() {
    this.release();
    this.#show();
  }

  get isEmpty() {
    return this.#all.length === 0;
  }

  get files() {
    return this.#all.flatMap((each) => each.state === "done" ? [each.shared] : []);
  }

  said() {
    this.#attachments.said(this.#room);
  }

  /** @param {() => void} go */
  hold(go) {
    this.release();
    const failed = this.#all.filter((each) => each.state === "failed");
    if (failed.length > 0) {
      this.#list.querySelector(".failed")?.scrollIntoView({ block: "nearest" });
      const [are, them] = failed.length === 1 ? ["is", "it"] : ["are", "them"];
      const cure = failed.some(({ mayRetry }) => mayRetry) ? "Try again, or remove" : "Remove";
      const words = `${counted(failed.length, "file")} ${are} not uploaded. ${cure} ${them}.`;
      return { words, isBad: true };
    }
    if (!this.#isBusy) return null;
    this.#go = go;
    return { words: "This goes out as soon as the files are uploaded.", isBad: false };
  }

  release() {
    this.#go = null;
  }

  /** Something is held over the room that could be dropped there. @param {boolean} isOver */
  aim(isOver) {
    if (this.#target.hidden === !isOver) return;
    this.#target.hidden = !isOver;
    this.#target.textContent = isOver
      ? `Drop files to send them to ${this.#around.room().label}`
      : "";
  }

  get #room() {
    return this.#around.room().name;
  }

  get #all() {
    return this.#attachments.of(this.#room);
  }

  get #isBusy() {
    return this.#all.some(({ state }) => state === "waiting" || state === "uploading");
  }

  /** @param {string} key */
  #remove(key) {
    const file = this.#all.find((each) => each.key === key)?.file;
    this.#attachments.remove(this.#room, key);
    if (file) speak(`${file.name} is taken out.`);
    this.#around.write();
  }

  /** @param {string} room @param {Attachment} [attachment] */
  #changed(room, attachment) {
    if (this.#attachments.isRunning) addEventListener("beforeunload", warn);
    else removeEventListener("beforeunload", warn);
    if (attachment) this.#say(attachment);
    if (room !== this.#room) return;
    this.#show();
    if (this.#isBusy) return;
    const go = this.#go;
    this.release();
    go?.();
  }

  #show() {
    this.#cards.show(this.#all);
    this.#list.hidden = this.isEmpty;
    this.#around.changed();
  }

  /** @param {Attachment} attachment */
  #say(attachment) {
    const { state, file } = attachment;
    const now = Date.now();
    if (state === "done") speak(`${file.name} is uploaded.`);
    else if (state === "failed") speak(`${file.name}: ${attachment.why}`);
    else if (state === "uploading" && now - this.#saidAt >= SAID_EVERY_MS) {
      this.#saidAt = now;
      speak(`Uploading ${file.name}, ${percentOf(attachment)} %`);
    }
  }
}

/** What is on its way would be lost. @param {Event} event */
function warn(event) {
  event.preventDefault();
}
