// What follows an entry that is in the log now: who must be told of it beside the members.
import { tellMention } from "./mentioned.ts";
import { auditSaid } from "./moderation.ts";
import type { RoomName } from "./protocol.ts";
import type { Asker } from "./requests.ts";
import type { Appended, Body } from "./store/store.ts";

/** The log of moderation, those whom it mentions, and who answers. */
export function tellSaid(
  asker: Asker,
  room: RoomName,
  body: Body,
  kept: Appended,
): void {
  const { hub, uid, user } = asker;
  auditSaid(asker, room, body, kept);
  if (body.type !== "chat") return;
  const heard = { room, seq: kept.seq, uid, user, text: body.text };
  if (body.mentions) tellMention(hub, heard, body.mentions);
  hub.listener?.heard(heard);
}
