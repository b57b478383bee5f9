// @ts-check
// The card of a file that goes with the next message: what it is, how far it is, what went wrong.
import { sizeOf } from "../model/file_words.js";
import { build, buildButton, buildIcon, buildIconButton } from "./build.js";
import { fileName } from "./file_name.js";
import "./icons.js";
/** @import {Attachment} from "../model/attachments.js" */

/** @typedef {{retry: (key: string) => void, remove: (key: string) => void}} Doing */

/** Of these the browser shows a small picture. */
const PICTURES = /^image\/(png|jpeg|gif|webp)$/;

export class AttachmentCard {
  element = build("li", "attachment");
  #bar = build("progress");
  #words = build("span", "attachment-words");
  #retry;

  /** @param {Attachment} attachment @param {Doing} doing */
  constructor({ key, file }, { retry, remove }) {
    this.#retry = buildButton("Try again", () => {
      retry(key);
      close.focus();
    }, "button little");
    this.#retry.ariaLabel = `Try again to upload ${file.name}`;
    const close = buildIconButton("close", `Remove ${file.name}`, () => remove(key));
    close.firstElementChild?.classList.add("small");
    this.#bar.max = file.size || 1;
    this.#bar.ariaLabel = file.name;
    const name = fileName(file.name);
    name.title = file.name;
    const body = build("div", "attachment-body", name, this.#bar, this.#words);
    this.element.append(faceOf(file), body, this.#retry, close);
  }

  /** @param {Attachment} attachment */
  update(attachment) {
    const { state } = attachment;
    this.element.classList.toggle("failed", state === "failed");
    this.#bar.hidden = state !== "uploading";
    this.#retry.hidden = state !== "failed" || !attachment.mayRetry;
    if (state === "uploading") this.#bar.value = attachment.sent;
    const words = wordsOf(attachment);
    if (this.#words.textContent !== words) this.#words.textContent = words;
  }
}

/** @param {{sent: number, file: File}} uploading */
export function percentOf({ sent, file }) {
  return Math.min(100, Math.floor(100 * sent / file.size));
}

/** @param {Attachment} attachment */
function wordsOf(attachment) {
  switch (attachment.state) {
    case "waiting":
      return `Waiting for the connection, ${sizeOf(attachment.file.size)}`;
    case "uploading":
      return `Uploading, ${percentOf(attachment)} % of ${sizeOf(attachment.file.size)}`;
    case "done":
      return sizeOf(attachment.shared.bytes);
    case "failed":
      return attachment.why;
  }
}

/** A small picture of one, or what kind it is. @param {File} file */
function faceOf(file) {
  if (!PICTURES.test(file.type)) return buildIcon("file");
  const image = build("img", "attachment-face");
  const url = URL.createObjectURL(file);
  const isSeen = () => URL.revokeObjectURL(url);
  image.alt = "";
  image.width = image.height = 36;
  image.addEventListener("load", isSeen);
  image.addEventListener("error", () => {
    isSeen();
    image.replaceWith(buildIcon("image"));
  });
  image.src = url;
  return image;
}
