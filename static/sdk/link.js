// @ts-check
// One socket: messages in and out in frames (W1, W2). Once it is cut nothing that it says counts,
// however late its events come. Knows nothing of what the messages mean.
import { BATCHED, encode, packFrames, unpackFrame } from "./frames.js";
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {ServerMessage} from "../../src/protocol.ts" */

/**
 * What a link tells until it is cut. `ended` has the close code, or null when it never opened.
 * @typedef {object} LinkHandlers
 * @property {(message: ServerMessage) => void} message
 * @property {(frame: ArrayBuffer) => void} binary
 * @property {(code: number | null) => void} ended
 */

export class Link {
  #socket;
  /** @type {LinkHandlers | null} */
  #handlers;
  /** @type {string[]} */
  #lines = [];
  isOpen = false;
  /** The largest frame that the server takes (W2.1), once it is known. */
  maxBytes = Infinity;

  /** @param {WebSocket} socket @param {LinkHandlers} handlers */
  constructor(socket, handlers) {
    this.#socket = socket;
    this.#handlers = handlers;
  }

  /** Listens to a new socket. @param {WebSocket} socket @param {LinkHandlers} handlers */
  static over(socket, handlers) {
    const link = new Link(socket, handlers);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => link.isOpen = true;
    socket.onmessage = ({ data }) => link.#receive(data);
    socket.onclose = ({ code }) => link.#handlers?.ended(link.isOpen ? code : null);
    return link;
  }

  /** Sends together with what else is sent in this microtask. @param {ClientMessage} message */
  send(message) {
    if (this.#lines.push(encode(message)) === 1) queueMicrotask(() => this.#flush());
  }

  /** @param {Uint8Array<ArrayBuffer>} frame */
  sendBinary(frame) {
    if (this.#isWritable) this.#socket.send(frame);
  }

  /** Sends what waits, says bye and listens no more. */
  cut() {
    this.#flush();
    this.#handlers = null;
    this.#socket.close(1000);
  }

  // A closing socket drops what it is given without a word.
  get #isWritable() {
    return this.#handlers !== null && this.#socket.readyState === 1;
  }

  #flush() {
    const lines = this.#lines.splice(0);
    if (!this.#isWritable) return;
    for (const frame of packFrames(lines, this.#socket.protocol === BATCHED, this.maxBytes)) {
      this.#socket.send(frame);
    }
  }

  /** @param {string | ArrayBuffer} data */
  #receive(data) {
    if (typeof data !== "string") return this.#handlers?.binary(data);
    for (const message of unpackFrame(data, this.#socket.protocol === BATCHED)) {
      // A handler may have cut the link.
      this.#handlers?.message(message);
    }
  }
}
