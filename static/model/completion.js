// @ts-check
// What somebody may be about to write: a name, a room, a command or an emoji, by its sign and first
// letters. Knows nothing of elements.
import { kept } from "./kept.js";
import { ranked } from "./ranking.js";
/** @import {Person} from "./roster.js" */

/** The word that is being written: from where, after which sign. @typedef {{sign: "@" | "#" | ":" | "/", from: number, query: string}} Token */
/**
 * Something it may become. `label` is how it is shown, `text` what is put in its place.
 * @typedef {object} Choice
 * @property {"person" | "room" | "command" | "emoji"} kind
 * @property {string} text
 * @property {string} label
 * @property {string} note
 * @property {string} [uid] of a person
 */
/**
 * Where choices come from.
 * @typedef {object} Sources
 * @property {() => readonly Person[] | Promise<readonly Person[]>} people
 * @property {() => readonly string[]} rooms
 * @property {() => Promise<readonly {name: string, args: string, does: string}[]>} commands
 */

/**
 * Each at the beginning of a word. Names may have spaces, commands begin the text, and a colon is
 * one until letters follow.
 */
const TOKENS = /** @type {const} */ ([
  ["/", /^\/([\p{L}]*)$/u],
  ["#", /(?<![\p{L}\p{M}\p{N}_#&/-])#([\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*|)$/u],
  [":", /(?<![\p{L}\p{N}:]):([a-z0-9_+-]{2,})$/iu],
  ["@", /(?<![\p{L}\p{M}\p{N}_-])@([^@\n]{0,32})$/u],
]);
const MAX_CHOICES = 6;

/** The word that ends at the caret, or null. @param {string} text before the caret @returns {Token | null} */
export function tokenIn(text) {
  for (const [sign, pattern] of TOKENS) {
    const match = pattern.exec(text);
    if (match) return { sign, from: match.index, query: match[1] ?? "" };
  }
  return null;
}

/** Asked for once: of a module that is there, an import takes a turn, in which a key may come. */
const emoji = kept(() => import("./emoji.js"));

/** The best first. @param {Token} token @param {Sources} sources @returns {Promise<Choice[]>} */
export async function choicesFor(token, sources) {
  return (await allFor(token, sources)).slice(0, MAX_CHOICES);
}

/** @param {Token} token @param {Sources} sources @returns {Promise<Choice[]>} */
async function allFor({ sign, query }, { people, rooms, commands }) {
  switch (sign) {
    case "@":
      return ranked(await people(), query, ({ user }) => user).map(({ uid, user, note }) => (
        { kind: "person", text: `@${user}`, label: user, note, uid }
      ));
    case "#":
      return ranked(rooms(), query, (room) => room).map((room) => (
        { kind: "room", text: `#${room}`, label: `#${room}`, note: "" }
      ));
    case "/":
      return ranked(await commands(), query, ({ name }) => name).map(({ name, args, does }) => (
        { kind: "command", text: `/${name}`, label: `/${name} ${args}`.trim(), note: does }
      ));
  }
  const { EMOJI } = await emoji();
  return ranked(EMOJI, query, ({ name }) => name).map(({ name, emoji }) => (
    { kind: "emoji", text: emoji, label: `:${name}:`, note: "" }
  ));
}
