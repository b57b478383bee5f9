// The states of a connection, and every way from one to another.
import type { Close } from "./close.ts";

export type State =
  | { state: "open" }
  /** Says goodbye: closes when all is answered and handed over, or at the deadline. */
  | { state: "leaving"; close: Close; deadline: number }
  /** The close is with the transport, which may be told at the deadline to cut the connection. */
  | { state: "closing"; close: Close; deadline: number }
  | { state: "closed" };

/** What may follow what; anything else is a bug. */
export const TRANSITIONS: Record<State["state"], readonly State["state"][]> = {
  open: ["leaving", "closing", "closed"],
  leaving: ["closing", "closed"],
  closing: ["closed"],
  closed: [],
};
