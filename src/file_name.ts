// The name of an uploaded file, as it is shown to others and offered to whoever saves it (W19.2). It is
// never a path on the server's disk.

/** Characters of a name, and of the ending that stays when it is cut. */
const MAX_CHARACTERS = 100;
const MAX_ENDING = 12;

/** Control and format characters, what is not assigned or private, and line breaks of every script. */
const INVISIBLE = /[\p{C}\u2028\u2029]/gu;
const ENDING = /\.[^.\s]+$/u;

/** What is left of a name when nothing in it can deceive or do harm. */
export function cleanName(given: string): string {
  const last = given.toWellFormed().replaceAll("\ufffd", "").split(/[/\\]/).at(-1)!;
  const shown = last.normalize("NFC").replace(INVISIBLE, "").replace(/\s+/gu, " ");
  const name = shown.replace(/^[ .]+| +$/g, "");
  return cut([...name]).join("") || "file";
}

function cut(characters: string[]): string[] {
  if (characters.length <= MAX_CHARACTERS) return characters;
  const ending = [...ENDING.exec(characters.join(""))?.[0] ?? ""];
  if (ending.length > MAX_ENDING) return characters.slice(0, MAX_CHARACTERS);
  return [...characters.slice(0, MAX_CHARACTERS - ending.length), ...ending];
}
