// @ts-check
// Questions with one answer each, matched by their ref (W3.1). Knows nothing of connections.
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {Refusal, ServerMessage} from "../../src/protocol.ts" */

/**
 * @typedef {Extract<ClientMessage,
 *   {type: "history" | "search" | "members" | "rooms" | "nick" | "auth" | "edit" | "delete" | "react" |
 *   "topic" | "kick" | "mute" | "ban" | "bans"}>} Question
 */
/** @typedef {{question: Question, isSent: boolean, caller: PromiseWithResolvers<any>}} Request */

/** A refusal as an error; `code` is as in the protocol. */
export class ChatError extends Error {
  /** @param {Refusal} refusal */
  constructor({ code, message, room, retryAfterMs }) {
    super(message);
    this.name = "ChatError";
    this.code = code;
    this.room = room;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Rejects without the noise of an unhandled rejection: callers who still wait hear it, those who
 * never did must not be ended by a lost connection.
 * @param {PromiseWithResolvers<any>} caller
 * @param {string} message
 */
export function giveUp({ promise, reject }, message) {
  promise.catch(() => {});
  reject(new ChatError({ code: "UNAVAILABLE", message }));
}

export class Requests {
  /** @type {Map<string, Request>} */
  #requests = new Map();

  /** Once for each ref. @param {Question & {ref: string}} question @returns {Promise<any>} */
  ask(question) {
    const known = this.#requests.get(question.ref);
    if (known) return known.caller.promise;
    const caller = Promise.withResolvers();
    this.#requests.set(question.ref, { question, isSent: false, caller });
    return caller.promise;
  }

  /** The next question to send, or null. */
  next() {
    const request = [...this.#requests.values()].find(({ isSent }) => !isSent);
    if (!request) return null;
    request.isSent = true;
    return request.question;
  }

  /** Takes a message if it answers a question. @param {ServerMessage} message */
  answer(message) {
    const caller = this.#take("ref" in message ? message.ref : undefined);
    caller?.resolve(message);
    return caller !== undefined;
  }

  /** Takes a refusal if it answers a question. @param {Refusal} refusal */
  refuse(refusal) {
    const request = this.#requests.get(refusal.ref ?? "");
    if (request && refusal.code === "RATE_LIMITED") request.isSent = false;
    else this.#take(refusal.ref)?.reject(new ChatError(refusal));
    return request !== undefined;
  }

  /** No answer will come to what was sent, or to anything. @param {{all: boolean}} which */
  ended({ all }) {
    for (const [ref, { question, isSent, caller }] of this.#requests) {
      // The log may be another then, and the message too.
      if (!isSent && !all && !("of" in question)) continue;
      this.#requests.delete(ref);
      giveUp(caller, "The connection ended before the answer.");
    }
  }

  /** @param {string | undefined} ref */
  #take(ref = "") {
    const request = this.#requests.get(ref);
    this.#requests.delete(ref);
    return request?.caller;
  }
}
