// Who is mentioned in a text (W10.12). Knows the people only by what it asks of them.
import { fold } from "./names.ts";
import type { UserId } from "./protocol.ts";

/** How many `@` of a text are looked at. */
export const MAX_MENTIONS = 50;
/** Ends of words where a name may end: as many as the longest name has characters. */
const MAX_ENDS = 32;
/** UTF-16 units of the longest name, and of the longest uid. */
const MAX_NAME = 64;
const MAX_UID = 128;

/** An `@` at the beginning of a word. */
const SIGN = /(?<![\p{L}\p{M}\p{N}_-])@(?=[^\s@])/gu;
/** A name ends where a word does. */
const WORD = /[\p{L}\p{M}\p{N}_-]+|./gsu;

/** Those who may be mentioned. */
export interface Mentionable {
  has(uid: UserId): boolean;
  /** Whose folded name it is. */
  find(name: string): readonly UserId[];
}

/** The mentioned, in the order of their first mentions. The caller has seen an `@` in the text. */
export function findMentions(text: string, people: Mentionable): UserId[] {
  const found = new Set<UserId>();
  let signs = 0;
  for (const { index } of text.matchAll(SIGN)) {
    if (++signs > MAX_MENTIONS) break;
    for (const uid of longest(text.slice(index + 1, index + 2 + MAX_UID), people)) found.add(uid);
  }
  return [...found];
}

/** Whom the most of the beginning of a text names. */
function longest(text: string, people: Mentionable): readonly UserId[] {
  const ends: number[] = [];
  for (const [word] of text.matchAll(WORD)) {
    const end = (ends.at(-1) ?? 0) + word.length;
    if (end > MAX_UID || ends.push(end) === MAX_ENDS) break;
  }
  for (const end of ends.reverse()) {
    const name = text.slice(0, end);
    if (people.has(name)) return [name];
    const uids = end <= MAX_NAME ? people.find(fold(name)) : [];
    if (uids.length > 0) return uids;
  }
  return [];
}
