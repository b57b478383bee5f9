// @ts-check
// What users are called, by uid, as far as this page has heard; and whose a direct conversation is.
/** @import {Member} from "../../src/protocol.ts" */

const DIRECT = /^@([^,\s]+),([^,\s]+)$/;

/** Whether a room is a direct conversation (W10.13). @param {string} room */
export function isDirect(room) {
  return DIRECT.test(room);
}

/** The conversation of two users. @param {string} one @param {string} other */
export function directWith(one, other) {
  return one < other ? `@${one},${other}` : `@${other},${one}`;
}

/** The other in one's direct conversation, or null. @param {string} room @param {string} me */
export function otherIn(room, me) {
  const [, one = "", other = ""] = DIRECT.exec(room) ?? [];
  return one === me ? other || null : other === me ? one : null;
}

/** Not where it is of somebody that one is no more. @param {string} room @param {string} me "" where that is not known */
export function mayBeOf(room, me) {
  return !isDirect(room) || !me || otherIn(room, me) !== null;
}

export class Nicks {
  /** @type {Map<string, string>} */
  #names = new Map();

  /** @param {readonly Member[]} members */
  learn(members) {
    for (const { uid, user } of members) this.#names.set(uid, user);
  }

  /** What a room is called; a conversation by the other who is in it. @param {string} room @param {string} me */
  titleOf(room, me) {
    if (!isDirect(room)) return room;
    return this.#names.get(otherIn(room, me) ?? "") ?? "Somebody";
  }
}
