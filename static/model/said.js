// @ts-check
// One message as a timeline holds it: what was said, what became of it, and what one wants of it
// that the server has not answered yet. Knows nothing of the page.
import { fold } from "../sdk/fold.js";
/** @import {Chat, Entry, Member, Message, Reaction, Refusal, SharedFile} from "../../src/protocol.ts" */
/** @import {Outgoing} from "../chat.js" */

/**
 * What one wants of a message and what is shown as if it were done already. `seq` is that of the
 * entry which does it, once there is an ack.
 * @typedef {{type: "edit", text: string, at: number, seq?: number} | {type: "delete", seq?: number} |
 *   {type: "react", emoji: string, on: boolean, seq?: number}} Wish
 */
/**
 * Something said. `seq` is 0 until the server gave it one; `key` stays the same from the first
 * moment on, so that a message on its way and the entry it becomes are one. `by` deleted it, where
 * that is known. `trouble` is a wish that was refused, and why.
 * @typedef {object} Said
 * @property {"said"} kind
 * @property {string} key
 * @property {number} seq
 * @property {number} ts
 * @property {string} uid
 * @property {string} user
 * @property {string} text
 * @property {number | undefined} [replyTo]
 * @property {readonly SharedFile[] | undefined} [files]
 * @property {number | undefined} [editedTs]
 * @property {true | undefined} [deleted]
 * @property {readonly Reaction[] | undefined} [reactions]
 * @property {Member} [by]
 * @property {Outgoing["status"]} status
 * @property {Refusal | undefined} [refusal]
 * @property {string | undefined} [draft] while one writes it anew
 * @property {readonly Wish[]} [wishes]
 * @property {{wish: Wish, refusal: Refusal} | undefined} [trouble]
 */
/** @typedef {Exclude<Entry, {type: "chat" | "topic"}>} Change */
/** A reaction, and whether the server has yet to answer to one's own. @typedef {Reaction & {waits?: boolean}} Reacted */

/** Whether a uid is that of a bot or a hook of the server (W20.1). @param {string} uid */
export function isProgram(uid) {
  return /^(bot|hook):/.test(uid);
}

/** A message that the server has. @param {Message} message @param {string} key @returns {Said} */
export function saidOf({ seq, ts, uid, user, ...rest }, key) {
  const { text, replyTo, files, editedTs, deleted, reactions } = rest;
  const form = { text, replyTo, files, editedTs, deleted, reactions };
  return { kind: "said", key, seq, ts, uid, user, ...form, status: "sent" };
}

/** What became of it (W5.10). @param {Said} said @param {Change} entry @param {boolean} isMine */
export function amend(said, entry, isMine) {
  const message = /** @type {Message} */ (/** @type {unknown} */ (said));
  const known = { seq: entry.seq - 1, messages: [message] };
  const [after] = fold(known, entry, isMine ? entry.uid : "").messages;
  if (!after) return;
  const { text, files, editedTs, deleted, reactions } = after;
  Object.assign(said, { text, files, editedTs, deleted, reactions });
  if (entry.type === "deleted") said.by = { uid: entry.uid, user: entry.user };
  if (said.wishes) said.wishes = said.wishes.filter(({ seq }) => seq !== entry.seq);
}

/**
 * As it is to be shown: with what one wants of it.
 * @param {Said} said
 * @returns {Pick<Said, "text" | "editedTs" | "deleted"> & {reactions?: readonly Reacted[] | undefined}}
 */
export function shownOf(said) {
  if (!said.wishes?.length) return said;
  let { text, editedTs, deleted, reactions = [] } = said;
  for (const wish of said.wishes) {
    if (wish.type === "delete") deleted = true;
    else if (wish.type === "edit") [text, editedTs] = [wish.text, wish.at];
    else reactions = reacted(reactions, wish);
  }
  return { text, editedTs, deleted, reactions };
}

/** Whether the server has yet to answer: to it, or to a change or a deletion of it. @param {Said} said */
export function isWaiting({ status, wishes }) {
  return status === "waiting" ||
    wishes?.some(({ type, seq }) => type !== "react" && seq === undefined) === true;
}

/** @param {readonly Reacted[]} reactions @param {{emoji: string, on: boolean, seq?: number}} wish */
function reacted(reactions, { emoji, on, seq }) {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  const waits = seq === undefined;
  if (!known) {
    return on ? [...reactions, { emoji, count: 1, mine: true, users: [], waits }] : reactions;
  }
  if (known.mine === on) return reactions;
  const now = { ...known, count: known.count + (on ? 1 : -1), mine: on, waits };
  return reactions.map((reaction) => reaction === known ? now : reaction)
    .filter(({ count }) => count > 0);
}

/** @param {Entry} entry @returns {entry is Chat} */
export function isChat(entry) {
  return entry.type === "chat";
}

/** Whether both say the same. @param {Said} said @param {Chat} chat */
export function isTheSame(said, chat) {
  const [one, other] = [said, chat].map(({ text, files = [] }) =>
    [text, ...files.map(({ id }) => id)].join("\n")
  );
  return one === other;
}
