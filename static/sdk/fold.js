// @ts-check
// What a room's entries make of the messages one knows (W5.10). A pure function: the same entries
// give the same messages, one by one or already in a page.
/** @import {Entry, Known, Message, Reaction, UserId} from "../chat.js" */

/** So many who reacted are named. */
const MAX_NAMED = 5;

/**
 * The state after one more entry, as a new object; the same one where the entry is known already.
 * What is about a message that is not held changes nothing else.
 * @param {Known} known
 * @param {Entry} entry
 * @param {UserId} me Whose reactions are `mine`.
 * @returns {Known}
 */
export function fold(known, entry, me) {
  if (entry.seq <= known.seq) return known;
  const next = { ...known, seq: entry.seq };
  if (entry.type === "chat") next.messages = [...known.messages, entry];
  else if (entry.type === "topic") next.topic = entry.text;
  else {
    next.messages = known.messages.map((message) =>
      message.seq === entry.of ? changed(message, entry, me) : message
    );
  }
  return next;
}

/** @param {Message} message @param {Exclude<Entry, {type: "chat" | "topic"}>} entry @param {UserId} me */
function changed(message, entry, me) {
  if (entry.type === "edited") return { ...message, text: entry.text, editedTs: entry.ts };
  const { editedTs: _, files: ___, reactions = [], ...said } = message;
  if (entry.type === "deleted") return { ...said, text: "", deleted: /** @type {const} */ (true) };
  const { reactions: __, ...rest } = message;
  const counted = counting(reactions, entry, entry.uid === me);
  return counted.length > 0 ? { ...rest, reactions: counted } : rest;
}

/**
 * An emoji that appears stands last, one that nobody reacts with any more goes.
 * @param {readonly Reaction[]} reactions
 * @param {Extract<Entry, {type: "reaction"}>} entry
 * @param {boolean} isMine
 * @returns {Reaction[]}
 */
function counting(reactions, { emoji, on, uid, user }, isMine) {
  const known = reactions.find((reaction) => reaction.emoji === emoji);
  const who = { uid, user };
  if (!known) {
    return on ? [...reactions, { emoji, count: 1, mine: isMine, users: [who] }] : [...reactions];
  }
  const count = known.count + (on ? 1 : -1);
  const others = known.users.filter((other) => other.uid !== uid);
  const users = on && others.length < MAX_NAMED ? [...others, who] : others;
  const now = { emoji, count, mine: isMine ? on : known.mine, users };
  return reactions.map((reaction) => reaction === known ? now : reaction)
    .filter(({ count }) => count > 0);
}
