// A join (W5): takes a place in the room, reads what the client is to see first, and gives it.
import { Batch } from "./batch.ts";
import type { ClientMessage } from "./client_message.ts";
import { headSince, readMissed, readPage } from "./history.ts";
import { encode, MEMBERS_SHOWN, type Mute, type Refusal, type RoomName } from "./protocol.ts";
import { banned, forbidden, notFound } from "./refusal.ts";
import type { Asker } from "./requests.ts";
import type { Room } from "./room.ts";

/** Mutes in a `joined` (W10.7). */
const MUTES_SHOWN = 100;

type Whoever = Pick<Asker, "hub" | "identity" | "address">;

/**
 * Joins the room, or joins it again, and gives the `joined`. Returns why not where that may not be.
 * Rejects with a `StoreError`; who was a member before is one still.
 */
export async function join(
  asker: Asker,
  { room: name, since, ref }: Extract<ClientMessage, { type: "join" }>,
): Promise<Refusal | undefined> {
  const { hub, rooms, rights } = asker;
  const { limits, maxRoomMembers } = hub.settings;
  // Before the room is looked for: how long that takes would tell whether there is one.
  if (!asker.may("read", name)) return notFound(name);
  const isMember = rooms.has(name);
  if (!isMember && rooms.size >= limits.rooms) {
    return full(`a connection may be in ${limits.rooms} rooms`);
  }
  let room: Room | undefined;
  // One that is lost (W5.4) just as it is found never gets anything more.
  do room = await hub.openRoom(name); while (room && hub.rooms.get(name) !== room);
  if (!room) return full("this server has as many rooms open as it may");
  const refusal = whyBanned(asker, name);
  if (refusal) return refusal;
  if (!isMember && room.size >= maxRoomMembers) return full("this room is full");
  if (!asker.isServing) return;

  const given = room.hold(asker);
  rooms.set(name, room);
  try {
    // What others have appended may not have come here yet.
    const held = hub.store.feed ? await hub.store.head(name) ?? given : given;
    // Where nothing was said, nothing was read.
    if (held.seq > 0 && room.presence.readTo(asker.uid) === 0) {
      room.presence.raise(asker.uid, await hub.marks.find(name, asker.uid));
    }
    const head = await headSince(hub, name, held, rights.from(name));
    const missed = since && await readMissed(hub, name, since, head);
    const { messages, more, seq, topic } = missed
      ? { messages: missed, more: false, seq: head.seq, topic: head.topic }
      : await readPage(asker, name, Infinity, limits.historyPage, head);
    // Meanwhile somebody may have been kicked.
    if (!room.has(asker)) return forbidden(`you were removed from ${name}`);
    const joined = encode({
      type: "joined",
      room: name,
      epoch: head.epoch,
      seq,
      // Retention may have cut the log meanwhile.
      first: Math.max(head.first, room.head.first),
      topic,
      may: asker.may("moderate", name) ? "moderate" : asker.may("write", name) ? "write" : "read",
      ...mutesToldTo(asker, name),
      read: room.presence.readTo(asker.uid),
      count: room.presence.count,
      members: room.presence.first(MEMBERS_SHOWN),
      messages,
      gap: since !== undefined && !missed,
      more,
      ...(ref !== undefined && { ref }),
    });
    room.release(asker, Batch.of(joined), { seq, topic });
    hub.counts.joins.add(missed ? "resumed" : since ? "gap" : "fresh");
    if (!since) hub.listener?.came(asker, room);
  } catch (error) {
    if (isMember) {
      room.release(asker);
    } else {
      room.leave(asker);
      rooms.delete(name);
    }
    throw error;
  }
}

/** Why somebody who is banned from a room may not come in (W10.8). */
export function whyBanned(
  { hub, identity, address }: Whoever,
  name: RoomName,
): Refusal | undefined {
  const now = hub.now();
  const until = hub.sanctions.bannedUntil(name, identity, address, now);
  return until > 0 ? banned(name, until, now) : undefined;
}

/** The mutes that somebody is told of on coming in (W10.7). */
function mutesToldTo(asker: Asker, name: RoomName): { muted?: Mute[] } {
  const { hub, uid, rights } = asker;
  const mutes = hub.sanctions.mutesIn(name, hub.now());
  const own = rights.isAdmin ? [] : mutes.filter((mute) => mute.uid === uid);
  const others = asker.may("moderate", name) ? mutes.filter((mute) => mute.uid !== uid) : [];
  const muted = [...own, ...others].slice(0, MUTES_SHOWN);
  return muted.length > 0 ? { muted } : {};
}

export function full(message: string): Refusal {
  return { code: "ROOM_FULL", message };
}
