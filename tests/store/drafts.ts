// Drafts for the store tests, and what the log must show of them.
import type { Entry } from "../../src/protocol.ts";
import type { Appended, Draft } from "../../src/store/store.ts";

export function draft(room: string, text: string, more: Partial<Draft> = {}): Draft {
  return { room, epoch: "e1", ts: 1000, uid: "guest:ann", user: "ann", text, ...more };
}

/** So many drafts of one room: "1", "2" … */
export function drafts(room: string, count: number, more: Partial<Draft> = {}): Draft[] {
  return Array.from({ length: count }, (_, index) => draft(room, String(index + 1), more));
}

/** The entry that a draft becomes at a position. */
export function entryOf(draft: Draft, { seq, ts }: Pick<Appended, "seq" | "ts">): Entry {
  const { room, uid, user, text, replyTo } = draft;
  const entry: Entry = { type: "chat", room, seq, ts, uid, user, text };
  if (replyTo !== undefined) entry.replyTo = replyTo;
  return entry;
}

export function seqs(items: readonly { seq: number }[]): number[] {
  return items.map(({ seq }) => seq);
}

/** More than any read here brings. */
export const EVERYTHING = { limit: 100_000, bytes: 100_000_000 };
