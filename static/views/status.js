// @ts-check
// The state of the connection in words: the line under one's name, and the slip over the log.
import { counted, sentence } from "./wording.js";
/** @import {ConnectionState} from "../sdk/reconnect.js" */
/** @import {Reason} from "../sdk/reconnect.js" */

/** @typedef {{icon: string, line: string}} StatusLine */
/**
 * `spoken` is the title without its countdown.
 * @typedef {object} Slip
 * @property {string} icon
 * @property {string} title
 * @property {string} text
 * @property {string} [spoken]
 * @property {"Try now" | "Enter token"} [action]
 */

/** @type {Partial<Record<Reason, string>>} */
const REASONS = {
  dropped: "The line dropped.",
  heartbeat: "The server went quiet.",
  slow: "This connection was too slow; what was missed will load.",
  restarting: "The server is restarting.",
  full: "The server is full.",
  internal: "The server had a fault.",
  offline: "The server cannot be reached.",
};

/** @param {ConnectionState} state @returns {StatusLine} */
export function statusLine(state) {
  switch (state.status) {
    case "connected":
      return { icon: "lamp-lit", line: "Connected" };
    case "connecting":
      return { icon: "lamp-dim", line: state.attempt > 1 ? "Trying now" : "Connecting" };
    case "waiting":
      return navigator.onLine
        ? { icon: "lamp-dim", line: reconnecting(state.retryAt) }
        : { icon: "lamp-off", line: "Offline" };
    case "stopped":
      return { icon: "lamp-off", line: "Not let in" };
    case "closed":
      return { icon: "lamp-off", line: "Offline" };
  }
}

/**
 * `last` is why it waited before this try, in words; `unsent` how many messages wait.
 * @param {ConnectionState} state
 * @param {string} last
 * @param {number} unsent
 * @returns {Slip | null}
 */
export function slipOf(state, last, unsent) {
  switch (state.status) {
    case "connecting":
      if (state.attempt > 1) return trying("Trying now", state.attempt, last);
      return {
        icon: "lamp-dim",
        title: `Connecting to ${location.host}`,
        text: "This takes longer than usual.",
      };
    case "waiting":
      if (!navigator.onLine) return offline(unsent);
      if (state.reason === "proxy") {
        return {
          icon: "warn",
          title: "Live connections do not get through",
          text:
            "The server answers, but a proxy between here and there stops WebSockets, or hides " +
            "this page’s address from the server.",
          action: "Try now",
        };
      }
      return trying(reconnecting(state.retryAt), state.attempt, whyOf(state));
    case "stopped":
      return stopped(state);
  }
  return null;
}

/**
 * Why somebody at the door can't come in now, or nothing.
 * @param {ConnectionState} state
 */
export function troubleOf(state) {
  const isWaiting = state.status === "waiting";
  if (!isWaiting && (state.status !== "stopped" || state.reason === "token")) return "";
  if (isWaiting && !navigator.onLine) return "You are offline. This device has no network.";
  if (isWaiting && state.reason !== "proxy") {
    return `${whyOf(state)} ${reconnecting(state.retryAt)}.`;
  }
  const slip = slipOf(state, "", 0);
  return slip ? `${slip.title}. ${slip.text}` : "";
}

/** Why it waits, as a sentence. @param {{reason: Reason, message: string}} state */
export function whyOf({ reason, message }) {
  return REASONS[reason] ?? sentence(message);
}

/** @param {string} title @param {number} attempt @param {string} why @returns {Slip} */
function trying(title, attempt, why) {
  const words = [`Try ${attempt}.`, why, "Messages wait and go out by themselves."];
  return {
    icon: "lamp-dim",
    title,
    spoken: "Reconnecting",
    text: words.filter(Boolean).join(" "),
    action: "Try now",
  };
}

/** @param {number} unsent @returns {Slip} */
function offline(unsent) {
  const waiting = unsent ? `; ${counted(unsent, "message")} wait${unsent === 1 ? "s" : ""}.` : ".";
  return {
    icon: "offline",
    title: "You are offline",
    text: `This device has no network. Go on writing${waiting}`,
  };
}

/** @param {{reason: Reason, message: string}} state @returns {Slip} */
function stopped({ reason, message }) {
  if (reason === "token") {
    return {
      icon: "key",
      title: "Your token has ended",
      text: "Enter a new one to go on. Nothing you wrote is lost.",
      action: "Enter token",
    };
  }
  if (reason === "banned") {
    return { icon: "warn", title: "You are banned here", text: sentence(message) };
  }
  return { icon: "warn", title: "Not let in", text: sentence(message), action: "Try now" };
}

/** @param {number} retryAt */
function reconnecting(retryAt) {
  return `Reconnecting in ${Math.max(1, Math.ceil((retryAt - Date.now()) / 1000))} s`;
}
