// Lines as a terminal takes them: pieces of text, each in a style. The one way to the screen, so
// that nothing gets there that is not harmless. Knows nothing of what is told.
import { harmless } from "./harmless.ts";

/** `of` is whose name it is; everybody's has its own colour. */
export type Style = "quiet" | "strong" | "trouble" | { of: string };
export type Piece = string | { text: string; style: Style };
export type Line = readonly Piece[];

/** Foregrounds that can be read on black and on white. */
const NAME_COLOURS = [31, 32, 33, 34, 35, 36, 91, 92, 94, 95];
const OFF = "\x1b[0m";

/** Whether a terminal of that environment wants colours (https://no-color.org). */
export function wantsColour({ NO_COLOR, TERM }: Record<string, string>): boolean {
  return !NO_COLOR && TERM !== "dumb";
}

/** The line as text; every further line of it stands under the first, indented. */
export function written(line: Line, isColoured: boolean): string {
  const text = line.map((piece) => {
    const { text, style } = typeof piece === "string" ? { text: piece, style: null } : piece;
    const safe = harmless(text);
    return isColoured && style !== null && safe !== "" ? `${codeOf(style)}${safe}${OFF}` : safe;
  });
  return text.join("").replaceAll("\n", "\n      ");
}

function codeOf(style: Style): string {
  switch (style) {
    case "quiet":
      return "\x1b[2m";
    case "strong":
      return "\x1b[1m";
    case "trouble":
      return "\x1b[31m";
  }
  let hash = 0;
  for (const character of style.of) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return `\x1b[${NAME_COLOURS[hash % NAME_COLOURS.length]}m`;
}
