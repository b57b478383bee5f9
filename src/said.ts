// What follows an entry that is in the log now: who must be told of it beside the members.
import type { Hub } from "./hub.ts";
import { tellMention } from "./mentioned.ts";
import { auditSaid } from "./moderation.ts";
import type { Member, RoomName } from "./protocol.ts";
import type { Appended, Body } from "./store/store.ts";

/** The log of moderation, those whom it mentions, and who answers. */
export function tellSaid(
  hub: Hub,
  { uid, user }: Member,
  room: RoomName,
  body: Body,
  kept: Appended,
): void {
  auditSaid(hub, uid, room, body, kept);
  if (body.type !== "chat") return;
  const heard = { room, seq: kept.seq, uid, user, text: body.text };
  if (body.mentions) tellMention(hub, heard, body.mentions);
  hub.listener?.heard(heard);
}
