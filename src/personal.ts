// What is told to the connections of a user here, whichever rooms they are in.
import { Batch } from "./batch.ts";
import type { Hub } from "./hub.ts";
import { encode, type RoomName, type UserId } from "./protocol.ts";
import type { Occupant } from "./room.ts";

/** How far the user has read (W10.10), to all but the one that said it. */
export function tellRead(
  hub: Hub,
  name: RoomName,
  uid: UserId,
  seq: number,
  asker?: Pick<Occupant, "uid">,
): void {
  const room = hub.rooms.get(name);
  const told = Batch.of(encode({ type: "read", room: name, seq }));
  for (const other of hub.online.of(uid)) {
    // One that is just joining hears of it in its `joined` (W5.1).
    const isJoining = room?.has(other) && !room.hasJoined(other);
    if (other !== asker && !isJoining) other.push(told, "passing");
  }
}

/** That these are mentioned (W10.12), where they may read the room. */
export function tellMentioned(
  hub: Hub,
  by: { room: RoomName; seq: number; uid: UserId; user: string },
  mentions: readonly UserId[],
): void {
  const { room } = by;
  const told = Batch.of(encode({ type: "mention", ...by }));
  for (const mentioned of mentions) {
    for (const connection of hub.online.of(mentioned)) {
      const { identity, address } = connection;
      const until = hub.sanctions.bannedUntil(room, identity, address, hub.now());
      if (until === 0 && connection.may("read", room)) connection.push(told, "entry");
    }
  }
}
