// Binary frames (W11): read one that came in, make the one that goes out.
import * as v from "valibot";
import { ROOM_NAME_EXPECTED, type RoomName, roomName, type UserId } from "./protocol.ts";

export type Relayed =
  | { ok: true; room: RoomName; payload: Uint8Array<ArrayBuffer> }
  | { ok: false; message: string };

/** Reads `n, room, payload`; `path` stands in where n is 0. */
export function readBinary(frame: Uint8Array<ArrayBuffer>, path: RoomName | undefined): Relayed {
  const length = frame[0];
  if (length === undefined || frame.length < 1 + length) {
    return { ok: false, message: "a binary frame is 1 byte n, n bytes of room name, payload" };
  }
  const payload = frame.subarray(1 + length);
  if (length === 0) {
    if (path !== undefined) return { ok: true, room: path, payload };
    return { ok: false, message: "a binary frame with n = 0 needs a room in the address" };
  }
  const name = new TextDecoder().decode(frame.subarray(1, 1 + length));
  const parsed = v.safeParse(roomName, name);
  if (!parsed.success) return { ok: false, message: `room must be ${ROOM_NAME_EXPECTED}` };
  return { ok: true, room: parsed.output, payload };
}

/** Makes `n, room, m, uid, payload`. */
export function writeBinary(
  room: RoomName,
  uid: UserId,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const roomBytes = encoder.encode(room);
  const uidBytes = encoder.encode(uid);
  const frame = new Uint8Array(2 + roomBytes.length + uidBytes.length + payload.length);
  frame[0] = roomBytes.length;
  frame.set(roomBytes, 1);
  frame[1 + roomBytes.length] = uidBytes.length;
  frame.set(uidBytes, 2 + roomBytes.length);
  frame.set(payload, 2 + roomBytes.length + uidBytes.length);
  return frame;
}
