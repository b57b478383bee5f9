// The list of rooms that a client may be shown (W10.1).
import type { Hub } from "./hub.ts";
import type { RoomName } from "./protocol.ts";
import type { Rights } from "./rights.ts";

/** A room counts as used for this long after its last entry, in milliseconds. */
const USED_MS = 7 * 24 * 3_600_000;
/** Rooms in a list. */
const MAX_ROOMS = 200;

export interface ListedRoom {
  room: RoomName;
  topic: string;
  /** Users in it now. */
  count: number;
  seq: number;
}

/** Who asks, as the list needs it. */
interface Reader {
  hub: Hub;
  rights: Rights;
}

/**
 * The rooms of `ROOMS`, then by name those with a member now or an entry in the last 7 days and
 * those that the credential names: of all, what may be read.
 */
export async function listRooms({ hub, rights }: Reader): Promise<ListedRoom[]> {
  const isShown = (room: RoomName) => rights.may("read", room);
  // The rooms that it may not see must not take the places of those it may.
  const limit = rights.seesAll ? MAX_ROOMS : hub.settings.maxRooms;
  const used = (await hub.store.active(hub.now() - USED_MS, limit))
    .filter(({ room }) => isShown(room)).slice(0, MAX_ROOMS);
  const heads = new Map(used.map(({ room, seq, topic }) => [room, { seq, topic }]));
  const always = hub.settings.rooms.filter(isShown);
  const named = rights.named.slice(0, MAX_ROOMS);
  for (const room of [...always, ...named]) {
    const head = heads.has(room) ? undefined : await hub.store.head(room);
    if (head) heads.set(room, head);
  }
  for (const room of hub.rooms.values()) {
    if (room.presence.count > 0 && isShown(room.name)) heads.set(room.name, room.head);
  }
  const others = [...new Set([...heads.keys(), ...named])]
    .filter((room) => !always.includes(room)).sort();
  return [...always, ...others].slice(0, MAX_ROOMS).map((room) => {
    const { seq, topic } = heads.get(room) ?? { seq: 0, topic: "" };
    return { room, topic, count: hub.rooms.get(room)?.presence.count ?? 0, seq };
  });
}
