// What one connection is shown of a room's log (W5): the newest page, what it missed, and nothing
// from before the time that its credential names (W10.5).
import type { Hub } from "./hub.ts";
import { type Entry, MAX_FRAME_BYTES, type Position } from "./protocol.ts";
import type { RoomName, UserId } from "./protocol.ts";
import type { Head, Page } from "./store/store.ts";

/** What the entries of one answer may take of its frame; the rest is for members and topic. */
export const ENTRIES_BYTES = MAX_FRAME_BYTES - 100_000;
const ONE = { limit: 1, bytes: Infinity };

/** Who asks, as a page needs it. */
interface Reader {
  hub: Hub;
  uid: UserId;
}

/** The head as it looks to somebody from whom entries from before `from` are hidden. */
export async function headSince(
  { store }: Hub,
  room: RoomName,
  head: Readonly<Head>,
  from: number,
): Promise<Readonly<Head>> {
  if (from === 0) return head;
  // `ts` never falls from one entry to the next (W4.1).
  let first = head.first;
  let end = head.seq + 1;
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    const [entry] = await store.replay(room, middle - 1, middle, ONE) ?? [];
    // One that retention has taken meanwhile is older than any that is kept.
    if (entry && entry.ts >= from) end = middle;
    else first = middle + 1;
  }
  return { ...head, first };
}

/** The newest page before a seq, or as much of it as fits a frame; nothing that the head hides. */
export async function readPage(
  { hub, uid }: Reader,
  room: RoomName,
  before: number,
  limit: number,
  { first, seq, topic }: Readonly<Head>,
): Promise<Page> {
  if (Math.min(before, seq + 1) <= first) return { messages: [], more: false, seq, topic };
  const page = await hub.store.page(room, before, { limit, bytes: ENTRIES_BYTES }, uid);
  if (page.messages.length === 0 || page.messages[0]!.seq > first) return page;
  return {
    ...page,
    messages: page.messages.filter((message) => message.seq >= first),
    more: false,
  };
}

/** The page that has a seq in its middle. */
export async function readAround(
  reader: Reader,
  room: RoomName,
  around: number,
  limit: number,
  head: Readonly<Head>,
): Promise<Page> {
  const page = await readPage(reader, room, around + 1 + Math.floor(limit / 2), limit, head);
  const oldest = page.messages[0];
  if (!oldest || oldest.seq <= around || !page.more) return page;
  // What is newer is so large that it left no space in the frame.
  return await readPage(reader, room, around + 1, limit, head);
}

/** All that came after a position, or undefined where that can't be told whole (W5.4). */
export async function readMissed(
  { store, settings }: Hub,
  room: RoomName,
  since: Position,
  head: Readonly<Head>,
): Promise<Entry[] | undefined> {
  const isKnown = since.epoch === head.epoch && since.seq <= head.seq;
  if (!isKnown || since.seq < head.first - 1) return undefined;
  if (since.seq === head.seq) return [];
  const size = { limit: settings.limits.resume, bytes: ENTRIES_BYTES };
  return await store.replay(room, since.seq, head.seq, size);
}
