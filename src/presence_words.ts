// What a room's members are told of who came, went or changed their name (W9.3, W9.5, W9.6): lines for
// batched connections, texts for plain ones. Knows nothing of when, and of who gets it.
import { Batch } from "./batch.ts";
import type { Presence } from "./presence.ts";
import { encode, type RoomName } from "./protocol.ts";

/** Above this many users, or when more of them left at once, only the count is told (W9.3). */
const PRESENCE_NAMES = 100;

export interface Announcement {
  batched: readonly Batch[];
  plain: readonly Batch[];
}

/** What changed since the last one. */
export function takeAnnouncements(room: RoomName, presence: Presence): Announcement[] {
  const change = presence.takeChange();
  const renamed = presence.takeRenamed();
  const { count } = presence;
  const announcements: Announcement[] = [];
  if (renamed.length > 0 && count <= PRESENCE_NAMES) {
    const lines = renamed.map((member) => encode({ type: "nick", room, ...member }));
    const texts = renamed.map(({ user, was }) => `${was} is now ${user}`);
    announcements.push(announcement(room, lines, texts));
  }
  if (change.joined.length === 0 && change.left.length === 0) return announcements;
  const isNamed = count <= PRESENCE_NAMES && change.left.length <= PRESENCE_NAMES;
  const { joined, left } = isNamed ? change : { joined: [], left: [] };
  const lines = [encode({ type: "presence", room, joined, left, count })];
  const texts = [
    ...joined.map(({ user }) => `${user} joined`),
    ...left.map(({ user }) => `${user} left`),
  ];
  return [...announcements, announcement(room, lines, texts)];
}

function announcement(room: RoomName, lines: string[], texts: string[]): Announcement {
  const systems = texts.map((text) => encode({ type: "system", room, text }));
  return { batched: Batch.split(lines), plain: Batch.split(systems) };
}
