// The list of rooms that a client may be shown (W10.1).
import type { Hub } from "./hub.ts";
import type { RoomName } from "./protocol.ts";

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

/** The rooms of `ROOMS`, then those with a member now or an entry in the last 7 days, by name. */
export async function listRooms(hub: Hub): Promise<ListedRoom[]> {
  const used = await hub.store.active(hub.now() - USED_MS, MAX_ROOMS);
  const heads = new Map(used.map(({ room, seq, topic }) => [room, { seq, topic }]));
  const always = hub.settings.rooms;
  for (const room of always) {
    const head = heads.has(room) ? undefined : await hub.store.head(room);
    if (head) heads.set(room, head);
  }
  const present = [...hub.rooms.values()].filter(({ presence }) => presence.count > 0);
  for (const room of present) heads.set(room.name, room.head);

  const others = [...heads.keys()].filter((room) => !always.includes(room)).sort();
  return [...always, ...others].slice(0, MAX_ROOMS).map((room) => {
    const { seq, topic } = heads.get(room) ?? { seq: 0, topic: "" };
    return { room, topic, count: hub.rooms.get(room)?.presence.count ?? 0, seq };
  });
}
