// @ts-check
// What fits what was written of it, the best first.
import { fold } from "./roster.js";

/**
 * What is called so, then what begins with the query, then what has a word that does; each in the order given.
 * @template T
 * @param {readonly T[]} all
 * @param {string} query
 * @param {(one: T) => string} nameOf
 */
export function ranked(all, query, nameOf) {
  const wanted = fold(query);
  /** @type {[T[], T[], T[]]} */
  const found = [[], [], []];
  for (const one of all) {
    const name = fold(nameOf(one));
    if (name === wanted) found[0].push(one);
    else if (name.startsWith(wanted)) found[1].push(one);
    else if (name.split(/[\s._-]+/).some((word) => word.startsWith(wanted))) found[2].push(one);
  }
  return found.flat();
}
