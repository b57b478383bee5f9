// The names of direct conversations (W10.13): made of the two uids, and read back. No uid holds a
// comma, a space or a control character (W15.8).
import type { RoomName, UserId } from "./protocol.ts";

/** Bytes of the longest: two uids of 128 with `@` and `,`. */
const MAX_BYTES = 258;
const NAME = /^@([^,\p{C}\p{Z}\s]+),([^,\p{C}\p{Z}\s]+)$/u;

/** Whether a room is a direct conversation. */
export function isDirect(room: string): boolean {
  return room.startsWith("@");
}

/** Whether this is the name of a conversation between two users. */
export function isDirectName(name: string): boolean {
  if (name.length > MAX_BYTES || new TextEncoder().encode(name).length > MAX_BYTES) return false;
  const [, one = "", other = ""] = NAME.exec(name) ?? [];
  return one < other;
}

/** The room of two users, or undefined: they are one, or their uids can't be in a name. */
export function directName(one: UserId, other: UserId): RoomName | undefined {
  const name = one < other ? `@${one},${other}` : `@${other},${one}`;
  return isDirectName(name) ? name : undefined;
}

/** Whose conversation it is; undefined: no room of two. */
export function partiesOf(room: string): [UserId, UserId] | undefined {
  const [, one, other] = NAME.exec(room) ?? [];
  return one === undefined || other === undefined ? undefined : [one, other];
}
