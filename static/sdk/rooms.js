// @ts-check
// The rooms one wants to be in, and where one stands in the log of each (W5). Decides what is new,
// what is known already and what is missing. Knows nothing of connections.
import { giveUp } from "./requests.js";
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {Entry, Position, ServerMessage} from "../../src/protocol.ts" */

/** @typedef {Extract<ServerMessage, {type: "joined"}>} JoinedMessage */
/** @typedef {import("../chat.js").Joined} Joined */
/**
 * `wanted`: a join is to be sent; `asked`: it was, under `ref`; `in`: a member; `refused`: to be
 * asked again later. `fresh`: the newest page is wanted even where a position is known. `live`: it
 * was joined on this connection, so what comes follows the position.
 * @typedef {object} Room
 * @property {string} name
 * @property {"wanted" | "asked" | "in" | "refused"} phase
 * @property {boolean} fresh
 * @property {boolean} [live]
 * @property {number} tries
 * @property {string} [ref]
 * @property {Position} [since]
 * @property {Position} [position]
 * @property {PromiseWithResolvers<Joined>} [caller]
 */

export class Rooms {
  /** @type {Map<string, Room>} */
  #rooms = new Map();

  /** Wants to be in a room, by an explicit call. @param {string} name @returns {Promise<Joined>} */
  join(name) {
    const room = this.#rooms.get(name) ?? { name, phase: "wanted", fresh: true, tries: 0 };
    this.#rooms.set(name, room);
    if (!room.caller) {
      Object.assign(room, { phase: "wanted", fresh: true, caller: Promise.withResolvers() });
    }
    return /** @type {PromiseWithResolvers<Joined>} */ (room.caller).promise;
  }

  /** Does not want to be there any more, nor wait for it. @param {string} name */
  leave(name, why = "The room was left before it was joined.") {
    const caller = this.#rooms.get(name)?.caller;
    this.forget(name);
    if (caller) giveUp(caller, why);
  }

  /** The same for who answers the caller itself. @param {string} name */
  forget(name) {
    this.#rooms.delete(name);
  }

  /** The answer to the join was no, but may be another later. @param {Room} room */
  refuse(room) {
    room.phase = "refused";
    room.tries += 1;
  }

  /** Joins again what was refused. @param {Room} room */
  wantAgain(room) {
    room.phase = "wanted";
  }

  /** There will be no connection until somebody does something; the rooms stay wanted. */
  stopped() {
    for (const room of this.#rooms.values()) {
      const { caller } = room;
      delete room.caller;
      if (caller) giveUp(caller, "There is no connection; its state says why.");
    }
  }

  /** Nothing is wanted any more. */
  close() {
    for (const name of this.#rooms.keys()) this.leave(name, "The chat was closed.");
  }

  /** The connection has ended: every room is to be joined again. */
  ended() {
    for (const room of this.#rooms.values()) Object.assign(room, { phase: "wanted", live: false });
  }

  /** The next join to send, or null. @param {() => string} nextRef @returns {ClientMessage | null} */
  next(nextRef) {
    const room = [...this.#rooms.values()].find(({ phase }) => phase === "wanted");
    if (!room) return null;
    const ref = nextRef();
    const since = room.fresh ? undefined : room.position;
    Object.assign(room, { phase: "asked", ref, since });
    return { type: "join", room: room.name, ref, ...(since && { since }) };
  }

  /** The room whose join carries that ref. @param {string | undefined} ref */
  asked(ref) {
    return [...this.#rooms.values()].find((room) => room.phase === "asked" && room.ref === ref);
  }

  /** Whether one is a member now. @param {string} name */
  isIn(name) {
    return this.#rooms.get(name)?.phase === "in";
  }

  /** Whether one is to be a member. @param {string} name */
  wants(name) {
    return this.#rooms.has(name);
  }

  /** @param {string} name */
  position(name) {
    return this.#rooms.get(name)?.position;
  }

  /**
   * Takes the answer to a join; null when nobody waits for it any more.
   * @param {JoinedMessage} message
   */
  joined(message) {
    const room = this.asked(message.ref);
    if (!room) return null;
    const resumed = room.since !== undefined && !message.gap;
    const { caller, position } = room;
    Object.assign(room, { phase: "in", fresh: false, live: true, tries: 0, caller: undefined });
    const seq = resumed && position ? position.seq : message.seq;
    room.position = { epoch: message.epoch, seq };
    const joined = { ...message, resumed };
    caller?.resolve(joined);
    return joined;
  }

  /**
   * Whether an entry is the next one; moves the position to it. What is known is not new; where
   * something is missing the room is to be joined again.
   * @param {Entry} entry
   */
  isNext({ room: name, seq }) {
    const room = this.#rooms.get(name);
    // The server may know of a join whose answer nobody waits for any more; its log may be another.
    if (!room?.live || !room.position) return false;
    const expected = room.position.seq + 1;
    if (seq === expected) room.position = { ...room.position, seq };
    else if (seq > expected && room.phase === "in") room.phase = "wanted";
    return seq === expected;
  }
}
