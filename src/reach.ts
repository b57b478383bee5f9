// How far somebody may look over all rooms: rules by room name, and the own direct conversations.
// Plain data, so that a store can be asked with it wherever that runs.
import { isDirect, partiesOf } from "./direct_name.ts";
import type { RoomName, UserId } from "./protocol.ts";

/** For rooms of this name, or with this beginning where it ends with `*`. */
interface Pattern {
  pattern: string;
}

/** In these rooms, entries from this time on may be read, in ms since 1970; Infinity: none. */
export interface Rule extends Pattern {
  from: number;
}

export interface Reach {
  uid: UserId;
  rules: readonly Rule[];
}

/** From which time on entries of a room may be read; Infinity: none. */
export function fromIn({ uid, rules }: Reach, room: RoomName): number {
  if (isDirect(room)) return partiesOf(room)?.includes(uid) ? 0 : Infinity;
  return decisive(rules, room)?.from ?? Infinity;
}

/** The one whose pattern says most about the room: its own name, else the longest beginning. */
export function decisive<P extends Pattern>(patterns: readonly P[], room: RoomName): P | undefined {
  let best: P | undefined;
  for (const one of patterns) {
    const { pattern } = one;
    if (pattern === room) return one;
    const isMatch = pattern.endsWith("*") && room.startsWith(pattern.slice(0, -1));
    if (isMatch && (!best || pattern.length > best.pattern.length)) best = one;
  }
  return best;
}
