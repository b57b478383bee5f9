// @ts-check
// Bots and hooks of the server, which speak as users do and are none (W20.1).

/** Whether it is the uid of one. @param {string} uid */
export function isProgram(uid) {
  return /^(bot|hook):/.test(uid);
}
