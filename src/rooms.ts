// The list of rooms that a client may be shown (W10.1).
import type { Hub } from "./hub.ts";
import { isDirect, partiesOf } from "./direct_name.ts";
import { headSince } from "./history.ts";
import type { ListedRoom, Permission, RoomName, UserId } from "./protocol.ts";
import type { Rights } from "./rights.ts";
import type { Count, Unread } from "./store/store.ts";

/** A room counts as used for this long after its last entry, in milliseconds. */
const USED_MS = 7 * 24 * 3_600_000;
/** Rooms in a list. */
const MAX_ROOMS = 200;
/** Direct conversations in a list. */
const MAX_DIRECT = 100;

/** Who asks, as the list needs it. */
interface Reader {
  readonly hub: Hub;
  readonly uid: UserId;
  readonly rights: Rights;
  may(permission: Permission, room: RoomName): boolean;
}

/**
 * The rooms of `ROOMS`, then by name those with a member now or an entry in the last 7 days and
 * those that the credential names: of all, what may be read.
 */
export async function listRooms(reader: Reader): Promise<ListedRoom[]> {
  const { hub, uid, rights } = reader;
  const isShown = (room: RoomName) => reader.may("read", room);
  // The rooms that it may not see must not take the places of those it may.
  const limit = rights.seesAll ? MAX_ROOMS : hub.settings.maxRooms;
  const used = (await hub.store.active(hub.now() - USED_MS, limit))
    .filter(({ room }) => isShown(room)).slice(0, MAX_ROOMS);
  const direct = await hub.store.marks.direct(uid, MAX_DIRECT);
  const names = new Map(direct.map(({ room, user }) => [room, user]));
  const heads = new Map([...used, ...direct].map(({ room, seq, topic }) => [room, { seq, topic }]));
  const always = hub.settings.rooms.filter(isShown);
  const named = rights.named.slice(0, MAX_ROOMS);
  for (const room of [...always, ...named]) {
    const head = heads.has(room) ? undefined : await hub.store.head(room);
    if (head) heads.set(room, head);
  }
  for (const room of hub.rooms.values()) {
    if (room.presence.count > 0 && !isDirect(room.name) && isShown(room.name)) {
      heads.set(room.name, room.head);
    }
  }
  for (const room of hub.instances?.rooms ?? []) {
    if (heads.size >= MAX_ROOMS) break;
    if (heads.has(room) || isDirect(room) || !isShown(room)) continue;
    heads.set(room, await hub.store.head(room) ?? { seq: 0, topic: "" });
  }
  const others = [...new Set([...heads.keys(), ...named])]
    .filter((room) => !always.includes(room)).sort();
  const listed = [...always, ...others].slice(0, MAX_ROOMS);
  const counts = await countUnread(reader, listed);
  return listed.map((room, index) => {
    const { seq, topic } = heads.get(room) ?? { seq: 0, topic: "" };
    const count = hub.countIn(room);
    const who = isDirect(room)
      ? otherIn(reader, room, names.get(room))
      : hub.isPublic(room)
      ? {}
      : { private: true as const };
    return { room, topic, count, seq, ...who, ...counts[index] };
  });
}

/** The name of the other in a direct conversation: as it is now, else as it was last known. */
function otherIn({ hub, uid }: Reader, room: RoomName, last?: string): { user?: string } {
  const other = partiesOf(room)?.find((party) => party !== uid) ?? uid;
  const user = hub.online.of(other)[0]?.user ?? hub.instances?.of(other)?.user ?? last;
  return user === undefined ? {} : { user };
}

/** What is unread in each of the rooms (W10.11), as far as that is known. */
async function countUnread(
  { hub, uid, rights }: Reader,
  rooms: readonly RoomName[],
): Promise<(Count | undefined)[]> {
  const asked: Unread[] = [];
  for (const room of rooms) {
    const known = hub.rooms.get(room)?.presence.readTo(uid) || hub.marks.pending(room, uid);
    const after = known > 0 || isDirect(room) ? { after: known } : {};
    const from = rights.from(room);
    const head = from > 0 ? await hub.store.head(room) : undefined;
    const seen = head && await headSince(hub, room, head, from);
    asked.push({ room, ...after, ...(seen && { first: seen.first }) });
  }
  return await hub.store.marks.unread(uid, asked);
}
