// @ts-check
// What an application may want of a chat server. Does nothing itself: each wish goes to the
// connection or to the traffic on it.
import { Questions, roomName } from "./questions.js";
/** @import {ChatEvents, Joined, Limits, Member, Of, Position} from "../chat.js" */
/** @import {SharedFile, Uploaded, UploadOptions} from "../chat.js" */
/** @import {Connection} from "./connection.js" */
/** @import {Emitter} from "./events.js" */
/** @import {Files} from "./files.js" */
/** @import {ReadMarks} from "./read_marks.js" */
/** @import {Drafts} from "./storage.js" */
/** @import {Traffic} from "./traffic.js" */
/** @import {Unsent} from "./unsent.js" */

/** A chat server as one client sees it; made by `connect`. */
export class Chat extends Questions {
  #connection;
  #traffic;
  #unsent;
  #marks;
  #drafts;
  #files;
  #events;

  /**
   * @param {Connection} connection
   * @param {Traffic} traffic
   * @param {Unsent} unsent
   * @param {ReadMarks} marks
   * @param {Drafts} drafts
   * @param {() => Promise<Files>} files
   * @param {Emitter<ChatEvents>} events
   */
  constructor(connection, traffic, unsent, marks, drafts, files, events) {
    super(traffic);
    this.#connection = connection;
    this.#traffic = traffic;
    this.#unsent = unsent;
    this.#marks = marks;
    this.#drafts = drafts;
    this.#files = files;
    this.#events = events;
  }

  get state() {
    return this.#connection.state;
  }

  /** Who one is, since the first welcome. @returns {Member | null} */
  get me() {
    const { welcome } = this.#connection;
    return welcome && { uid: welcome.uid, user: welcome.user };
  }

  /** @returns {Limits | null} */
  get limits() {
    return this.#connection.welcome?.limits ?? null;
  }

  /** Waiting and failed messages, oldest first. */
  get unsent() {
    return this.#unsent.list;
  }

  /**
   * Joins a room, and again after every reconnect until `leave`. Rejects with a ChatError, also
   * where the connection is `stopped`; the room is then joined as soon as there is one again.
   * @param {string} room
   * @returns {Promise<Joined>}
   */
  join(room) {
    return this.#traffic.join(roomName(room));
  }

  /** @param {string} room */
  leave(room) {
    // How far one has read goes out before, or never.
    this.#marks.flush();
    this.#traffic.leave(roomName(room));
  }

  /**
   * Says something as soon as that is possible. Throws a RangeError when too much is unsent.
   * @param {string} room
   * @param {string} text
   * @param {{replyTo?: number | undefined, files?: readonly SharedFile[] | undefined}} [options] `replyTo` is the
   *   seq of an earlier message; `files` were uploaded to the room, and with them the text may be "".
   */
  say(room, text, { replyTo, files = [] } = {}) {
    const reply = replyTo === undefined ? {} : { replyTo };
    const given = files.length === 0 ? {} : { files: [...files] };
    return this.#traffic.say({ room: roomName(room), text, ...reply, ...given });
  }

  /**
   * Says something to one user, as `say` does. It has no room until it is sent.
   * @param {string} to A uid, or the name of somebody who is connected.
   * @param {string} text
   */
  direct(to, text) {
    return this.#traffic.say({ room: "", to, text });
  }

  /**
   * Uploads a file to a room, for a message there (W19). Rejects with a ChatError, or with the reason
   * of the signal. What is not said within an hour is dropped by the server.
   * @param {string} room
   * @param {Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer> | ReadableStream | string} body
   * @param {UploadOptions} [options]
   * @returns {Promise<Uploaded>}
   */
  async upload(room, body, options = {}) {
    return await (await this.#files()).upload(room, body, options);
  }

  /**
   * A file of a message, or of one's own that is not said yet. Rejects with a ChatError.
   * @param {string} room
   * @param {string} id
   * @param {{signal?: AbortSignal | undefined}} [options]
   * @returns {Promise<Response>}
   */
  async file(room, id, { signal } = {}) {
    return await (await this.#files()).get(room, id, signal);
  }

  /** Drops what one uploaded and has not said. Rejects with a ChatError. @param {string} room @param {string} id */
  async dropFile(room, id) {
    await (await this.#files()).drop(room, id);
  }

  /**
   * Bytes that a text has left of what the server takes, as far as that is known; under 0: too long.
   * @param {string} room
   * @param {string} text
   * @param {number} [files] How many go with it.
   */
  bytesLeft(room, text, files = 0) {
    return this.#unsent.bytesLeft(roomName(room), text, files);
  }

  /** What was begun and not said in a room, or "". @param {string} room */
  draft(room) {
    return this.#drafts.get(roomName(room));
  }

  /** Keeps it, in the storage where there is one. @param {string} room @param {string} text */
  keepDraft(room, text) {
    this.#drafts.keep(roomName(room), text);
  }

  /** Tries a failed message again. @param {string} ref */
  resend(ref) {
    this.#traffic.resend(ref);
  }

  /** Forgets a message that is not acknowledged. @param {string} ref */
  discard(ref) {
    this.#unsent.discard(ref);
  }

  /** @param {string} room */
  typing(room, on = true) {
    this.#traffic.typing(roomName(room), on);
  }

  /**
   * Relays bytes to the others who are in the room now. Throws a RangeError when it is too large.
   * @param {string} room
   * @param {Uint8Array} data
   */
  sendBinary(room, data) {
    this.#traffic.sendBinary(roomName(room), data);
  }

  /**
   * Says that one has read a joined room up to there. A smaller seq than before does nothing.
   * @param {string} room
   * @param {number} seq
   */
  read(room, seq) {
    this.#marks.read(roomName(room), seq);
  }

  /** Tells the server now how far one has read, which else waits up to a second: before a page goes. */
  flush() {
    this.#marks.flush();
  }

  /** Where one stands in a room's log. @param {string} room @returns {Position | undefined} */
  position(room) {
    return this.#traffic.position(roomName(room));
  }

  /**
   * Listens; the function that comes back takes the listener off.
   * @template {keyof ChatEvents} K
   * @param {K} type
   * @param {(event: ChatEvents[K]) => void} listener
   * @returns {() => void}
   */
  on(type, listener) {
    return this.#events.on(type, listener);
  }

  /**
   * Shows another token of the same user on the connection that there is, and from then on. Rejects
   * with a ChatError when it is not good; then all is as before.
   * @param {string} token
   * @returns {Promise<Of<"welcome">>}
   */
  async auth(token) {
    const welcome = await this.#traffic.ask({ type: "auth", token });
    this.#connection.setToken(token);
    return welcome;
  }

  /** Shows this token from now on, and at once where there is no connection. @param {string} token */
  setToken(token) {
    this.#connection.setToken(token);
  }

  /** Tries at once; when connected, makes sure within 5 s that it still is. */
  retryNow() {
    this.#connection.retryNow();
  }

  /** Ends it for good. Unsent messages stay in the storage. */
  close() {
    this.#connection.close();
  }
}
