// A database with all that a log can hold, for the tests of what is done to it as a whole.
import { SqliteLog } from "../../src/store/sqlite_log.ts";
import type { Body, Draft } from "../../src/store/store.ts";
import { draft } from "./drafts.ts";

const change = (body: Body, more: Partial<Draft> = {}): Draft =>
  ({ room: "a", epoch: "e1", ts: 2000, uid: "guest:ann", user: "ann", ...more, ...body }) as Draft;

/** Entries of every kind in the room "a", and one of a direct room. */
export const EVERY: Draft[] = [
  draft("a", "kept", { ref: "a-1" }),
  draft("a", "with a \0 in it", { replyTo: 1, uid: "bob", user: "Bob" }),
  change({ type: "edited", of: 1, text: "edited" }, { ref: "a-2" }),
  draft("a", "said and taken back"),
  change({ type: "edited", of: 4, text: "edited and taken back" }),
  change({ type: "reaction", of: 4, emoji: "👎", on: true }),
  change({ type: "deleted", of: 4 }),
  change({ type: "reaction", of: 2, emoji: "👍", on: true }),
  change({ type: "reaction", of: 2, emoji: "🎉", on: true }),
  change({ type: "reaction", of: 2, emoji: "👍", on: false }),
  change({ type: "topic", text: "All of it" }),
  draft("@bob,guest:ann", "between two"),
];

/** Fills the file: of "b" retention left nothing of what was said first, and of "c" nothing. */
export function fillEverything(path: string): void {
  const log = SqliteLog.open(path, "full");
  try {
    log.append(Array.from({ length: 10 }, (_, n) => draft("b", `b-${n + 1}`, { ref: `b-${n}` })));
    log.append([change({ type: "topic", text: "gone" }, { room: "c" })]);
    const keep = { since: -Infinity, messages: Infinity, bytes: Infinity };
    while (!log.retain({ ...keep, messages: 2 }).isDone);
    while (!log.retain({ ...keep, since: 2001 }).isDone);
    log.append([draft("b", "b-11", { ts: 3000 }), draft("b", "b-12", { ts: 3000 })]);
    log.append(EVERY);
  } finally {
    log.close();
  }
}
