// The log of one room in memory: its entries, and what is done to them when a message or its author goes.
import type { Entry, SharedFile } from "../protocol.ts";
import type { MemoryMessage } from "./memory_message.ts";
import type { Appended } from "./store.ts";

export interface Item {
  /** Counts the entries of all rooms. */
  id: number;
  entry: Entry;
  key: string | undefined;
  /** Of a chat entry. */
  message: MemoryMessage | undefined;
}

export interface Log {
  epoch: string;
  seq: number;
  ts: number;
  topic: string;
  entries: Item[];
  /** `uid ref` → the position it got. */
  refs: Map<string, Appended>;
}

/** The oldest seq that it holds, or the next one. */
export function firstOf(log: Log): number {
  return log.seq - log.entries.length + 1;
}

export function itemAt(log: Log, seq: number): Item | undefined {
  return log.entries[seq - firstOf(log)];
}

export function filesOf({ entry }: Item): readonly SharedFile[] {
  return entry.type === "chat" && entry.files || [];
}

export function disown(item: Item, user: string): void {
  const { entry } = item;
  item.entry = { ...entry, user };
  if (entry.type === "topic") item.entry = { ...entry, user, text: "" };
  if (entry.type === "edited") item.entry = { ...entry, user, text: "", deleted: true };
  item.message?.disown(user);
}

/** Entries that were given out stay as they are. */
export function emptyTexts(log: Log, seqs: readonly number[]): void {
  for (const seq of seqs) {
    const item = itemAt(log, seq)!;
    item.entry = { ...item.entry, text: "", deleted: true } as Entry;
    if (item.entry.type === "chat") delete item.entry.files;
  }
}
