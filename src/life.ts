// What is known of a connection when it has ended, for the log.
import type { UserId } from "./protocol.ts";

export interface Life {
  uid: UserId;
  user: string;
  rooms: string[];
  code: number;
  reason: string;
  seconds: number;
  received: number;
  sent: number;
  dropped: number;
}
