// Somebody who is connected goes by another name: each of their connections hears of it, and the
// rooms, which tell the others (W8.6, W9.6).
import { Batch } from "./batch.ts";
import type { Hub, Person } from "./hub.ts";
import { encode, type UserId } from "./protocol.ts";

/** `asker` is the connection that wished for it, and gets its `ref` back. */
export function tellRenamed(
  hub: Hub,
  uid: UserId,
  user: string,
  was: string,
  { asker, ref }: { asker?: Pick<Person, "uid">; ref?: string } = {},
): void {
  for (const connection of hub.online.of(uid)) {
    connection.rename(user);
    const session = connection.identity.seal?.(user) ?? null;
    const back = connection === asker && ref !== undefined ? { ref } : {};
    const told = encode({ type: "nick", uid, user, was, session, ...back });
    connection.push(Batch.of(told), "entry");
  }
  renameIn(hub, uid, user);
}

/** The rooms that are open here have the user under another name. */
export function renameIn(hub: Hub, uid: UserId, user: string): void {
  for (const room of hub.rooms.values()) room.presence.rename(uid, user);
}
