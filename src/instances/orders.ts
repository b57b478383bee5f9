// What somebody did on another instance, done to those who are here; and what is for them.
import { announceHere } from "../announcement.ts";
import { Batch } from "../batch.ts";
import { partiesOf } from "../direct_name.ts";
import { enforceBan, tellMuted } from "../enforcement.ts";
import type { Hub } from "../hub.ts";
import { isGuest } from "../identity.ts";
import { network } from "../network.ts";
import { tellMentioned, tellRead } from "../personal.ts";
import { encode, type Entry, type UserId } from "../protocol.ts";
import { writeBinary } from "../relay.ts";
import { EVERYWHERE, type Found, type Place } from "../sanctions.ts";
import type { Addressed, Order } from "./bus_message.ts";

/** Something that was done by who may do it; which instance it was done on has checked that. */
export function obey(hub: Hub, order: Order): void {
  switch (order.type) {
    case "kick":
      return hub.rooms.get(order.room)?.expel(order.uid, "kicked", order.by);
    case "sanction":
      return sanction(hub, { ...order, until: order.until ?? Infinity });
    case "revoke":
      hub.instances?.records.credentials?.revoked(order.uid, order.before);
      return hub.live.revokeHere(order.uid, order.before);
    case "signOut":
      hub.instances?.records.credentials?.signedOut(order.signIn);
      return hub.live.signOutHere(order.signIn);
    case "system":
      return void announceHere(hub, order.text);
    case "hooks":
      return hub.instances?.records.readHooks(hub.now());
    case "guess":
      return hub.instances?.records.credentials?.guessed(order.network);
  }
}

/** What passes, or is for somebody alone. */
export function deliver(hub: Hub, message: Addressed): void {
  switch (message.type) {
    case "typing": {
      const { type, room, uid, user, on } = message;
      return hub.rooms.get(room)?.pass({ type, room, uid, user, on }, uid);
    }
    case "binary": {
      const { room, uid, data } = message;
      return hub.rooms.get(room)?.passBinary(writeBinary(room, uid, Uint8Array.fromBase64(data)));
    }
    case "read": {
      const { room, uid, upTo } = message;
      const presence = hub.rooms.get(room)?.presence;
      // Of what was read on two instances at once, the later may come first.
      if (presence && upTo <= presence.readTo(uid)) return;
      presence?.raise(uid, upTo);
      return tellRead(hub, room, uid, upTo);
    }
    case "mention": {
      const { room, at, uid, user, mentions } = message;
      return tellMentioned(hub, { room, seq: at, uid, user }, mentions);
    }
    case "entry":
      return void give(hub, message.entry).catch((error) => hub.fault(error));
    case "spending":
      return hub.allowances.spend(message.uid, message, hub.now());
  }
}

/** An entry of a direct conversation, to those of the two who are not in its room (W10.14). */
async function give(hub: Hub, entry: Entry): Promise<void> {
  const room = await hub.findRoom(entry.room);
  // The log's own news give it to all of them.
  if (room && entry.seq > room.openedAt) return;
  const batch = Batch.of(encode(entry));
  for (const uid of partiesOf(entry.room) ?? []) {
    for (const connection of hub.online.of(uid)) {
      if (!room?.has(connection)) connection.push(batch, "entry");
    }
  }
}

/** A ban or a mute that is in the store. */
export function sanction(hub: Hub, { kind, place, uid, until, by, networks }: Found): void {
  hub.sanctions.heard({ kind, place, uid, until, by, networks });
  const isOver = until <= hub.now();
  if (kind === "mute") {
    const told = { uid, until: until === Infinity ? null : until, by };
    if (place !== EVERYWHERE) tellMuted(hub, { room: place, ...told });
  } else if (!isOver) {
    addNetworks(hub, place, uid, networks);
    enforceBan(hub, place === EVERYWHERE ? undefined : place, uid, by);
  }
}

/** A guest's ban holds for where it came from, which only the instance knows that it came to. */
function addNetworks(hub: Hub, place: Place, uid: UserId, told: readonly string[]): void {
  if (!isGuest(uid)) return;
  const here = hub.live.of(uid).map(({ address }) => network(address));
  const known = [...hub.sanctions.networksOf(place, uid), ...here];
  if (known.every((one) => told.includes(one))) return;
  hub.sanctions.widen(place, uid, here).catch((error) => hub.storeFailed(error));
}
