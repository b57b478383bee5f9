// @ts-check
// What an application may ask of a chat server. Does nothing itself: each wish goes to the
// connection or to the traffic on it.
/** @import {Limits, Member, Position} from "../../src/protocol.ts" */
/** @import {ChatEvents, Joined, Of} from "../chat.js" */
/** @import {Connection} from "./connection.js" */
/** @import {Drafts} from "./drafts.js" */
/** @import {Emitter} from "./events.js" */
/** @import {ReadMarks} from "./read_marks.js" */
/** @import {Traffic} from "./traffic.js" */
/** @import {Unsent} from "./unsent.js" */

/** The server writes room names in this form (W2.6, W10.13). @param {string} name */
function roomName(name) {
  return name.startsWith("@") ? name : name.normalize("NFC");
}

/** A chat server as one client sees it; made by `connect`. */
export class Chat {
  #connection;
  #traffic;
  #unsent;
  #marks;
  #drafts;
  #events;

  /**
   * @param {Connection} connection
   * @param {Traffic} traffic
   * @param {Unsent} unsent
   * @param {ReadMarks} marks
   * @param {Drafts} drafts
   * @param {Emitter<ChatEvents>} events
   */
  constructor(connection, traffic, unsent, marks, drafts, events) {
    this.#connection = connection;
    this.#traffic = traffic;
    this.#unsent = unsent;
    this.#marks = marks;
    this.#drafts = drafts;
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
    this.#traffic.leave(roomName(room));
  }

  /**
   * Says something as soon as that is possible. Throws a RangeError when too much is unsent.
   * @param {string} room
   * @param {string} text
   * @param {{replyTo?: number | undefined}} [options] `replyTo` is the seq of an earlier message.
   */
  say(room, text, { replyTo } = {}) {
    const reply = replyTo === undefined ? {} : { replyTo };
    return this.#traffic.say({ room: roomName(room), text, ...reply });
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
   * Bytes that a text has left of what the server takes, as far as that is known; under 0: too long.
   * @param {string} room
   * @param {string} text
   */
  bytesLeft(room, text) {
    return this.#unsent.bytesLeft(roomName(room), text);
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

  /**
   * Changes the text of one's own message. Rejects with a ChatError, as all of these do, also where
   * the connection ends before the answer: then it may have been done, and can be asked again.
   * @param {string} room
   * @param {number} of The message's seq.
   * @param {string} text
   * @returns {Promise<Of<"ack">>}
   */
  edit(room, of, text) {
    return this.#traffic.ask({ type: "edit", room: roomName(room), of, text });
  }

  /** Takes back a message, one's own or as a moderator. @param {string} room @param {number} of */
  delete(room, of) {
    return this.#traffic.ask({ type: "delete", room: roomName(room), of });
  }

  /**
   * Reacts to a message, or takes that back.
   * @param {string} room
   * @param {number} of
   * @param {string} emoji
   * @returns {Promise<Of<"ack">>}
   */
  react(room, of, emoji, on = true) {
    return this.#traffic.ask({ type: "react", room: roomName(room), of, emoji, on });
  }

  /** Needs `moderate`; "" clears it. @param {string} room @param {string} text */
  setTopic(room, text) {
    return this.#traffic.ask({ type: "topic", room: roomName(room), text });
  }

  /**
   * The page of messages before a seq, or the newest. Rejects with a ChatError.
   * @param {string} room
   * @param {{before?: number | undefined, around?: number | undefined, limit?: number | undefined}} [page]
   * @returns {Promise<Of<"history">>}
   */
  history(room, { before, around, limit } = {}) {
    return this.#traffic.ask({ type: "history", room: roomName(room), before, around, limit });
  }

  /**
   * A page of a room's members, ordered by uid. Rejects with a ChatError.
   * @param {string} room
   * @param {string} [after] The last uid of the page before.
   * @returns {Promise<Of<"members">>}
   */
  members(room, after) {
    return this.#traffic.ask({ type: "members", room: roomName(room), after });
  }

  /** The public rooms. Rejects with a ChatError. @returns {Promise<Of<"rooms">>} */
  rooms() {
    return this.#traffic.ask({ type: "rooms" });
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

  /**
   * Takes another name. Only guests may; rejects with a ChatError, `CONFLICT` where it is taken.
   * @param {string} name
   * @returns {Promise<Of<"nick">>}
   */
  nick(name) {
    return this.#traffic.ask({ type: "nick", name });
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
   * Makes every connection of a user leave a room; they may join again. Needs `moderate`, as `mute`
   * and `ban` do. Rejects with a ChatError.
   * @param {string} room
   * @param {string} uid
   * @returns {Promise<Of<"kicked">>}
   */
  kick(room, uid) {
    return this.#traffic.ask({ type: "kick", room: roomName(room), uid });
  }

  /**
   * Keeps a user from writing in a room: for so many minutes, until it is ended, or with 0 no more.
   * @param {string} room
   * @param {string} uid
   * @param {number} [minutes]
   * @returns {Promise<Of<"muted">>}
   */
  mute(room, uid, minutes) {
    return this.#traffic.ask({ type: "mute", room: roomName(room), uid, minutes });
  }

  /**
   * Keeps a user out of a room, or of everything where the room is null, for as long as `mute` does.
   * @param {string | null} room
   * @param {string} uid
   * @param {number} [minutes]
   * @returns {Promise<Of<"banned">>}
   */
  ban(room, uid, minutes) {
    const place = room === null ? {} : { room: roomName(room) };
    return this.#traffic.ask({ type: "ban", ...place, uid, minutes });
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
