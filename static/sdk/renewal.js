// @ts-check
// Another token in time, so that a connection need not end with the one it has (W8.5). Where there
// is none, the end of this one is the time to stop.
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {Alarm, Clock} from "./alarm.js" */
/** @import {Credential} from "./credential.js" */

/** Another token is asked for so long before the end, if half of the time that was left is over. */
const EARLY_MS = 60_000;
/** And so long after the last time, also where the clocks differ. */
const PAUSE_MS = 10_000;

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
