// @ts-check
// What this client shows to be let in: the session of the guest it was, else a token; and another one
// in time. Knows not how either travels.
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {GetToken} from "../chat.js" */
/** @import {Alarm, Clock} from "./alarm.js" */
/** @import {Drawer} from "./storage.js" */

/** @typedef {{kind: "none"} | {kind: "session" | "token", value: string}} Offer */

const SESSION = "session";
/** Another token is asked for so long before the end, if half of the time that was left is over. */
const EARLY_MS = 60_000;
/** And so long after the last time, also where the clocks differ. */
const PAUSE_MS = 10_000;

/** Holds the session, which survives a reload, and the token, which the caller keeps. */
export class Credential {
  #drawer;
  #token;
  #getToken;
  /** @type {string | null} */
  #session = null;
  #hasAsked = false;

  /**
   * @param {Drawer} drawer
   * @param {string | undefined} token
   * @param {GetToken | undefined} getToken
   */
  constructor(drawer, token, getToken) {
    this.#drawer = drawer;
    this.#token = token;
    this.#getToken = getToken;
  }

  restore() {
    const session = this.#drawer.read(SESSION);
    if (typeof session === "string") this.#session = session;
  }

  /** @returns {Offer} */
  get offer() {
    if (this.#session) return { kind: "session", value: this.#session };
    return this.#token ? { kind: "token", value: this.#token } : { kind: "none" };
  }

  /** @param {string} session */
  keepSession(session) {
    this.#session = session;
    this.#drawer.write(SESSION, session);
  }

  /** @param {string} token */
  setToken(token) {
    this.#token = token;
    this.#hasAsked = false;
  }

  /** It is good, or somebody wants it tried again: the caller may be asked again. */
  start() {
    this.#hasAsked = false;
  }

  /** Another token while this one is still good; null: there is none. Throws what `getToken` throws. */
  async another() {
    const token = await this.#getToken?.() || null;
    if (token !== null) this.#token = token;
    return token;
  }

  /**
   * What was offered is not good: falls back from the session to the token, or asks the caller for
   * one, once until `start`. False when there is none; throws what `getToken` throws.
   * @param {Offer} refused
   */
  async renew(refused) {
    // A session stands for the token that it was given under (W8.3), so it has ended too.
    this.#session = null;
    this.#drawer.write(SESSION, null);
    if (refused.kind === "session") return true;
    if (this.#hasAsked) return false;
    const token = await this.#getToken?.();
    this.#hasAsked = true;
    if (token) this.#token = token;
    return Boolean(token);
  }
}

/**
 * Another token before the end of the one there is, so that the connection need not end with it (W8.5).
 * Where there is none, that is the time to stop.
 */
export class Renewal {
  #credential;
  #alarm;
  #clock;
  #send;
  /** Aborted when the connection has ended. */
  #connection = new AbortController();

  /**
   * @param {Credential} credential
   * @param {Alarm} alarm
   * @param {Clock} clock
   * @param {(message: ClientMessage) => void} send
   */
  constructor(credential, alarm, clock, send) {
    this.#credential = credential;
    this.#alarm = alarm;
    this.#clock = clock;
    this.#send = send;
  }

  /** Looks for another token before that time, in ms since 1970; null: there is no end. @param {number | null} expires */
  before(expires) {
    if (expires === null) return this.#alarm.clear("token");
    const leftMs = expires - this.#clock.now();
    const afterMs = Math.max(leftMs - EARLY_MS, leftMs / 2, PAUSE_MS);
    this.#alarm.set("token", afterMs, () => this.#renew(expires));
  }

  /** The connection has ended. */
  stop() {
    this.#alarm.clear("token");
    this.#connection.abort();
    this.#connection = new AbortController();
  }

  /** @param {number} expires */
  async #renew(expires) {
    const { signal } = this.#connection;
    const token = await this.#credential.another().catch(() => undefined);
    if (signal.aborted) return;
    if (token) this.#send({ type: "auth", token });
    else if (token === undefined) this.before(expires);
  }
}
