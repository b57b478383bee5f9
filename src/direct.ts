// Where a `direct` goes (W10.14): whom its `to` names, and the room of the two.
import type { ClientMessage } from "./client_message.ts";
import { directName } from "./direct_name.ts";
import type { Hub } from "./hub.ts";
import { isGuest, isProgram } from "./identity.ts";
import type { Refusal, UserId } from "./protocol.ts";
import type { Asker } from "./requests.ts";
import type { Room } from "./room.ts";

export type Opened = { ok: true; room: Room } | { ok: false; refusal: Refusal };

/** The conversation with whom `to` names. Rejects with a `StoreError`. */
export async function openDirect(
  { hub, uid }: Asker,
  { to }: Extract<ClientMessage, { type: "direct" }>,
): Promise<Opened> {
  const [other, ...more] = await find(hub, uid, to);
  if (other === undefined) return refuse("NOT_FOUND", "there is nobody of this uid or name");
  if (more.length > 0) return refuse("CONFLICT", "several have this name; say it by uid");
  if (other === uid) return refuse("INVALID_FIELD", "to must be somebody else");
  const name = directName(uid, other);
  if (name === undefined) return refuse("INVALID_FIELD", "to must be a uid of at most 128 bytes");
  const room = await hub.openRoom(name);
  return room
    ? { ok: true, room }
    : refuse("ROOM_FULL", "this server has as many rooms open as it may");
}

/** A uid comes before a name: nobody may get another's messages by calling themselves so. */
async function find(hub: Hub, from: UserId, to: string): Promise<readonly UserId[]> {
  if (hub.online.has(to)) return [to];
  const room = directName(from, to);
  const isKnown = await hub.store.marks.knows(to) || (room && await hub.store.head(room));
  if (isKnown) return [to];
  // A program has a name for as long as it says something, and nobody is behind it.
  return isGuest(to) ? [] : hub.names.find(to).filter((uid) => !isProgram(uid));
}

function refuse(code: Refusal["code"], message: string): Opened {
  return { ok: false, refusal: { code, message } };
}
