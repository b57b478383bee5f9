// What a ban or a mute does to those who are here (W10.7, W10.8), whoever on which instance made it.
import { CLOSE } from "./close.ts";
import type { Hub } from "./hub.ts";
import type { Mute, RoomName, UserId } from "./protocol.ts";
import type { Occupant } from "./room.ts";

/** Who is banned leaves the room; without one, everything. */
export function enforceBan(hub: Hub, room: RoomName | undefined, uid: UserId, by: string): void {
  if (room !== undefined) return hub.rooms.get(room)?.expel(uid, "banned", by);
  for (const connection of hub.live.of(uid)) connection.close(CLOSE.banned);
  for (const open of hub.rooms.values()) open.presence.endGrace(uid);
}

/** The muted user and those who moderate the room are told; who did it has an answer. */
export function tellMuted(
  hub: Hub,
  { room, uid, until, by }: Mute & { room: RoomName },
  asker?: Pick<Occupant, "uid">,
): void {
  hub.rooms.get(room)?.tell(
    { type: "muted", room, uid, until, by },
    (one) => one !== asker && (one.uid === uid || one.may("moderate", room)),
  );
}
