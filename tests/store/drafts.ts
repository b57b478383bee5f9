// Drafts for the store tests, and what the log must show of them.
import type { Draft } from "../../src/store/store.ts";

export { entryOf } from "../../src/entry.ts";

export type ChatDraft = Extract<Draft, { type: "chat" }>;

export function draft(room: string, text: string, more: Partial<ChatDraft> = {}): ChatDraft {
  const type = "chat";
  return { type, room, epoch: "e1", ts: 1000, uid: "guest:ann", user: "ann", text, ...more };
}

/** So many drafts of one room: "1", "2" … */
export function drafts(room: string, count: number, more: Partial<ChatDraft> = {}): ChatDraft[] {
  return Array.from({ length: count }, (_, index) => draft(room, String(index + 1), more));
}

export function seqs(items: readonly { seq: number }[]): number[] {
  return items.map(({ seq }) => seq);
}

/** More than any read here brings. */
export const EVERYTHING = { limit: 100_000, bytes: 100_000_000 };
