// @ts-check
// Why something that one said or wanted was refused, or a room barred, in sentences. Knows nothing of
// elements.
import { timeOf } from "./clock.js";
import { sentence, tooLong } from "./wording.js";
/** @import {Refusal} from "../../src/protocol.ts" */
/** @import {Barred} from "../model/room.js" */
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

/**
 * Why a room can't be entered, or had to be left, which `NOT_JOINED` and a reason stand for: a title
 * and a sentence.
 * @param {string} label of the room
 * @param {Barred} refusal
 */
export function roomRefusal(label, refusal) {
  const { code, message } = refusal;
  if (code === "NOT_JOINED") return removal(label, refusal);
  if (code === "ROOM_FULL") return [`${label} is full`, "Try again later."];
  if (code === "RATE_LIMITED") return ["Too many tries", "Try again in a moment."];
  if (code === "NOT_FOUND") return [`${label} is private`, "Your token does not open it."];
  return [`${label} can’t be entered`, sentence(message)];
}

/** `message` is the reason of `left` (W8.5, W10). @param {string} label @param {Barred} barred */
function removal(label, { message, by, at = Date.now() }) {
  const who = by === undefined ? "A moderator did this." : `By ${by}, at ${timeOf(at)}.`;
  switch (message) {
    case "kicked":
      return [`You were removed from ${label}`, who];
    case "banned":
      return [`You are banned from ${label}`, who];
    case "forbidden":
      return [`${label} is closed to you`, "What you may do here has changed."];
  }
  return [`You are no longer in ${label}`, sentence(message)];
}
