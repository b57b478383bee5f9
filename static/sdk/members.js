// @ts-check
// Who is in one room, by the names they have now. Knows neither the room nor the chat.
/** @import {ChatEvents, Member} from "../chat.js" */

export class Members {
  /** @type {Map<string, Member>} */
  #members = new Map();
  /** Users in the room, also those that are not named. */
  count = 0;

  /** Those who were there first. */
  get list() {
    return [...this.#members.values()];
  }

  /** @param {readonly Member[]} members @param {number} count */
  reset(members, count) {
    this.#members = new Map(members.map((member) => [member.uid, member]));
    this.count = count;
  }

  /** @param {ChatEvents["presence"]} presence */
  follow({ joined, left, count }) {
    for (const { uid } of left) this.#members.delete(uid);
    for (const member of joined) this.#members.set(member.uid, member);
    this.count = count;
  }

  /** Whether it is one of them. @param {Member} member */
  rename({ uid, user }) {
    const member = this.#members.get(uid);
    if (member) this.#members.set(uid, { ...member, user });
    return member !== undefined;
  }
}
