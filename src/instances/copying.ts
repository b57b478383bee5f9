// What another instance tells of its people, put into its roster and into the rooms that are open
// here. To a room's presence, an instance where a user is is one more connection of that user.
import type { Hub } from "../hub.ts";
import { isGuest } from "../identity.ts";
import type { RoomName, UserId } from "../protocol.ts";
import { renameIn, tellRenamed } from "../renaming.ts";
import type { Room } from "../room.ts";
import type { Changes } from "./bus_message.ts";
import { isLater, type Known, Roster } from "./roster.ts";

/** Takes over what changed. Returns those who have begun to spend there. */
export function change(hub: Hub, roster: Roster, changes: Changes, now: number): UserId[] {
  for (const here of changes.here) meet(hub, roster, here);
  for (const [room, uid, moderates] of changes.in) enter(hub, roster, room, uid, moderates);
  for (const [room, uid, graceMs] of changes.out) {
    // Longer than ours is no grace of this chat.
    const most = hub.settings.presenceGraceMs;
    leave(hub, roster, room, uid, graceMs === null ? undefined : now + Math.min(graceMs, most));
  }
  for (const uid of changes.gone) drop(hub, roster, uid);
  for (const uid of changes.spent) roster.spenders.delete(uid);
  const begun = changes.spends.filter((uid) => !roster.spenders.has(uid));
  for (const uid of begun) roster.spenders.add(uid);
  return begun;
}

/** Takes over the whole, as `change` does. Who is missing may be on their way: their grace begins. */
export function replace(hub: Hub, roster: Roster, state: Changes, now: number): UserId[] {
  const known = new Set(state.here.map(([uid]) => uid));
  const told = new Roster(now);
  for (const [room, uid, moderates] of state.in) told.enter(room, uid, moderates);
  // First who is there: nobody must be gone for a moment.
  const spends = change(hub, roster, state, now);
  leaveAll(hub, roster, now, (room, uid) => !told.has(room, uid));
  for (const uid of [...roster.users.keys()]) if (!known.has(uid)) drop(hub, roster, uid);
  const spenders = new Set(state.spends);
  for (const uid of roster.spenders) if (!spenders.has(uid)) roster.spenders.delete(uid);
  return spends;
}

/** The instance is gone. */
export function empty(hub: Hub, roster: Roster, now: number): void {
  leaveAll(hub, roster, now, () => true);
  for (const uid of [...roster.users.keys()]) drop(hub, roster, uid);
}

/** A room has opened: who is in it there is in it. */
export function fill(hub: Hub, room: Room, roster: Roster): void {
  for (const [uid, moderates] of roster.rooms.get(room.name) ?? []) {
    room.presence.arrive(uid, nameOf(hub, uid), moderates);
  }
}

function leaveAll(
  hub: Hub,
  roster: Roster,
  now: number,
  isGone: (room: RoomName, uid: UserId) => boolean,
): void {
  const goneAt = now + hub.settings.presenceGraceMs;
  for (const [room, users] of roster.rooms) {
    for (const uid of users.keys()) if (isGone(room, uid)) leave(hub, roster, room, uid, goneAt);
  }
}

function enter(hub: Hub, roster: Roster, room: RoomName, uid: UserId, moderates: boolean): void {
  if (!roster.users.has(uid)) return;
  const wasIn = roster.has(room, uid);
  roster.enter(room, uid, moderates);
  const presence = hub.rooms.get(room)?.presence;
  presence?.arrive(uid, nameOf(hub, uid), moderates);
  // It was counted already; only what it may is new.
  if (wasIn) presence?.depart(uid);
}

function leave(
  hub: Hub,
  roster: Roster,
  room: RoomName,
  uid: UserId,
  goneAt: number | undefined,
): void {
  if (!roster.has(room, uid)) return;
  roster.leave(room, uid);
  hub.rooms.get(room)?.presence.depart(uid, goneAt);
}

/** A user is there, under this name. */
function meet(
  hub: Hub,
  roster: Roster,
  [uid, user, since, isAdmin]: Changes["here"][number],
): void {
  const known = { user, since, isAdmin };
  noteName(hub, uid, () => roster.put(uid, known));
  const own = hub.online.of(uid)[0];
  if (own && own.user !== user) agree(hub, uid, own.user, known);
  for (const other of [...hub.names.findHere(user)]) {
    if (other !== uid && isGuest(other)) giveWay(hub, other, uid, since);
  }
}

/** A user is there no more. */
function drop(hub: Hub, roster: Roster, uid: UserId): void {
  noteName(hub, uid, () => roster.drop(uid));
}

/** A change of rosters, after which who is not here may go by another name. */
function noteName(hub: Hub, uid: UserId, change: () => void): void {
  const before = hub.instances?.of(uid)?.user;
  change();
  const user = hub.instances?.of(uid)?.user;
  if (hub.online.has(uid) || before === undefined || user === undefined) return;
  if (user !== before) renameIn(hub, uid, user);
}

/** A user who is here too has one name: the one that holds. Others may know them by both. */
function agree(hub: Hub, uid: UserId, own: string, known: Known): void {
  if (isLater(known, { user: own, since: hub.names.since(uid) })) {
    hub.names.follow(uid, known.user, known.since);
    tellRenamed(hub, uid, known.user, own);
  }
  hub.instances?.changed(uid);
}

/** Somebody came, went, or goes by another name here. */
export function settleName(hub: Hub, uid: UserId): void {
  const own = hub.online.of(uid)[0];
  // Who is only elsewhere now has the name that they have there.
  if (!own) {
    const known = hub.instances?.of(uid);
    return known && renameIn(hub, uid, known.user);
  }
  if (!isGuest(uid)) return;
  // Who brought a name from an instance that crashed did not give way there any more.
  for (const other of hub.names.find(own.user)) {
    if (other === uid) continue;
    giveWay(hub, uid, other, hub.instances?.of(other)?.since ?? hub.names.since(other));
  }
}

/** Of two users with one name, a guest who has it for less time gets another (W21.3). */
function giveWay(hub: Hub, guest: UserId, other: UserId, since: number): void {
  const { names } = hub;
  const ours = names.since(guest);
  if (ours < since || (ours === since && guest < other)) return;
  const was = hub.online.of(guest)[0]?.user;
  const user = names.evade(guest, hub.now());
  // One that only asks over HTTP is told nothing.
  if (was === undefined) return;
  tellRenamed(hub, guest, user, was);
  hub.instances?.changed(guest);
}

/** What a user goes by; their uid where another instance says that they are gone, and in a room. */
function nameOf(hub: Hub, uid: UserId): string {
  return hub.online.of(uid)[0]?.user ?? hub.instances?.of(uid)?.user ?? uid;
}
