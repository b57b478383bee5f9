// @ts-check
// Whom one can name in a room: those who spoke last first, then who else is there. Finds them by
// what somebody wrote.
import { isProgram } from "./said.js";
/** @import {Room} from "./room.js" */

/** @typedef {{uid: string, user: string, note: string}} Person */

/** Everybody but oneself, with what there is to say of them. @param {Room} room @param {string} me */
export function rosterOf(room, me) {
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const line of room.timeline.lines.toReversed()) {
    if (line.kind === "said" && line.uid && !names.has(line.uid)) {
      names.set(line.uid, room.members.get(line.uid) ?? line.user);
    }
  }
  for (const [uid, user] of [...room.members].sort(([, a], [, b]) => a.localeCompare(b))) {
    if (!names.has(uid)) names.set(uid, user);
  }
  names.delete(me);
  // The server may not have named all who are there.
  const areAllKnown = room.members.size >= room.count;
  return [...names].map(([uid, user]) => {
    if (isProgram(uid)) return { uid, user, note: "bot" };
    const isAway = areAllKnown && !room.members.has(uid);
    return { uid, user, note: room.typists.has(uid) ? "typing" : isAway ? "not here" : "" };
  });
}

/** Everybody else in these rooms, but for those of whose name there are several. @param {readonly Pick<Room, "members">[]} rooms @param {string} me @returns {Person[]} */
export function metIn(rooms, me) {
  const met = new Map(rooms.flatMap(({ members }) => [...members]));
  met.delete(me);
  const names = [...met.values()].map(fold);
  return [...met].filter(([, user]) => names.indexOf(fold(user)) === names.lastIndexOf(fold(user)))
    .map(([uid, user]) => ({ uid, user, note: "" }));
}

/**
 * Who stands at the beginning of what was written, with or without an `@`, and what follows. Of
 * several the longest name counts.
 * @param {readonly Person[]} people
 * @param {string} written
 */
export function namedIn(people, written) {
  const text = fold(written.replace(/^@/, ""));
  const fits = people.filter(({ user }) => {
    const name = fold(user);
    return text.startsWith(name) && /^(\s|$)/.test(text.slice(name.length));
  });
  const person = fits.sort((a, b) => b.user.length - a.user.length)[0];
  if (!person) return null;
  // Folding may change the length: the words of the name are counted instead.
  const words = person.user.split(/\s+/).length;
  const rest = written.replace(new RegExp(`^@?(?:\\S+\\s*){${words}}`), "");
  return { person, rest };
}

/** As names are compared (W8.2), roughly: the server has the last word. @param {string} name */
export function fold(name) {
  return name.normalize("NFKC").toLowerCase();
}
