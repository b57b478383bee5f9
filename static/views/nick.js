// @ts-check
// Names: what may be one, and each in its colour. That goes by the uid, so that somebody who takes
// another name keeps it.

const MAX_CHARACTERS = 32;
const NOT_IN_NAMES = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const COLOURS = 10;

export const WRONG_NAME = "Write a name, up to 32 characters.";

/** The name that somebody wrote, or null. @param {string} written */
export function nameIn(written) {
  const name = written.normalize("NFC").trim();
  const isValid = name && [...name].length <= MAX_CHARACTERS && !NOT_IN_NAMES.test(name);
  return isValid ? name : null;
}

/** @param {HTMLElement} element @param {{uid: string, user: string}} member */
export function showNick(element, { uid, user }) {
  element.textContent = user;
  for (let i = 0; i < COLOURS; i++) element.classList.toggle(`n${i}`, i === colourOf(uid));
}

/** The same as an element of its own. @param {{uid: string, user: string}} member */
export function nickOf(member) {
  const name = document.createElement("bdi");
  showNick(name, member);
  return name;
}

/** FNV-1a over the uid. @param {string} uid */
function colourOf(uid) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < uid.length; i++) hash = Math.imul(hash ^ uid.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % COLOURS;
}
