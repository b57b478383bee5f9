// @ts-check
// The sentences of the page that depend on something. Knows nothing of elements.
/** @import {ErrorCode, Refusal} from "../../src/protocol.ts" */
/** @import {Stage} from "../model/timeline.js" */

/** `Ruth`, `Ruth and Jonas`, `Ruth, Jonas and Mara` @param {string[]} names */
export function listed(names) {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** `1 message`, `2 messages` @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** @param {string[]} names */
export function typingSentence(names) {
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
  if (names.length === 0) return "";
  return `${listed(shown)} ${names.length === 1 ? "is" : "are"} typing`;
}

/** Who came in and who left; short, it names one of more than two. @param {Stage} stage @param {boolean} short */
export function stageSentence({ came, left }, short) {
  /** @param {Map<string, string>} people @param {string} did */
  const tell = (people, did) => {
    const names = [...people.values()];
    const shown = short && names.length > 2
      ? [names[0] ?? "", `${names.length - 1} others`]
      : names;
    return names.length === 0 ? "" : `${listed(shown)} ${did}.`;
  };
  return `${tell(came, "came in")} ${tell(left, "left")}`.trim();
}

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
    case "FORBIDDEN":
      return { sentence: "Not sent. You may read here, but not write.", cure: "retry" };
    case "UNAVAILABLE":
    case "INTERNAL":
      return { sentence: "Not sent. The server could not store it.", cure: "retry" };
    case "INVALID_FIELD": {
      const limit = `${Math.floor(maxBytes / 1024)} KB`;
      return {
        sentence: `Not sent. It is longer than this server allows (${limit}).`,
        cure: "edit",
      };
    }
  }
  return { sentence: `Not sent. ${refusal?.message ?? ""}`.trim(), cure: "retry" };
}

/**
 * Why a room can't be entered: a title and a sentence.
 * @param {string} room
 * @param {{code: ErrorCode, message: string}} refusal
 */
export function roomRefusal(room, { code, message }) {
  if (code === "ROOM_FULL") return [`#${room} is full`, "Try again later."];
  if (code === "RATE_LIMITED") return ["Too many tries", "Try again in a moment."];
  return [`#${room} can’t be entered`, sentence(message)];
}

/** A message of the server as a whole sentence. @param {string} text */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
