// What somebody searches for: words and phrases that must all be in a text, and where they are in it.
import { fold, type Word, wordsOf } from "./words.ts";

/** UTF-16 units of a query, and phrases in it. */
const MAX_LENGTH = 200;
const MAX_PHRASES = 16;
/** What a query must be, in words. */
export const QUERY_EXPECTED =
  `1 to ${MAX_LENGTH} characters with 1 to ${MAX_PHRASES} words or phrases in quotes: letters or digits`;
/** Places of a text that are shown. */
const MAX_RANGES = 50;

const QUOTES = /[“”„‟«»]/g;
/** A phrase in quotes, of which the last may be missing, or what stands between spaces. */
const PHRASE = /"([^"]*)"?|[^\s"]+/g;

/** Words that follow each other. Of the last, it may be only the beginning. */
export interface Phrase {
  words: readonly Word[];
  isPrefix: boolean;
}

export type Query = readonly Phrase[];
/** From the first UTF-16 unit to before the last. */
export type Range = [start: number, end: number];

/** What a query says, or undefined where there is no word in it, or too much. */
export function parseQuery(text: string): Query | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const phrases: Phrase[] = [];
  for (const [whole, quoted] of text.replace(QUOTES, '"').matchAll(PHRASE)) {
    const said = quoted ?? whole;
    const words = wordsOf(said);
    if (words.length > 0) phrases.push({ words, isPrefix: said.endsWith("*") });
  }
  return phrases.length > 0 && phrases.length <= MAX_PHRASES ? phrases : undefined;
}

/** Where a text has what is searched for, rising and apart; undefined: it has not all of it. */
export function findIn(text: string, query: Query): Range[] | undefined {
  // Most texts end here, at a tenth of what it costs to part one into words.
  const folded = fold(text);
  const has = ({ word }: Word) => folded.includes(word);
  if (!query.every(({ words }) => words.every(has))) return undefined;
  const words = wordsOf(text);
  const found: Range[] = [];
  for (const phrase of query) {
    const places = placesOf(phrase, words);
    if (places.length === 0) return undefined;
    found.push(...places);
  }
  found.sort((a, b) => a[0] - b[0]);
  const apart: Range[] = [];
  for (const range of found) {
    const last = apart.at(-1);
    if (last && range[0] < last[1]) last[1] = Math.max(last[1], range[1]);
    else if (apart.length < MAX_RANGES) apart.push([...range]);
  }
  return apart;
}

function placesOf({ words, isPrefix }: Phrase, text: readonly Word[]): Range[] {
  const places: Range[] = [];
  const end = words.length - 1;
  for (let at = 0; at + end < text.length; at++) {
    const isThere = words.every(({ word }, index) => {
      const there = text[at + index]!.word;
      return isPrefix && index === end ? there.startsWith(word) : there === word;
    });
    if (isThere) places.push([text[at]!.start, text[at + end]!.end]);
    if (places.length === MAX_RANGES) break;
  }
  return places;
}
