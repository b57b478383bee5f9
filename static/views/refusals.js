// @ts-check
// Why something that one said or wanted was refused, in sentences. Knows nothing of elements.
import { sentence, tooLong } from "./wording.js";
/** @import {Refusal} from "../../src/protocol.ts" */
/** @import {Wish} from "../model/said.js" */

/** @typedef {"retry" | "edit" | "rejoin"} Cure */

/**
 * Why a message was not sent, and what helps.
 * @param {Refusal | undefined} refusal
 * @param {number} maxBytes
 * @returns {{sentence: string, cure: Cure}}
 */
export function failureOf(refusal, maxBytes) {
  switch (refusal?.code) {
    case "RATE_LIMITED":
      return { sentence: "Not sent. Too many messages at once.", cure: "retry" };
    case "NOT_JOINED":
      return { sentence: "Not sent. You are no longer in this room.", cure: "rejoin" };
    case "UNAVAILABLE":
    case "INTERNAL":
      return { sentence: "Not sent. The server could not store it.", cure: "retry" };
    case "INVALID_FIELD":
      return { sentence: `Not sent. ${tooLong(maxBytes)}`, cure: "edit" };
    case "NOT_FOUND":
      if (!refusal.message.startsWith("files")) break;
      return { sentence: "Not sent. Its files are no longer on the server.", cure: "edit" };
    case "FORBIDDEN":
      if (!refusal.message.startsWith("you may only read")) break;
      return { sentence: "Not sent. You may read here, but not write.", cure: "retry" };
  }
  return {
    sentence: `Not sent. ${refusal ? sentence(refusal.message) : ""}`.trim(),
    cure: "retry",
  };
}

/** What could not be done with a message. @param {Wish} wish @param {Refusal} refusal */
export function refusedWish(wish, { code, message }) {
  const not = {
    edit: "Not changed.",
    delete: "Not deleted.",
    react: "Your reaction was not kept.",
  }[wish.type];
  switch (code) {
    case "NOT_FOUND":
      return `${not} The message is no longer there.`;
    case "NOT_JOINED":
      return `${not} You are no longer in this room.`;
  }
  return `${not} ${sentence(message)}`;
}
