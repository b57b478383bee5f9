// Why somebody may not do something in a room, as what they are told (W10).
import type { Refusal, RoomName } from "./protocol.ts";

/** The same for a room that one may not read and for one that is not there (W10.4). */
export function notFound(room: RoomName): Refusal {
  return { code: "NOT_FOUND", message: `there is no room ${room}`, room };
}

export function forbidden(message: string, room?: RoomName): Refusal {
  return { code: "FORBIDDEN", message, ...(room !== undefined && { room }) };
}

/** `until` is when it ends, Infinity when somebody has to end it. */
export function banned(room: RoomName, until: number, now: number): Refusal {
  return sanctioned(`you are banned from ${room}`, room, until, now);
}

export function muted(room: RoomName, until: number, now: number): Refusal {
  return sanctioned(`you are muted in ${room}`, room, until, now);
}

export function goingDown(ref: string | undefined): Refusal {
  const message = "the server is going down; come back in a moment";
  return { code: "UNAVAILABLE", message, ...(ref !== undefined && { ref }) };
}

export function tooFast(retryAfterMs: number, ref: string | undefined): Refusal {
  const message = "too much at once; go on after retryAfterMs";
  return { code: "RATE_LIMITED", message, retryAfterMs, ...(ref !== undefined && { ref }) };
}

function sanctioned(what: string, room: RoomName, until: number, now: number): Refusal {
  if (until === Infinity) return forbidden(`${what} until a moderator ends it`, room);
  const message = `${what} until ${new Date(until).toISOString()}`;
  return { ...forbidden(message, room), retryAfterMs: until - now };
}
