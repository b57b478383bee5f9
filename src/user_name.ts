// What a user's name may look like (W2.7): so that nobody can pass for another by letters that only
// look the same, and nothing of a name is invisible.

/** Characters in a user name (W2.2). */
export const MAX_NAME_CHARACTERS = 32;

/** The scripts in use today, for which Unicode recommends identifiers (UAX 31, tables 5 and 7). */
const SCRIPTS = (
  "Adlam Arabic Armenian Balinese Bengali Bopomofo Canadian_Aboriginal Cherokee Cyrillic " +
  "Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana Javanese " +
  "Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Nko Ol_Chiki Oriya Sinhala " +
  "Sundanese Syriac Tamil Telugu Thaana Thai Tibetan Tifinagh Vai Yi"
).split(" ");
/** The scripts that are written together: "highly restrictive" in UTS 39, 5.2. */
const TOGETHER = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];
const WORD = new RegExp(
  [...SCRIPTS.map((script) => [script]), ...TOGETHER].map((scripts) =>
    `^[${scripts.map((it) => `\\p{scx=${it}}`).join("")}\\p{Script=Common}\\p{Script=Inherited}]+$`
  ).join("|"),
  "u",
);
const EMOJI = /\p{RGI_Emoji}/gv;
/** Control, format, private and unassigned characters, line breaks, and letters that show nothing. */
const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Marks without a letter, and towers of them. */
const LOOSE_MARKS = /(?:^| )\p{M}|\p{M}{5}/u;
const ASCII = /^[!-~]+(?: [!-~]+)*$/;

/** What a user name must be, in words. */
export const USER_NAME_EXPECTED =
  `1 to ${MAX_NAME_CHARACTERS} characters, each word of one script, without ` +
  "line breaks and invisible characters";

export type ParsedName = { ok: true; name: string } | { ok: false; message: string };

/** A user name in NFKC with single spaces, or what `field` must be. */
export function parseUserName(name: string, field = "username"): ParsedName {
  const plain = name.normalize("NFKC").trim().replace(/ +/g, " ");
  const length = plain.length > MAX_NAME_CHARACTERS ? [...plain].length : plain.length;
  const isGood = length >= 1 && length <= MAX_NAME_CHARACTERS &&
    (ASCII.test(plain) || isReadable(plain));
  return isGood
    ? { ok: true, name: plain }
    : { ok: false, message: `${field} must be ${USER_NAME_EXPECTED}` };
}

function isReadable(name: string): boolean {
  // An emoji may be joined of several by characters that are invisible elsewhere.
  const rest = name.replace(EMOJI, "");
  return !FORBIDDEN.test(rest) && !LOOSE_MARKS.test(rest) &&
    rest.split(" ").every((word) => word === "" || WORD.test(word));
}
