// What others wrote, made fit for a terminal: nothing of it moves the cursor, colours, beeps, or
// turns the direction of what stands beside it.

/** Embeddings, overrides, isolates and marks of direction (UAX 9). */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;
const SYMBOL_OF_NUL = 0x2400;
const SYMBOL_OF_DELETE = "\u2421";

/** The text with line breaks as `\n`, and every other control character as one that is seen. */
export function harmless(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .replaceAll("\t", "    ")
    .replace(DIRECTIONS, "")
    .replace(CONTROLS, symbolOf);
}

/** JSON that means the same, and holds none of these characters either. */
export function harmlessJson(json: string): string {
  return json.replace(CONTROLS, escaped).replace(DIRECTIONS, escaped);
}

function symbolOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(SYMBOL_OF_NUL + code);
  return code === 0x7f ? SYMBOL_OF_DELETE : "\ufffd";
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
