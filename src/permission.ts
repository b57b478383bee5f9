// What one may do in a room: by one's credential, as a member, and while nobody has muted one.
import { isDirect, partiesOf } from "./direct_name.ts";
import type { Permission, Refusal, RoomName } from "./protocol.ts";
import { forbidden, muted, notFound } from "./refusal.ts";
import type { Asker } from "./requests.ts";

/** Whether somebody's credential allows this in a room; in a direct conversation, who they are. */
export function allows(
  { uid, rights }: Pick<Asker, "uid" | "rights">,
  permission: Permission,
  room: RoomName,
): boolean {
  if (!isDirect(room)) return rights.may(permission, room);
  return permission !== "moderate" && partiesOf(room)!.includes(uid);
}

/** Why somebody may not do what needs this permission in a room; undefined: they may. */
export function whyNot(
  asker: Asker,
  permission: Permission,
  room: RoomName,
): Refusal | undefined {
  const { hub, uid, rights, rooms } = asker;
  if (!asker.may(permission, room)) {
    if (!asker.may("read", room)) return notFound(room);
    return forbidden(
      permission === "write"
        ? `you may only read in ${room}`
        : `only who moderates ${room} may do this`,
      room,
    );
  }
  if (!rooms.has(room)) return { code: "NOT_JOINED", message: `join ${room} first`, room };
  if (permission === "read" || rights.isAdmin) return undefined;
  const until = hub.sanctions.mutedUntil(room, uid);
  if (until === 0) return undefined;
  const now = hub.now();
  return now < until ? muted(room, until, now) : undefined;
}
