// What moderators do (W10.6 to W10.9): who may do it to whom, and what it does to those who are here.
import { CLOSE } from "./close.ts";
import type { ClientMessage } from "./client_message.ts";
import type { Refusal, RoomName, ServerMessage, UserId } from "./protocol.ts";
import { forbidden, notFound } from "./refusal.ts";
import type { Asker } from "./requests.ts";
import { EVERYWHERE } from "./sanctions.ts";

const MINUTE_MS = 60_000;

type Order = Extract<ClientMessage, { type: "kick" | "mute" | "ban" }>;

/** Does it, writes it down, and gives the answer. Rejects with a `StoreError`: then nothing is done. */
export async function moderate(asker: Asker, order: Order): Promise<ServerMessage> {
  const { hub, uid: by, user } = asker;
  const { uid, ref } = order;
  const refusal = whyNot(asker, order);
  const echo = ref === undefined ? {} : { ref };
  if (refusal) return { type: "error", ...refusal, ...echo };

  if (order.type === "kick") {
    const { room } = order;
    hub.rooms.get(room)?.expel(uid, "kicked", user);
    hub.audit({ action: "kick", by, uid, room });
    return { type: "kicked", room, uid, ...echo };
  }
  const until = untilOf(order.minutes, hub.now());
  const about = { uid, until: until === Infinity ? null : until };
  if (order.type === "mute") {
    const { room } = order;
    if (until === 0) await hub.sanctions.lift("mute", room, uid);
    else await hub.sanctions.mute(room, uid, until, user);
    hub.audit({ action: "mute", by, room, ...about });
    const muted: ServerMessage = { type: "muted", room, ...about, by: user };
    hub.rooms.get(room)?.tell(
      muted,
      (one) => one !== asker && (one.uid === uid || one.may("moderate", room)),
    );
    return { ...muted, ...echo };
  }
  const place = order.room === undefined ? {} : { room: order.room };
  await ban(asker, order.room, uid, until);
  hub.audit({ action: "ban", by, ...place, ...about });
  return { type: "banned", ...place, ...about, ...echo };
}

async function ban(
  { hub, user: by }: Asker,
  room: RoomName | undefined,
  uid: UserId,
  until: number,
): Promise<void> {
  if (until === 0) return await hub.sanctions.lift("ban", room ?? EVERYWHERE, uid);
  const addresses = hub.connectionsOf(uid).map(({ address }) => address);
  await hub.sanctions.ban(room ?? EVERYWHERE, uid, until, addresses);
  if (room !== undefined) hub.rooms.get(room)?.expel(uid, "banned", by);
  else for (const connection of hub.connectionsOf(uid)) connection.close(CLOSE.banned);
}

function whyNot(asker: Asker, order: Order): Refusal | undefined {
  const { hub, uid, rights } = asker;
  const { room } = order;
  if (room === undefined) {
    if (!rights.isAdmin) return forbidden("only an administrator may ban from everything");
  } else if (!asker.may("read", room)) return notFound(room);
  else if (!asker.may("moderate", room)) {
    return forbidden(`only who moderates ${room} may do this`, room);
  }
  if (order.uid === uid) return forbidden("nobody may do this to themselves", room);
  const isAdmin = hub.connectionsOf(order.uid).some(({ identity }) => identity.isAdmin);
  return isAdmin ? forbidden("nobody may do this to an administrator", room) : undefined;
}

/** 0 ends it now; without minutes somebody has to end it. */
function untilOf(minutes: number | undefined, now: number): number {
  if (minutes === undefined) return Infinity;
  return minutes === 0 ? 0 : now + minutes * MINUTE_MS;
}
