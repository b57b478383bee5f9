// The words of a text as search compares them: without case, accents and the many ways to write the
// same character. Where a script puts no spaces between words, every character counts as one.

/** A word and where it stands in its text, in UTF-16 units. */
export interface Word {
  word: string;
  start: number;
  end: number;
  /** It is one character of a script that does not part its words, or not always. */
  isPart: boolean;
}

const SCRIPTS = ["Han", "Hira", "Kana", "Hang", "Bopo", "Thai", "Laoo", "Khmr", "Mymr"];
const PART = `[[${SCRIPTS.map((script) => `\\p{scx=${script}}`).join("")}]&&[\\p{L}\\p{N}]]`;
/** Written inside words and not seen: a soft hyphen, and what joins letters or keeps them apart. */
const UNSEEN = "\\u00ad\\u200c\\u200d";
/** And what follows one: its marks, or the vowels and finals of a Korean syllable in pieces. */
const MORE = "[\\p{M}\\u1160-\\u11ff]";
const WORD = new RegExp(`(${PART}${MORE}*)|[[\\p{L}\\p{N}\\p{M}${UNSEEN}]--${PART}]+`, "gv");
/** And the marks that the same word may have or not: accents, points of Hebrew, vowels of Arabic. */
const IGNORED = new RegExp(`[${UNSEEN}\\u0300-\\u036f\\u0591-\\u05c7\\u064b-\\u065f\\u0670]`, "gv");
const PLAIN = /^[\0-\x40\x5b-\x7f]*$/;

/** The words of a text, in their order. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const word = fold(match[0]);
    const start = match.index;
    if (word === "") continue;
    words.push({ word, start, end: start + match[0].length, isPart: match[1] !== undefined });
  }
  return words;
}

/**
 * A text in the form in which words are compared; each of its words is in it as `wordsOf` has it. Stays
 * decomposed, or a word could melt into what stands before it.
 */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text;
  const bare = text.normalize("NFKD").replace(IGNORED, "");
  // By way of capitals, which "ß" and "ss" have in common.
  return bare.toUpperCase().toLowerCase().replaceAll("ς", "σ");
}
