// What is written down of those who may more than others (W10.15).
import type { RoomName, UserId } from "./protocol.ts";

/**
 * What somebody did who may more than others: to a user, to a user's message (`of`), or to a room.
 * `until`: ms since 1970; null: for good; 0: it was ended. Never what was said.
 */
export interface Audited {
  action:
    | "kick"
    | "mute"
    | "ban"
    | "delete"
    | "topic"
    | "revoke"
    | "retract"
    | "export"
    | "system"
    | "hook"
    | "unhook";
  by: UserId;
  /** Where `by` asked from, over HTTP: there no line of a connection says it. */
  address?: string;
  uid?: UserId;
  of?: number;
  /** Without it: everywhere. */
  room?: RoomName;
  until?: number | null;
}
