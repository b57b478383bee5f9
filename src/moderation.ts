// What moderators do (W10.6 to W10.9, W10.16): who may do it to whom, what it does to those who are here, and
// what is written down.
import { CLOSE } from "./close.ts";
import type { ClientMessage } from "./client_message.ts";
import type { Audited } from "./hub.ts";
import { whyBanned } from "./join.ts";
import type { Refusal, RoomName, ServerMessage, UserId } from "./protocol.ts";
import { forbidden, notFound } from "./refusal.ts";
import type { Asker } from "./requests.ts";
import { EVERYWHERE } from "./sanctions.ts";
import type { Appended, Body } from "./store/store.ts";

const MINUTE_MS = 60_000;
/** Bans in an answer. */
const BANS_SHOWN = 500;

type Order = Extract<ClientMessage, { type: "kick" | "mute" | "ban" }>;

/** Does it, writes it down, and gives the answer. Rejects with a `StoreError`: then nothing is done. */
export async function moderate(asker: Asker, order: Order): Promise<ServerMessage> {
  const { hub, user } = asker;
  const { uid, ref } = order;
  const refusal = whyNotDo(asker, order);
  const echo = ref === undefined ? {} : { ref };
  if (refusal) return { type: "error", ...refusal, ...echo };

  if (order.type === "kick") {
    const { room } = order;
    hub.rooms.get(room)!.expel(uid, "kicked", user);
    audit(asker, { action: "kick", uid, room });
    return { type: "kicked", room, uid, ...echo };
  }
  const until = untilOf(order.minutes, hub.now());
  const about = { uid, until: until === Infinity ? null : until };
  if (order.type === "mute") {
    const { room } = order;
    if (until === 0) await hub.sanctions.lift("mute", room, uid);
    else await hub.sanctions.mute(room, uid, until, user);
    audit(asker, { action: "mute", room, ...about });
    const muted: ServerMessage = { type: "muted", room, ...about, by: user };
    hub.rooms.get(room)?.tell(
      muted,
      (one) => one !== asker && (one.uid === uid || one.may("moderate", room)),
    );
    return { ...muted, ...echo };
  }
  const place = order.room === undefined ? {} : { room: order.room };
  await ban(asker, order.room, uid, until);
  audit(asker, { action: "ban", ...place, ...about });
  return { type: "banned", ...place, ...about, ...echo };
}

/** The answer to who asks for the bans from a room, or for all where there is none (W10.16). */
export function listBans(
  asker: Asker,
  { room, ref }: Extract<ClientMessage, { type: "bans" }>,
): ServerMessage {
  const { hub } = asker;
  const echo = ref === undefined ? {} : { ref };
  const refusal = whyNot(asker, room);
  if (refusal) return { type: "error", ...refusal, ...echo };
  const all = hub.sanctions.bansIn(room, hub.now());
  const bans = all.slice(0, BANS_SHOWN);
  const place = room === undefined ? {} : { room };
  return { type: "bans", ...place, bans, more: all.length > bans.length, ...echo };
}

/** Writes down what was put into a room's log by the right to moderate there (W10.15). */
export function auditSaid(
  asker: Asker,
  room: RoomName,
  body: Body,
  { author }: Appended,
): void {
  if (body.type === "topic") audit(asker, { action: "topic", room });
  if (body.type !== "deleted" || author === undefined) return;
  audit(asker, { action: "delete", uid: author, of: body.of, room });
}

/** Writes it down, with the address where no line of a connection tells that. */
function audit({ hub, uid, address, isRequest }: Asker, event: Omit<Audited, "by">): void {
  hub.audit({ ...event, by: uid, ...(isRequest && { address }) });
}

async function ban(
  { hub, user: by }: Asker,
  room: RoomName | undefined,
  uid: UserId,
  until: number,
): Promise<void> {
  if (until === 0) return await hub.sanctions.lift("ban", room ?? EVERYWHERE, uid);
  const addresses = hub.connectionsOf(uid).map(({ address }) => address);
  await hub.sanctions.ban(room ?? EVERYWHERE, uid, until, by, addresses);
  if (room !== undefined) return hub.rooms.get(room)?.expel(uid, "banned", by);
  for (const connection of hub.connectionsOf(uid)) connection.close(CLOSE.banned);
  for (const open of hub.rooms.values()) open.presence.endGrace(uid);
}

/** Why somebody may not moderate a room, or everything where there is none. */
function whyNot(asker: Asker, room: RoomName | undefined): Refusal | undefined {
  if (room === undefined) {
    if (asker.rights.isAdmin) return undefined;
    return forbidden("without a room, only an administrator may do this");
  }
  if (!asker.may("read", room)) return notFound(room);
  if (!asker.may("moderate", room)) {
    return forbidden(`only who moderates ${room} may do this`, room);
  }
  return whyBanned(asker, room);
}

function whyNotDo(asker: Asker, { type, room, uid }: Order): Refusal | undefined {
  const { hub } = asker;
  const refusal = whyNot(asker, room);
  if (refusal) return refusal;
  if (uid === asker.uid) return forbidden("nobody may do this to themselves", room);
  const isAdmin = hub.connectionsOf(uid).some(({ identity }) => identity.isAdmin);
  if (isAdmin) return forbidden("nobody may do this to an administrator", room);
  if (type !== "kick" || hub.rooms.get(room)?.presence.has(uid)) return undefined;
  return { code: "NOT_FOUND", message: `nobody of this uid is in ${room}`, room };
}

/** 0 ends it now; without minutes somebody has to end it. */
function untilOf(minutes: number | undefined, now: number): number {
  if (minutes === undefined) return Infinity;
  return minutes === 0 ? 0 : now + minutes * MINUTE_MS;
}
