// @ts-check
// Messages that tell what somebody does, as `/me` makes them (W4.10). Knows nothing of the page.

const ACTION = /^\/me\s+(?=\S)/;

/** What the sender does, or null where the text is something said. @param {string} text */
export function actionIn(text) {
  return ACTION.test(text) ? text.replace(ACTION, "") : null;
}
