// @ts-check
// What may be asked of a chat server, each with one answer. Knows nothing of how that comes.
/** @import {Of} from "../chat.js" */
/** @import {Traffic} from "./traffic.js" */

/** The server writes room names in this form (W2.6, W10.13). @param {string} name */
export function roomName(name) {
  return name.startsWith("@") ? name : name.normalize("NFC");
}

/** @param {string | null | undefined} room */
function placeOf(room) {
  return room == null ? {} : { room: roomName(room) };
}

/**
 * Each rejects with a ChatError where the answer is a refusal, and where the connection ends before
 * it: then what was asked may have been done, and can be asked again.
 */
export class Questions {
  #traffic;

  /** @param {Traffic} traffic */
  constructor(traffic) {
    this.#traffic = traffic;
  }

  /**
   * Changes the text of one's own message.
   * @param {string} room
   * @param {number} of The message's seq.
   * @param {string} text
   * @param {string} [ref] Asked again under the same one, it is done once (W7.2); here and below.
   * @returns {Promise<Of<"ack">>}
   */
  edit(room, of, text, ref) {
    return this.#traffic.ask({ type: "edit", room: roomName(room), of, text, ref });
  }

  /**
   * Takes back a message, one's own or as a moderator.
   * @param {string} room
   * @param {number} of
   * @param {string} [ref]
   * @returns {Promise<Of<"ack">>}
   */
  delete(room, of, ref) {
    return this.#traffic.ask({ type: "delete", room: roomName(room), of, ref });
  }

  /**
   * Reacts to a message, or takes that back.
   * @param {string} room
   * @param {number} of
   * @param {string} emoji
   * @param {boolean} [on]
   * @param {string} [ref]
   * @returns {Promise<Of<"ack">>}
   */
  react(room, of, emoji, on = true, ref) {
    return this.#traffic.ask({ type: "react", room: roomName(room), of, emoji, on, ref });
  }

  /**
   * Needs `moderate`; "" clears it.
   * @param {string} room
   * @param {string} text
   * @returns {Promise<Of<"ack">>}
   */
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
   * Messages that have all words of a text, newest first, each with the `ranges` of its text where they
   * stand. Phrases stand in quotes, and `word*` is the beginning of a word. Where the answer has a
   * `before`, there may be more: the same question with it goes on there, also after an empty page.
   * @param {string} text
   * @param {{room?: string | undefined, before?: number | undefined}} [where] Without a room, in all
   *   that one may read.
   * @returns {Promise<Of<"search">>}
   */
  search(text, { room, before } = {}) {
    return this.#traffic.ask({ type: "search", text, ...placeOf(room), before });
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

  /**
   * Takes another name. Only guests may; rejects with a ChatError, `CONFLICT` where it is taken.
   * @param {string} name
   * @returns {Promise<Of<"nick">>}
   */
  nick(name) {
    return this.#traffic.ask({ type: "nick", name });
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
    return this.#traffic.ask({ type: "ban", ...placeOf(room), uid, minutes });
  }

  /** The bans from a room; null: all there are. @param {string | null} room @returns {Promise<Of<"bans">>} */
  bans(room) {
    return this.#traffic.ask({ type: "bans", ...placeOf(room) });
  }
}
