// Takes back all that a user said (W15.13): every message, reaction and topic of theirs, in all rooms,
// as entries that the rooms' members get as any other, a few at a time.
import type { Hub } from "./hub.ts";
import type { Entry, Member, UserId } from "./protocol.ts";
import type { Body, Outcome } from "./store/store.ts";

/** The name under which what is left of a user's entries stands. */
export const RETRACTED_NAME = "deleted user";

export interface Retracted {
  /** How many entries that took. */
  entries: number;
  /** False: the server can't go on now. Doing it again does what is left. */
  isDone: boolean;
}

/** Does it for `by`. Rejects with a `StoreError`. */
export async function retract(hub: Hub, by: Member, uid: UserId): Promise<Retracted> {
  let entries = 0;
  await hub.store.files.dropAll(uid);
  for (let after = 0;;) {
    const { entries: found, next } = await hub.store.authored(uid, after);
    if (next === undefined) break;
    const put = await undo(hub, by, uid, found);
    if (put === undefined) return { entries, isDone: false };
    entries += put;
    // Only now: who is killed before that begins here again.
    await hub.store.disown(uid, after, next, RETRACTED_NAME);
    after = next;
  }
  await hub.marks.save();
  await hub.store.marks.forgetUser(uid);
  return { entries, isDone: true };
}

/** Puts what undoes these entries into their rooms; undefined: not all could be. */
async function undo(
  hub: Hub,
  by: Member,
  uid: UserId,
  found: readonly Entry[],
): Promise<number | undefined> {
  const outcomes: Promise<Outcome | undefined>[] = [];
  let isWhole = true;
  for (const entry of found) {
    if (!isStanding(entry)) continue;
    const room = hub.isDraining ? undefined : await hub.openRoom(entry.room);
    if (!room) {
      isWhole = false;
      break;
    }
    // A topic that somebody set since then is not theirs.
    if (entry.type === "topic" && entry.text !== room.head.topic) continue;
    const { promise, resolve } = Promise.withResolvers<Outcome | undefined>();
    // Only who reacted can take that back.
    const who = entry.type === "reaction" ? { uid, user: RETRACTED_NAME } : by;
    room.put({ uid: who.uid, user: who.user, ...undoing(entry) }, hub.now(), resolve);
    outcomes.push(promise);
  }
  const put = await Promise.all(outcomes);
  if (!isWhole || put.includes(undefined)) return undefined;
  return put.filter((outcome) => outcome && "isNew" in outcome && outcome.isNew).length;
}

type Standing = Extract<Entry, { type: "chat" | "reaction" | "topic" }>;

/** Whether there is something to undo. An edit goes with its message. */
function isStanding(entry: Entry): entry is Standing {
  switch (entry.type) {
    case "chat":
      return !entry.deleted;
    case "reaction":
      return entry.on;
    case "topic":
      return entry.text !== "";
    case "edited":
    case "deleted":
      return false;
  }
}

function undoing(entry: Standing): Body {
  switch (entry.type) {
    case "chat":
      return { type: "deleted", of: entry.seq, isModerator: true };
    case "reaction":
      return { type: "reaction", of: entry.of, emoji: entry.emoji, on: false };
    case "topic":
      return { type: "topic", text: "" };
  }
}
