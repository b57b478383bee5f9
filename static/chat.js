// @ts-check
// Snug's client for browsers, Deno and Node 22: what is said arrives once, and what others say comes
// once and in order, over any number of lost connections. docs/PROTOCOL.md is the wire beneath.
import { parseAddress } from "./sdk/address.js";
import { Alarm, SYSTEM_CLOCK } from "./sdk/alarm.js";
import { Connection } from "./sdk/connection.js";
import { Credential } from "./sdk/credential.js";
import { Emitter } from "./sdk/events.js";
import { Drawer } from "./sdk/storage.js";
import { Traffic } from "./sdk/traffic.js";
import { Unsent } from "./sdk/unsent.js";
/** @import {Entry, Limits, Member, Position, Refusal, ServerMessage} from "../src/protocol.ts" */
/** @import {Clock} from "./sdk/alarm.js" */
/** @import {GetToken} from "./sdk/credential.js" */
/** @import {StorageLike} from "./sdk/storage.js" */

export { ChatError } from "./sdk/requests.js";

/** @typedef {import("./sdk/connection.js").ConnectionState} ConnectionState */
/** @typedef {import("./sdk/reconnect.js").Reason} Reason */
/** @typedef {import("./sdk/rooms.js").Joined} Joined */
/** @typedef {import("./sdk/unsent.js").Outgoing} Outgoing */
/** @template {ServerMessage["type"]} T @typedef {Extract<ServerMessage, {type: T}>} Of */
/**
 * @typedef {object} ConnectOptions
 * @property {string} [name] The name that a guest wishes for.
 * @property {string} [token]
 * @property {GetToken} [getToken] Asked when the credential is refused or has ended; null: none.
 * @property {StorageLike} [storage] Keeps the guest's session and unsent messages over reloads.
 * @property {number} [maxUnsent] Unsent messages kept at most; 200.
 * @property {boolean} [plain] One message to a frame, and no subprotocol.
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof fetch} [fetch]
 * @property {Clock} [clock]
 */
/**
 * `joined` holds the newest page, except where it is `resumed`: what was missed then follows as
 * `entry`, just as live entries do, in order and each once.
 * @typedef {object} ChatEvents
 * @property {ConnectionState} state
 * @property {Of<"welcome">} welcome
 * @property {Joined} joined
 * @property {Of<"left">} left
 * @property {Entry} entry
 * @property {Outgoing} outgoing Whenever one changes.
 * @property {Of<"presence">} presence
 * @property {Of<"system">} system Only with `plain`.
 * @property {Of<"typing">} typing
 * @property {{room: string, uid: string, data: Uint8Array}} binary
 * @property {Refusal} error A refusal that answers no promise and no message.
 */

const MAX_UNSENT = 200;

/**
 * Connects at once, and comes back by itself until `close()`.
 * @param {string | URL} url `https://host`, `https://host/ws`, or the same with wss.
 * @param {ConnectOptions} [options]
 */
export function connect(url, options = {}) {
  const clock = options.clock ?? SYSTEM_CLOCK;
  const address = parseAddress(url, options);
  const drawer = new Drawer(options.storage, address.host);
  const alarm = new Alarm(clock);
  /** @type {Emitter<ChatEvents>} */
  const events = new Emitter();
  const credential = new Credential(drawer, options.token, options.getToken);
  const unsent = new Unsent(
    drawer,
    options.maxUnsent ?? MAX_UNSENT,
    (outgoing) => events.emit("outgoing", outgoing),
  );
  const runtime = {
    WebSocket: options.WebSocket ?? WebSocket,
    // Browsers refuse a `fetch` that is called as a method.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  };
  const connection = new Connection(address, credential, alarm, clock, runtime, {
    state: (state) => traffic.onState(state),
    message: (message) => traffic.onMessage(message),
    binary: (frame) => traffic.onBinary(frame),
    ended: (code) => traffic.onEnded(code),
  });
  const traffic = new Traffic(connection, unsent, events, alarm, clock, refsFrom(clock));
  credential.restore();
  unsent.restore();
  connection.open();
  return new Chat(connection, traffic, unsent, events);
}

/** Refs that nobody else makes and that grow (W7.2). @param {Clock} clock */
function refsFrom({ random }) {
  const digit = () => Math.floor(random() * 36).toString(36);
  const prefix = Array.from({ length: 10 }, digit).join("");
  let count = 0;
  return () => `${prefix}-${++count}`;
}

/** The server writes room names in this form (W2.6). @param {string} name */
function roomName(name) {
  return name.normalize("NFC");
}

/** A chat server as one client sees it; made by `connect`. */
export class Chat {
  #connection;
  #traffic;
  #unsent;
  #events;

  /**
   * @param {Connection} connection
   * @param {Traffic} traffic
   * @param {Unsent} unsent
   * @param {Emitter<ChatEvents>} events
   */
  constructor(connection, traffic, unsent, events) {
    this.#connection = connection;
    this.#traffic = traffic;
    this.#unsent = unsent;
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
    return this.#traffic.say(roomName(room), text, replyTo);
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
   * The page of messages before a seq, or the newest. Rejects with a ChatError.
   * @param {string} room
   * @param {{before?: number | undefined, limit?: number | undefined}} [page]
   * @returns {Promise<Of<"history">>}
   */
  history(room, { before, limit } = {}) {
    return this.#traffic.ask({ type: "history", room: roomName(room), before, limit });
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
