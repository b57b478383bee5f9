// A filter that says of which rooms a block of messages may have the words that are searched for. It
// may say yes in vain, and never no; it holds bits, and nothing of a text.
import type { Query } from "../query.ts";
import type { Word } from "../words.ts";

/** Bits for each term that it knows, and how many of them one sets. About 1 in 100 is found in vain. */
const BITS_PER_TERM = 10;
const BITS_SET = 5;
/** How many UTF-16 units of the beginnings of words are terms of their own, the longest first. */
const BEGINNINGS = [5, 3];

/** The hash of a term, before it is one of a room. */
export type Term = number;

/** Makes the filter of a block. */
export class FilterBuilder {
  readonly #terms = new Set<number>();

  add(room: number, words: readonly Word[]): void {
    for (const [index, { word, isPart }] of words.entries()) {
      this.#terms.add(inRoom(hash(word), room));
      const next = words[index + 1];
      if (isPart) {
        if (next?.isPart) this.#terms.add(inRoom(hash(word + next.word), room));
        continue;
      }
      for (const length of BEGINNINGS) {
        if (word.length >= length) this.#terms.add(inRoom(beginning(word, length), room));
      }
    }
  }

  build(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#terms.size * BITS_PER_TERM / 8) + 1);
    for (const term of this.#terms) {
      for (let nth = 0; nth < BITS_SET; nth++) {
        const bit = bitAt(term, nth, bytes.length * 8);
        bytes[bit >> 3]! |= 1 << (bit & 7);
      }
    }
    return bytes;
  }
}

/** What a text must have that a query finds; a query may need nothing that is known here. */
export function termsOf(query: Query): Term[] {
  return query.flatMap(({ words, isPrefix }) =>
    words.flatMap(({ word, isPart }, index) => {
      const isBeginning = isPrefix && index === words.length - 1;
      if (isBeginning && isPart) return [];
      if (isBeginning) {
        const length = BEGINNINGS.find((length) => length <= word.length);
        return length === undefined ? [] : [beginning(word, length)];
      }
      const next = words[index + 1];
      const isPair = isPart && next?.isPart && !(isPrefix && index === words.length - 2);
      return isPair ? [hash(word + next.word)] : [hash(word)];
    })
  );
}

/** Whether a room may have all of it in the block. */
export function mayHave(filter: Uint8Array, room: number, terms: readonly Term[]): boolean {
  return terms.every((term) => {
    const own = inRoom(term, room);
    for (let nth = 0; nth < BITS_SET; nth++) {
      const bit = bitAt(own, nth, filter.length * 8);
      if ((filter[bit >> 3]! & 1 << (bit & 7)) === 0) return false;
    }
    return true;
  });
}

function beginning(word: string, length: number): Term {
  return hash(`${word.slice(0, length)}*`);
}

/** FNV-1a. */
function hash(term: string): Term {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) {
    hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** The end of MurmurHash3, which spreads every bit over all. */
function spread(value: number): number {
  let hash = Math.imul(value ^ value >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return (hash ^ hash >>> 16) >>> 0;
}

function inRoom(term: Term, room: number): number {
  return spread(term ^ spread(room));
}

/** The bits of a term, by double hashing. */
function bitAt(term: number, nth: number, size: number): number {
  return (term + nth * (spread(term + 1) | 1) >>> 0) % size;
}
