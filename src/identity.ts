// Who a connection is, as the gate found it.
import type { Permission, UserId } from "./protocol.ts";

/** What a credential allows in the rooms of a pattern. */
export interface Grant {
  /** A room name; `*` at its end stands for any rest. */
  pattern: string;
  permissions: readonly Permission[];
  /** Entries from before this time are hidden, in milliseconds since 1970; 0: none. */
  from: number;
}

/** Who a connection was let in as. */
export interface Identity {
  uid: UserId;
  /** The wished name. */
  name: string;
  /** When its credential ends, in milliseconds, or null. */
  expires: number | null;
  /** Makes the session value that keeps a guest's identity under the name it got; null: none. */
  seal: ((user: string) => string) | null;
  /** The rooms that the credential names; without it, every public one. */
  grants?: readonly Grant[];
  /** It may do everything, everywhere. */
  isAdmin?: boolean;
  /** When the credential was issued, in milliseconds: what was issued before a revocation is void. */
  issuedAt?: number;
  /** A guest who was made for this request or connection: nobody else was the same one. */
  isFresh?: true;
  /** The signed-in session of a cookie, by the hash of its id. */
  signIn?: string;
}

/** Whether a uid is that of a bot or a hook of the server (W20); no token's `sub` may look like one. */
export function isProgram(uid: UserId): boolean {
  return isBot(uid) || uid.startsWith("hook:");
}

/** Whether a uid is that of the bot, which only ever answers. */
export function isBot(uid: UserId): boolean {
  return uid.startsWith("bot:");
}

/** Whether a uid is a guest's; no token's `sub` may look like one. */
export function isGuest(uid: UserId): boolean {
  return uid.startsWith("guest:");
}
