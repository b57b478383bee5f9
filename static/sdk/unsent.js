// @ts-check
// The bounded queue of what was said and not yet acknowledged (W7), kept over reloads. It decides
// what is next and what became of each; sending is for others.
import { byteLength, encode } from "./frames.js";
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {Refusal, SharedFile} from "../../src/protocol.ts" */
/** @import {Drawer} from "./storage.js" */

/** @typedef {import("../chat.js").Outgoing} Outgoing */

const UNSENT = "unsent";
/** A message that the server could not store is tried this often (W7.3). */
const MAX_TRIES = 6;

export class Unsent {
  #drawer;
  #max;
  #onChange;
  /** @type {Map<string, Outgoing>} */
  #items = new Map();
  /** Refs sent on this connection and not answered. @type {Set<string>} */
  #inFlight = new Set();
  /** @type {Map<string, number>} */
  #tries = new Map();
  /** Refs whose stored copy is out of date. @type {Set<string>} */
  #changed = new Set();
  #maxBytes = Infinity;

  /**
   * @param {Drawer} drawer
   * @param {number} max
   * @param {(outgoing: Outgoing) => void} onChange
   */
  constructor(drawer, max, onChange) {
    this.#drawer = drawer;
    this.#max = max;
    this.#onChange = onChange;
  }

  /** Takes up what was left by a page before this one. */
  restore() {
    for (const item of this.#stored().slice(0, this.#max)) this.#items.set(item.ref, item);
  }

  /** Waiting and failed ones, oldest first. @returns {readonly Outgoing[]} */
  get list() {
    return [...this.#items.values()];
  }

  /** Throws a RangeError when the queue is full. @param {Outgoing} item */
  add(item) {
    if (this.#items.size >= this.#max) {
      const advice = "wait for the connection, or discard or resend failed ones";
      throw new RangeError(`${this.#max} messages are unsent already: ${advice}`);
    }
    return this.#put(item);
  }

  /**
   * The next message to send, or null.
   * @param {(room: string) => boolean} isReady
   * @returns {ClientMessage | null}
   */
  next(isReady) {
    const item = this.list.find(({ ref, room, to, status }) =>
      status === "waiting" && !this.#inFlight.has(ref) && (to !== undefined || isReady(room))
    );
    if (!item) return null;
    this.#inFlight.add(item.ref);
    return toMessage(item);
  }

  /** @param {{ref: string, room: string, seq: number}} ack */
  acknowledged({ ref, room, seq }) {
    const item = this.#take(ref);
    if (item) this.#onChange({ ...item, room, status: "sent", seq });
  }

  /** @param {string} ref */
  discard(ref) {
    const item = this.#take(ref);
    if (item) this.#onChange({ ...item, status: "dropped" });
  }

  /** Puts a failed one back in the queue, in its place. @param {string} ref */
  resend(ref) {
    const item = this.#items.get(ref);
    if (item?.status !== "failed") return;
    const { refusal: _, ...rest } = item;
    this.#tries.delete(ref);
    this.#inFlight.delete(ref);
    this.#put({ ...rest, status: "waiting" });
  }

  /**
   * Takes an error if it answers a message. What can be tried again stays waiting.
   * @param {Refusal} refusal
   * @returns {number | null} How often it was not available; null when it is none of these.
   */
  refuse(refusal) {
    const { ref = "", code } = refusal;
    if (!this.#inFlight.delete(ref)) return null;
    const tries = (this.#tries.get(ref) ?? 0) + (code === "UNAVAILABLE" ? 1 : 0);
    this.#tries.set(ref, tries);
    const again = code === "RATE_LIMITED" || (code === "UNAVAILABLE" && tries < MAX_TRIES);
    if (!again) this.#fail(ref, refusal);
    return tries;
  }

  /** Every waiting one of a room fails with that. @param {string} room @param {Refusal} refusal */
  refuseRoom(room, refusal) {
    for (const item of this.list) {
      if (item.room === room && item.status === "waiting") this.#fail(item.ref, refusal);
    }
  }

  /** Somebody else made one leave a room (W10.6). @param {string} room @param {string} reason */
  removed(room, reason) {
    const message = `you had to leave the room: ${reason}`;
    this.refuseRoom(room, { code: "NOT_JOINED", message, room });
  }

  /** Infinity until a limit is known. @param {string} room @param {string} text @param {number} files */
  bytesLeft(room, text, files) {
    // As a reply and with a ref as long as these get: what fits must never be refused later.
    const ids = files === 0 ? {} : { files: Array(files).fill("x".repeat(32)) };
    const largest = { type: "chat", room, text, ref: "x".repeat(18), replyTo: 1e12, ...ids };
    return this.#maxBytes - byteLength(JSON.stringify(largest));
  }

  /** Messages of more bytes fail from now on. @param {number} maxBytes */
  limit(maxBytes) {
    this.#maxBytes = maxBytes;
    for (const item of this.list) {
      if (item.status === "waiting" && this.#isLarge(item)) this.#put(item);
    }
  }

  /** The server found a message too big: gives up the likeliest one. */
  giveUpLarge() {
    const sent = this.list.filter(({ ref }) => this.#inFlight.has(ref));
    const item = sent.find((item) => this.#isLarge(item)) ?? sent[0];
    if (item) this.#fail(item.ref, tooLarge(item, "what the server takes"));
  }

  /** The connection has ended: what is not acknowledged is to be sent again. */
  ended() {
    this.#inFlight.clear();
  }

  /** @param {string} ref @param {Refusal} refusal */
  #fail(ref, refusal) {
    const item = this.#items.get(ref);
    if (item) this.#put({ ...item, status: "failed", refusal });
  }

  /** @param {Outgoing} item */
  #isLarge(item) {
    return byteLength(encode(toMessage(item))) > this.#maxBytes;
  }

  /** @param {Outgoing} given */
  #put(given) {
    /** @type {Outgoing} */
    const item = given.status === "waiting" && this.#isLarge(given)
      ? { ...given, status: "failed", refusal: tooLarge(given, `${this.#maxBytes} bytes`) }
      : given;
    this.#items.set(item.ref, item);
    this.#keep(item.ref);
    this.#onChange(item);
    return item;
  }

  /** @param {string} ref */
  #take(ref) {
    const item = this.#items.get(ref);
    this.#items.delete(ref);
    this.#inFlight.delete(ref);
    this.#tries.delete(ref);
    this.#keep(ref);
    return item;
  }

  /** Stores once per microtask. @param {string} ref */
  #keep(ref) {
    if (this.#changed.add(ref).size === 1) queueMicrotask(() => this.#store());
  }

  #store() {
    // Another tab may keep its own here: only what changed in this one is touched.
    const items = new Map(this.#stored().map((item) => [item.ref, item]));
    for (const ref of this.#changed) {
      const item = this.#items.get(ref);
      if (item) items.set(ref, item);
      else items.delete(ref);
    }
    this.#changed.clear();
    const kept = [...items.values()].slice(-this.#max);
    this.#drawer.write(UNSENT, kept.length ? kept : null);
  }

  /** @returns {Outgoing[]} */
  #stored() {
    const stored = this.#drawer.read(UNSENT);
    return Array.isArray(stored) ? stored.filter(isOutgoing) : [];
  }
}

/** @param {Outgoing} item @returns {ClientMessage} */
function toMessage({ ref, room, to, text, replyTo, files }) {
  if (to !== undefined) return { type: "direct", to, text, ref };
  const reply = replyTo === undefined ? {} : { replyTo };
  const ids = files === undefined ? {} : { files: files.map(({ id }) => id) };
  return { type: "chat", room, text, ref, ...reply, ...ids };
}

/** @param {Outgoing} item @param {string} limit @returns {Refusal} */
function tooLarge({ ref, room, to }, limit) {
  const message = `text is too long: a message must be no larger than ${limit}`;
  return { code: "INVALID_FIELD", message, ref, ...(to === undefined && { room }) };
}

/** @param {any} item @returns {item is Outgoing} */
function isOutgoing(item) {
  return typeof item?.ref === "string" && typeof item.room === "string" &&
    typeof item.text === "string" && (item.files === undefined || Array.isArray(item.files)) &&
    (item.status === "waiting" || item.status === "failed");
}
