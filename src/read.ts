// What `read` does (W10.10): the user's marker in a room grows, and the user's other connections
// hear of it.
import { Batch } from "./batch.ts";
import type { ClientMessage } from "./client_message.ts";
import { tellRead } from "./personal.ts";
import { encode } from "./protocol.ts";
import type { Asker } from "./requests.ts";
import type { Room } from "./room.ts";

export function read(
  asker: Asker,
  room: Room,
  { seq, ref }: Extract<ClientMessage, { type: "read" }>,
): void {
  const { hub, uid, user } = asker;
  const upTo = Math.min(seq, room.head.seq);
  if (room.presence.raise(uid, upTo)) {
    hub.marks.add({ uid, user, room: room.name, seq: upTo, at: hub.now() });
    tellRead(hub, room.name, uid, upTo, asker);
    hub.instances?.tellUsers([uid], { type: "read", room: room.name, uid, upTo });
  }
  if (ref === undefined) return;
  const marker = room.presence.readTo(uid);
  asker.push(Batch.of(encode({ type: "read", room: room.name, seq: marker, ref })), "entry");
}
