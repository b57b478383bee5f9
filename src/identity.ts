// Who a connection is, as the gate found it.
import type { UserId } from "./protocol.ts";

/** Who a connection was let in as. */
export interface Identity {
  uid: UserId;
  /** The wished name. */
  name: string;
  /** When its credential ends, in milliseconds, or null. */
  expires: number | null;
  /** Makes the session value that keeps a guest's identity under the name it got; null: none. */
  seal: ((user: string) => string) | null;
}
