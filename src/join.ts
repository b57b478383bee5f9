// A join (W5): takes a place in the room, reads what the client is to see first, and gives it.
import { Batch } from "./batch.ts";
import type { Hub } from "./hub.ts";
import {
  type ClientMessage,
  encode,
  type Entry,
  MAX_FRAME_BYTES,
  MEMBERS_SHOWN,
  type Position,
  type Refusal,
  type RoomName,
} from "./protocol.ts";
import type { Asker } from "./requests.ts";
import type { Head, Page } from "./store/store.ts";

/** What the entries of one answer may take of its frame; the rest is for members and topic. */
const ENTRIES_BYTES = MAX_FRAME_BYTES - 100_000;

/**
 * Joins the room, or joins it again, and gives the `joined`. Returns why not where there is no place.
 * Rejects with a `StoreError`; who was a member before is one still.
 */
export async function join(
  asker: Asker,
  { room: name, since, ref }: Extract<ClientMessage, { type: "join" }>,
): Promise<Refusal | undefined> {
  const { hub, rooms } = asker;
  const { limits, maxRoomMembers } = hub.settings;
  const isMember = rooms.has(name);
  if (!isMember && rooms.size >= limits.rooms) {
    return full(`a connection may be in ${limits.rooms} rooms`);
  }
  const room = await hub.openRoom(name);
  if (!room) return full("this server has as many rooms open as it may");
  if (!isMember && room.size >= maxRoomMembers) return full("this room is full");
  if (!asker.isServing) return;

  const head = room.hold(asker);
  rooms.set(name, room);
  try {
    const missed = since && await readMissed(hub, name, since, head);
    const { messages, more } = missed
      ? { messages: missed, more: false }
      : await readPage(hub, name, head.seq + 1, limits.historyPage);
    const joined = encode({
      type: "joined",
      room: name,
      epoch: head.epoch,
      seq: head.seq,
      first: room.head.first,
      topic: head.topic,
      count: room.presence.count,
      members: room.presence.first(MEMBERS_SHOWN),
      messages,
      gap: since !== undefined && !missed,
      more,
      ...(ref !== undefined && { ref }),
    });
    room.release(asker, Batch.of(joined));
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

/** The newest page before a seq, or as much of it as fits a frame. */
export function readPage(hub: Hub, room: RoomName, before: number, limit: number): Promise<Page> {
  if (before <= 1) return Promise.resolve({ messages: [], more: false });
  return hub.store.page(room, before, { limit, bytes: ENTRIES_BYTES });
}

/** All that came after a position, or undefined where that can't be told whole (W5.4). */
async function readMissed(
  { store, settings }: Hub,
  room: RoomName,
  since: Position,
  head: Head,
): Promise<Entry[] | undefined> {
  const isKnown = since.epoch === head.epoch && since.seq <= head.seq;
  if (!isKnown || since.seq < head.first - 1) return undefined;
  if (since.seq === head.seq) return [];
  const size = { limit: settings.limits.resume, bytes: ENTRIES_BYTES };
  return await store.replay(room, since.seq, head.seq, size);
}

function full(message: string): Refusal {
  return { code: "ROOM_FULL", message };
}
