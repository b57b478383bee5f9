// What is known of a connection when it has ended, for the log.
import { isDirect } from "./direct_name.ts";
import type { RoomName, UserId } from "./protocol.ts";

/** Rooms that are named of one connection. */
const MAX_ROOMS = 20;

export interface Life {
  uid: UserId;
  user: string;
  rooms: readonly RoomName[];
  code: number;
  reason: string;
  seconds: number;
  received: number;
  sent: number;
  dropped: number;
}

/** The first rooms that a connection asked for. */
export class Visited {
  readonly rooms: RoomName[] = [];

  add(room: RoomName): void {
    // Who talks with whom is nobody else's business.
    if (isDirect(room)) return;
    if (this.rooms.length >= MAX_ROOMS || this.rooms.includes(room)) return;
    this.rooms.push(room);
  }
}
