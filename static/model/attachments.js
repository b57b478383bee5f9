// @ts-check
// What goes with the next message of each room: files that are uploaded as soon as they are chosen.
// Knows nothing of the page.
import { sizeOf } from "./file_words.js";
/** @import {SharedFile} from "../../src/protocol.ts" */
/** @import {Chat, ChatError} from "../chat.js" */

/** Files of a message at most (W19.5). */
export const MAX_FILES = 8;

/**
 * One file, replaced whole whenever it changes. `waiting` ones have no connection yet; `sent` counts
 * bytes; a `failed` one says why, and whether it may be tried again.
 * @typedef {{key: string, file: File} & (
 *   {state: "waiting"} | {state: "uploading", sent: number} | {state: "done", shared: SharedFile} |
 *   {state: "failed", why: string, mayRetry: boolean}
 * )} Attachment
 */
/** @typedef {Attachment extends infer A ? A extends any ? Omit<A, "key" | "file"> : never : never} Stage */

export class Attachments {
  #chat;
  #changed;
  /** By room, in the order in which they were chosen. @type {Map<string, Map<string, Attachment>>} */
  #rooms = new Map();
  /** Of those on their way. @type {Map<string, AbortController>} */
  #running = new Map();
  #count = 0;

  /** @param {Chat} chat @param {(room: string, attachment?: Attachment) => void} changed with the one that did, unless it is gone */
  constructor(chat, changed) {
    this.#chat = chat;
    this.#changed = changed;
    chat.on("state", ({ status }) => {
      if (status !== "connected") return;
      for (const [room, attachments] of this.#rooms) {
        for (const { key, state } of attachments.values()) {
          if (state === "waiting") this.retry(room, key);
        }
      }
    });
  }

  /** @param {string} room @returns {readonly Attachment[]} */
  of(room) {
    return [...this.#rooms.get(room)?.values() ?? []];
  }

  /** Whether leaving the page now would lose something on its way. */
  get isRunning() {
    return this.#running.size > 0;
  }

  /** Begins with each; says how many were too many. @param {string} room @param {readonly File[]} files */
  add(room, files) {
    const taken = files.slice(0, MAX_FILES - this.of(room).length);
    for (const file of taken) {
      const key = this.#makeKey();
      const wrong = wrongWith(file, this.#chat.limits?.fileBytes ?? Infinity);
      if (wrong) this.#put(room, { key, file, state: "failed", why: wrong, mayRetry: false });
      else this.#upload(room, key, file);
    }
    return files.length - taken.length;
  }

  /** Has these again, which are uploaded; says as `add`. @param {string} room @param {readonly SharedFile[]} files */
  restore(room, files) {
    const taken = files.slice(0, MAX_FILES - this.of(room).length);
    for (const shared of taken) {
      // Its name and its size are known, and its bytes need not come again.
      const file = new File([], shared.name);
      this.#put(room, { key: this.#makeKey(), file, state: "done", shared });
    }
    return files.length - taken.length;
  }

  /** @param {string} room @param {string} key */
  retry(room, key) {
    const attachment = this.#rooms.get(room)?.get(key);
    if (attachment) this.#upload(room, key, attachment.file);
  }

  /** @param {string} room @param {string} key */
  remove(room, key) {
    const attachment = this.#rooms.get(room)?.get(key);
    this.#rooms.get(room)?.delete(key);
    this.#stop(key);
    // What is not told now, the server finds out within the hour.
    if (attachment?.state === "done") {
      this.#chat.dropFile(room, attachment.shared.id).catch(() => {});
    }
    this.#changed(room);
  }

  /** Those of a room went with a message. @param {string} room */
  said(room) {
    this.#rooms.delete(room);
    this.#changed(room);
  }

  #makeKey() {
    return `file ${++this.#count}`;
  }

  /** @param {string} room @param {string} key @param {File} file */
  async #upload(room, key, file) {
    this.#stop(key);
    const stage = (/** @type {Stage} */ stage) => this.#put(room, { key, file, ...stage });
    if (this.#chat.state.status !== "connected") return stage({ state: "waiting" });
    const running = new AbortController();
    const { signal } = running;
    let sent = 0;
    this.#running.set(key, running);
    stage({ state: "uploading", sent });
    const onProgress = (/** @type {number} */ bytes) => {
      sent = bytes;
      if (!signal.aborted) stage({ state: "uploading", sent });
    };
    try {
      const shared = await this.#chat.upload(room, file, { name: file.name, signal, onProgress });
      if (signal.aborted) return;
      this.#running.delete(key);
      stage({ state: "done", shared });
    } catch (error) {
      if (signal.aborted) return;
      this.#running.delete(key);
      stage({ state: "failed", ...failureOf(/** @type {ChatError} */ (error), file, sent) });
    }
  }

  /** @param {string} key */
  #stop(key) {
    this.#running.get(key)?.abort();
    this.#running.delete(key);
  }

  /** @param {string} room @param {Attachment} attachment */
  #put(room, attachment) {
    const known = this.#rooms.get(room) ?? new Map();
    this.#rooms.set(room, known.set(attachment.key, attachment));
    this.#changed(room, attachment);
  }
}

/** What can be known before it is sent. @param {File} file @param {number} maxBytes */
function wrongWith({ size }, maxBytes) {
  if (size === 0) return "Not uploaded. It is empty.";
  if (size <= maxBytes) return "";
  return `Not uploaded. It is ${sizeOf(size)}; ${sizeOf(maxBytes)} is the limit here.`;
}

/** @param {ChatError} error @param {File} file @param {number} sent */
function failureOf({ code, message }, file, sent) {
  const done = Math.floor(100 * sent / file.size);
  // Over HTTP there are more codes than in messages.
  switch (/** @type {string | undefined} */ (code)) {
    case "FILES_FULL":
      return { why: `Not uploaded. ${whatIsFull(message)}`, mayRetry: true };
    case "RATE_LIMITED":
      return { why: "Not uploaded. Too much was sent at once.", mayRetry: true };
    case "TIMEOUT":
      return { why: "Not uploaded. It took too long.", mayRetry: true };
    case undefined:
    case "UNAVAILABLE":
      if (sent < file.size) {
        return { why: `Not uploaded. The connection broke at ${done} %.`, mayRetry: true };
      }
      /* falls through */
    case "INTERNAL":
      return { why: "Not uploaded. The server could not take it.", mayRetry: true };
    case "TOO_LARGE":
      return {
        why: `Not uploaded. The server does not take ${sizeOf(file.size)}.`,
        mayRetry: false,
      };
    case "NOT_FOUND":
      return { why: "Not uploaded. This room is not open to you.", mayRetry: true };
  }
  return {
    why: `Not uploaded. ${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
    mayRetry: true,
  };
}

/** One code for two reasons (W19.3): the words tell one's own share from the server's space. @param {string} message */
function whatIsFull(message) {
  return message.startsWith("files that you uploaded")
    ? "Too much that you uploaded is not sent yet. Send or remove some of it."
    : "The server has no room for it.";
}
