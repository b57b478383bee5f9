// @ts-check
// A connection that comes back by itself: attempts, credentials, heartbeat, back-off. Knows
// nothing of rooms, and of messages only `welcome`, `ping` and `closing`.
import { Renewal } from "./credential.js";
import { Link } from "./link.js";
import { afterClose, askWhy, Backoff } from "./reconnect.js";
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {ServerMessage} from "../../src/protocol.ts" */
/** @import {Address} from "./address.js" */
/** @import {Alarm, Clock} from "./alarm.js" */
/** @import {Credential, Offer} from "./credential.js" */
/** @import {ConnectionState, Verdict} from "./reconnect.js" */

/** @typedef {Extract<ServerMessage, {type: "welcome"}>} Welcome */
/**
 * What the owner of a connection is told. `ended` comes once after each `welcome`, with the close
 * code, before the state changes.
 * @typedef {object} ConnectionHandlers
 * @property {(state: ConnectionState) => void} state
 * @property {(message: ServerMessage) => void} message
 * @property {(frame: ArrayBuffer) => void} binary
 * @property {(code: number) => void} ended
 */

/** An attempt to connect, or to hear why that failed, is given up after this. */
const ATTEMPT_MS = 20_000;
/** A connection this old was stable (W13). */
const STABLE_MS = 30_000;
/** A connection that is asked whether it lives must answer within this. */
const PROBE_MS = 5_000;
const SILENT = 4000;

export class Connection {
  #address;
  #credential;
  #alarm;
  #clock;
  #runtime;
  #handlers;
  #renewal;
  #backoff = new Backoff();
  /** @type {ConnectionState} */
  #state = { status: "connecting", attempt: 1 };
  /** @type {Link | null} */
  #link = null;
  #attempt = 0;
  /** Aborted when something else takes the place of what is going on. */
  #step = new AbortController();
  /** When to come back, once the server has said so. @type {number | null} */
  #comeBackAt = null;
  /** The last one; it outlives its connection. @type {Welcome | null} */
  welcome = null;

  /**
   * @param {Address} address
   * @param {Credential} credential
   * @param {Alarm} alarm
   * @param {Clock} clock
   * @param {{WebSocket: typeof WebSocket, fetch: typeof fetch}} runtime
   * @param {ConnectionHandlers} handlers
   */
  constructor(address, credential, alarm, clock, runtime, handlers) {
    this.#address = address;
    this.#credential = credential;
    this.#alarm = alarm;
    this.#clock = clock;
    this.#runtime = runtime;
    this.#handlers = handlers;
    this.#renewal = new Renewal(credential, alarm, clock, (message) => this.send(message));
  }

  get state() {
    return this.#state;
  }

  get isConnected() {
    return this.#state.status === "connected" && this.#link !== null;
  }

  /** Starts a new attempt in place of whatever is going on. @returns {void} */
  open() {
    this.#cut();
    this.#attempt += 1;
    const { offer } = this.#credential;
    const refused = () => void this.#refused(offer);
    /** @type {WebSocket} */
    let socket;
    try {
      socket = new this.#runtime.WebSocket(...this.#address.socket(offer));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return this.#follow({ next: "stop", reason: "refused", message });
    }
    const link = Link.over(socket, {
      message: (message) => this.#receive(message),
      binary: (frame) => {
        this.#heard();
        this.#handlers.binary(frame);
      },
      ended: (code) => code === null ? refused() : this.#lost(code, offer),
    });
    this.#link = link;
    this.#alarm.set("silence", ATTEMPT_MS, () => link.isOpen ? this.#lost(SILENT) : refused());
    this.#set({ status: "connecting", attempt: this.#attempt });
  }

  /** Tries at once; when connected, makes sure that it still is. */
  retryNow() {
    const { status } = this.#state;
    if (status === "connected") {
      this.send({ type: "ping", ts: this.#clock.now() });
      this.#alarm.set("silence", PROBE_MS, () => this.#lost(SILENT));
    } else if (status === "waiting" || status === "stopped") {
      this.#credential.start();
      this.open();
    }
  }

  /** @param {string} token */
  setToken(token) {
    this.#credential.setToken(token);
    if (!this.isConnected && this.#state.status !== "closed") this.open();
  }

  close() {
    if (this.#state.status === "closed") return;
    const wasConnected = this.isConnected;
    this.#cut();
    if (wasConnected) this.#handlers.ended(1000);
    this.#set({ status: "closed" });
  }

  /** @param {ClientMessage} message */
  send(message) {
    if (this.isConnected) this.#link?.send(message);
  }

  /** @param {Uint8Array<ArrayBuffer>} frame */
  sendBinary(frame) {
    if (this.isConnected) this.#link?.sendBinary(frame);
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    this.#heard();
    if (message.type === "welcome") this.#welcomed(message);
    else if (message.type === "ping") this.send({ type: "pong", ts: message.ts });
    else if (message.type === "closing") {
      this.#comeBackAt = this.#clock.now() + message.reconnectAfterMs;
    } else if (this.isConnected) this.#handlers.message(message);
  }

  /** @param {Welcome} welcome */
  #welcomed(welcome) {
    this.welcome = welcome;
    this.#attempt = 0;
    this.#credential.start();
    if (this.#link) this.#link.maxBytes = welcome.limits.messageBytes;
    if (welcome.session !== null) this.#credential.keepSession(welcome.session);
    this.#renewal.before(welcome.expires);
    // Another one answers a new token on the same connection (W8.5).
    if (this.#state.status !== "connected") {
      this.#alarm.set("stable", STABLE_MS, () => this.#backoff.reset());
      this.#set({ status: "connected" });
    }
    this.#heard();
    if (this.isConnected) this.#handlers.message(welcome);
  }

  /** Anything that came counts as life. */
  #heard() {
    if (!this.isConnected || !this.welcome) return;
    const { heartbeatMs, graceMs } = this.welcome;
    this.#alarm.set("silence", heartbeatMs + graceMs, () => this.#lost(SILENT));
  }

  /** An open connection ended. @param {number} code @param {Offer} [offer] */
  #lost(code, offer) {
    const wasConnected = this.isConnected;
    const comeBackAt = this.#comeBackAt;
    const signal = this.#cut();
    if (wasConnected) this.#handlers.ended(code);
    if (signal.aborted) return;
    const verdict = afterClose(comeBackAt === null ? code : 1012);
    if (verdict.next === "token" && offer) {
      this.#set({ status: "connecting", attempt: this.#attempt + 1 });
      // A token that lets in and ends at once must not make a tight loop.
      this.#renew(verdict, offer, signal, () => this.#follow({ ...verdict, next: "now" }));
    } else if (comeBackAt === null) this.#follow(verdict);
    else this.#follow({ ...verdict, afterMs: Math.max(0, comeBackAt - this.#clock.now()) });
  }

  /** An attempt failed before it was open. @param {Offer} offer */
  async #refused(offer) {
    const signal = this.#cut();
    const late = new AbortController();
    this.#alarm.set("silence", ATTEMPT_MS, () => late.abort());
    const either = AbortSignal.any([signal, late.signal]);
    const verdict = await askWhy(this.#runtime.fetch, this.#address.probe(offer), either);
    if (signal.aborted) return;
    this.#alarm.clear("silence");
    if (verdict.next !== "token") this.#follow(verdict);
    else this.#renew(verdict, offer, signal, () => this.open());
  }

  /**
   * @param {Verdict} verdict
   * @param {Offer} offer
   * @param {AbortSignal} signal
   * @param {() => void} again
   */
  async #renew(verdict, offer, signal, again) {
    const outcome = await this.#credential.renew(offer).catch(() => "error");
    if (signal.aborted) return;
    if (outcome === true) again();
    else if (outcome === false) this.#follow({ ...verdict, next: "stop" });
    else this.#follow({ next: "wait", reason: "token", message: "No token could be had." });
  }

  /** @param {Verdict} verdict @returns {void} */
  #follow(verdict) {
    const { next, reason, message } = verdict;
    if (next === "stop") return this.#set({ status: "stopped", reason, message });
    const delayMs = Math.ceil(this.#backoff.delayMs(verdict, this.#clock.random()));
    if (delayMs === 0) return this.open();
    const retryAt = this.#clock.now() + delayMs;
    this.#alarm.set("retry", delayMs, () => this.open());
    this.#set({ status: "waiting", attempt: this.#attempt + 1, reason, message, retryAt });
  }

  /** Lets go of the link and of every deadline and answer that is still to come. */
  #cut() {
    this.#step.abort();
    this.#step = new AbortController();
    for (const deadline of ["silence", "stable", "retry"]) this.#alarm.clear(deadline);
    this.#renewal.stop();
    this.#comeBackAt = null;
    const link = this.#link;
    this.#link = null;
    link?.cut();
    return this.#step.signal;
  }

  /** @param {ConnectionState} state */
  #set(state) {
    this.#state = state;
    this.#handlers.state(state);
  }
}
