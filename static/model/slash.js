// @ts-check
// What a slash at the beginning of a text makes of it: a command, what somebody does (W4.10), or
// nothing where it is doubled. Knows no commands.

const ACTION = /^\/me\s+(?=\S)/;

/** What the sender does, or null where the text is something said. @param {string} text */
export function actionIn(text) {
  return ACTION.test(text) ? text.replace(ACTION, "") : null;
}

/** What a text says, or null where it is a command. `//` says a slash. @param {string} text */
export function messageIn(text) {
  if (!text.startsWith("/")) return text;
  if (!text.startsWith("//")) return null;
  const said = text.slice(1);
  // Said, not done: an action begins at the very beginning.
  return actionIn(said) === null ? said : ` ${said}`;
}
