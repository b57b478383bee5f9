// Who a chat in a room mentions, and how they hear of it (W10.12).
import { Batch } from "./batch.ts";
import type { Heard, Hub } from "./hub.ts";
import { findMentions, type Mentionable } from "./mention.ts";
import { whyBanned } from "./join.ts";
import { encode, type UserId } from "./protocol.ts";
import type { Room } from "./room.ts";

/** The others whom a text mentions: those who are in the room, and those who were lately. */
export function mentionedIn(
  text: string,
  { presence }: Room,
  { hub, uid }: { hub: Hub; uid: UserId },
): UserId[] {
  const has = (uid: UserId) => presence.has(uid) || presence.lately.has(uid);
  const people: Mentionable = {
    has,
    find: (name) => {
      const here = hub.names.findFolded(name).filter(has);
      return here.length > 0 ? here : presence.lately.find(name);
    },
  };
  return findMentions(text, people).filter((mentioned) => mentioned !== uid);
}

/** Tells every connection of those mentioned that may read the room, after the entry is out. */
export function tellMention(
  hub: Hub,
  { room, seq, uid, user }: Heard,
  mentions: readonly UserId[],
): void {
  const told = Batch.of(encode({ type: "mention", room, seq, uid, user }));
  // Not at once: the commit that settles must first go out whole.
  queueMicrotask(() => {
    for (const mentioned of mentions) {
      for (const connection of hub.online.of(mentioned)) {
        const { identity, address } = connection;
        if (!connection.may("read", room) || whyBanned({ hub, identity, address }, room)) continue;
        connection.push(told, "entry");
      }
    }
  });
}
