// @ts-check
// What to do after a connection ended or was refused: the close table (W13), the refusals before
// the upgrade (W15.6) and the back-off (W13.1). Decides only; the connection does it.
/** @import {Refusal} from "../../src/protocol.ts" */

/** @typedef {import("../chat.js").Reason} Reason */
/** @typedef {import("../chat.js").ConnectionState} ConnectionState */
/**
 * `now` at once unless that was so lately, `wait` for `afterMs` or a back-off, `token` with another
 * credential, `stop` until somebody asks for it.
 * @typedef {object} Verdict
 * @property {"now" | "wait" | "token" | "stop"} next
 * @property {Reason} reason
 * @property {string} message
 * @property {number} [afterMs]
 */

const FIRST_MS = 500;
const LONGEST_MS = 20_000;

/** @type {Record<number, Verdict>} */
const CLOSES = {
  1000: { next: "stop", reason: "refused", message: "The server ended the connection." },
  1009: { next: "wait", reason: "too-big", message: "A message was too big for the server." },
  1012: { next: "wait", reason: "restarting", message: "The server is restarting." },
  1013: { next: "wait", reason: "full", message: "The server is full." },
  4000: { next: "now", reason: "heartbeat", message: "The connection fell silent." },
  4001: { next: "token", reason: "token", message: "The token has expired or was revoked." },
  4003: { next: "stop", reason: "banned", message: "You were banned from this server." },
  4008: { next: "wait", reason: "limited", message: "Too much was sent at once." },
  4009: { next: "now", reason: "slow", message: "The connection was too slow to keep up." },
  4500: { next: "wait", reason: "internal", message: "The server had a fault." },
};
/** @type {Verdict} */
const DROPPED = { next: "wait", reason: "dropped", message: "The connection was lost." };

/** What a close code means for the client. @param {number} code */
export function afterClose(code) {
  return CLOSES[code] ?? DROPPED;
}

/**
 * What an HTTP answer of `/ws` means after an upgrade that failed.
 * @param {number} status
 * @param {Partial<Refusal>} refusal
 * @returns {Verdict}
 */
function afterRefusal(status, { code, message, retryAfterMs }) {
  /** @type {(next: Verdict["next"], reason: Reason, words: string) => Verdict} */
  const verdict = (next, reason, words) => ({
    next,
    reason,
    message: message ?? words,
    ...(retryAfterMs === undefined ? {} : { afterMs: Math.max(retryAfterMs, FIRST_MS) }),
  });
  if (status === 426) {
    return {
      next: "wait",
      reason: "proxy",
      message:
        "Something between here and the server swallows WebSocket upgrades, or changes the " +
        "Host of requests: check the proxy's configuration.",
    };
  }
  switch (status) {
    case 400:
      return verdict("stop", "refused", "The server did not understand the request.");
    case 401:
      return verdict("token", "token", "The server asks for a token.");
    case 403:
      return verdict("stop", "origin", "The server does not let this website connect.");
    case 429:
      return verdict("wait", "limited", "Too many connections from this address.");
    case 503:
      if (code === "SERVER_FULL") return verdict("wait", "full", "The server is full.");
      return verdict("wait", "restarting", "The server is restarting.");
  }
  if (status >= 500) return verdict("wait", "offline", `The server can't be reached (${status}).`);
  return verdict("wait", "refused", `There is no chat server at this address (${status}).`);
}

/**
 * Asks over HTTP why an upgrade failed, which browsers don't tell.
 * @param {typeof fetch} fetch
 * @param {[URL, RequestInit]} request
 * @param {AbortSignal} signal
 */
export async function askWhy(fetch, [url, init], signal) {
  try {
    const response = await fetch(url, { ...init, signal });
    return afterRefusal(response.status, await readRefusal(response));
  } catch {
    /** @type {Verdict} */
    const verdict = { next: "wait", reason: "offline", message: "The server can't be reached." };
    return verdict;
  }
}

/** The refusal in a body, or nothing when it is another page. @param {Response} response */
async function readRefusal(response) {
  const text = await response.text();
  /** @type {Partial<Refusal>} */
  const refusal = {};
  try {
    const body = JSON.parse(text);
    if (typeof body?.code === "string") refusal.code = body.code;
    if (typeof body?.message === "string") refusal.message = body.message;
    if (Number.isFinite(body?.retryAfterMs)) refusal.retryAfterMs = body.retryAfterMs;
  } catch {
    // A proxy's own page.
  }
  return refusal;
}

/** Full jitter, doubling with each try (W13.1). @param {number} tries @param {number} random */
export function backoffMs(tries, random) {
  return random * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
}

/** When to try again what was refused. @param {Refusal} refusal @param {number} tries @param {number} random */
export function retryMs({ code, retryAfterMs = 0 }, tries, random) {
  if (code === "RATE_LIMITED" && retryAfterMs > 0) return retryAfterMs;
  return Math.max(retryAfterMs, backoffMs(tries, random));
}

/** Counts the tries since the last connection that was stable. */
export class Backoff {
  #tries = 0;

  reset() {
    this.#tries = 0;
  }

  /** How long to wait by that verdict; 0 is at once. @param {Verdict} verdict @param {number} random */
  delayMs(verdict, random) {
    if (verdict.afterMs !== undefined) return verdict.afterMs;
    const tries = this.#tries++;
    return verdict.next === "now" && tries === 0 ? 0 : backoffMs(tries, random);
  }
}
