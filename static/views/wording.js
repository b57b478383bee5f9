// @ts-check
// The sentences of the page that depend on something. Knows nothing of elements.
import { momentOf } from "./clock.js";
/** @import {Mute, Reaction} from "../../src/protocol.ts" */
/** @import {Room} from "../model/room.js" */
/** @import {Said} from "../model/said.js" */
/** @import {Stage, Told} from "../model/stage.js" */

const RIGHT_TO_LEFT = /[\p{scx=Hebr}\p{scx=Arab}\p{scx=Syrc}\p{scx=Thaa}\p{scx=Nkoo}\p{scx=Adlm}]/u;
const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** `Ruth`, `Ruth and Jonas`, `Ruth, Jonas and Mara` @param {string[]} names */
export function listed(names) {
  const shown = names.map(isolated);
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}

/** A name that is written from the right keeps to itself: the words about it stay in order. @param {string} name */
function isolated(name) {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/** `1 message`, `2 messages` @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Of a change or a reaction that the server does not have yet. */
export const NOT_SENT = "Not sent yet.";

/** Who reacted: `You, Jonas and 3 more` @param {Reaction} reaction @param {string} me */
export function reactors({ count, mine, users }, me) {
  const others = users.filter(({ uid }) => uid !== me).map(({ user }) => user);
  const names = mine ? ["You", ...others] : others;
  const more = count - names.length;
  if (names.length === 0) return counted(count, "reaction");
  return listed(more > 0 ? [...names, `${more} more`] : names);
}

/** @param {string[]} names */
export function typingSentence(names) {
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
  if (names.length === 0) return "";
  return `${listed(shown)} ${names.length === 1 ? "is" : "are"} typing`;
}

/** A stage direction; short, it names one of more than two. @param {Stage | Told | Said} line @param {boolean} short */
export function stageSentence(line, short) {
  if (line.kind === "said") return deletion(line);
  if (line.kind === "stage") return comings(line, short);
  const { news } = line;
  if (news.type === "nick") return `${news.was} is now ${news.user}.`;
  if (news.type === "system") return announcement(news.text);
  if (news.type === "greeting") return `${news.user}: ${news.text}`;
  return news.text
    ? `${news.user} set the topic: ${news.text}`
    : `${news.user} took the topic away.`;
}

/** What an administrator tells everybody. @param {string} text */
export function announcement(text) {
  return `To everybody here: ${text}`;
}

/** Who deleted it is known of what was deleted before one's eyes. @param {Said} said */
function deletion({ uid, user, by }) {
  if (!by) return `A message of ${user} was deleted.`;
  if (by.uid === uid) return `${by.user} deleted a message.`;
  return `${by.user} removed a message of ${user}.`;
}

/** @param {Stage} stage @param {boolean} short */
function comings({ came, left }, short) {
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

/** @param {number} maxBytes */
export function tooLong(maxBytes) {
  return `It is longer than this server allows (${Math.floor(maxBytes / 1024)} KB).`;
}

/** Why one may not write in a room that one is in, or "". @param {Room} room @param {Mute} [mute] one's own */
export function writingRefusal({ isJoined, may }, mute) {
  if (isJoined && may === "read") return "You may read here, but not write.";
  if (!isJoined || !mute) return "";
  const what = mute.by ? `${mute.by} muted you here` : "You are muted here";
  return mute.until === null ? `${what}.` : `${what} until ${momentOf(mute.until)}.`;
}

/** A message of the server as a whole sentence, its times as the reader's. @param {string} text */
export function sentence(text) {
  const told = text.replace(ISO_TIME, (time) => momentOf(Date.parse(time)));
  return told.charAt(0).toUpperCase() + told.slice(1) + (/[.!?]$/.test(told) ? "" : ".");
}
