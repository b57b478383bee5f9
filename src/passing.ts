// What passes through a room and is not kept: who is typing (W10.2), and binary frames (W11).
import type { RoomName } from "./protocol.ts";
import { writeBinary } from "./relay.ts";
import type { Asker } from "./requests.ts";
import type { Room } from "./room.ts";

/** A binary frame that came in (W11.1). */
export interface BinaryMessage {
  type: "binary";
  room: RoomName;
  payload: Uint8Array;
  ref?: never;
}

export function passTyping({ hub, uid, user }: Asker, room: Room, on: boolean): void {
  const { name } = room;
  const typing = { type: "typing", room: name, uid, user, on } as const;
  room.pass(typing, uid);
  hub.instances?.tellRoom(name, typing);
}

export function passBinary(asker: Asker, room: Room, payload: Uint8Array): void {
  const { hub, uid } = asker;
  const { name } = room;
  room.passBinary(writeBinary(name, uid, payload), asker);
  if (!hub.instances?.hasIn(name)) return;
  hub.instances.tellRoom(name, { type: "binary", room: name, uid, data: payload.toBase64() });
}
