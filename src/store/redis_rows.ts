// What stands in a row of a room's log: columns with line breaks between them, those that may hold
// anything as JSON. The scripts know their order.
import type { Entry, Message, Reaction, RoomName } from "../protocol.ts";
import { columnsOf, entryOfRow, type Kind } from "./row.ts";
import type { Draft, Outcome, Refused } from "./store.ts";

/** Columns that a row and an announced entry begin with: kind, ts, uid, user, of, text, files. */
const COLUMNS = 7;

/** What redis_append.lua is given of a draft. */
export function draftColumns(draft: Draft): string[] {
  const { epoch, ts, uid, user, ref = "" } = draft;
  const [text, of, kind] = columnsOf(draft);
  const from = "from" in draft ? draft.from : undefined;
  const isModerator = draft.type === "deleted" && draft.isModerator;
  const mentions = draft.type === "chat" ? draft.mentions ?? [] : [];
  return [
    kind,
    epoch,
    String(ts),
    JSON.stringify(uid),
    JSON.stringify(user),
    String(of ?? ""),
    kind === "deleted" ? "" : JSON.stringify(text),
    ref,
    String(from ?? 0),
    isModerator ? "1" : "",
    mentions.join("\n"),
    draft.type === "chat" ? draft.files?.join(" ") ?? "" : "",
  ];
}

/** What redis_append.lua says became of a draft. */
export function outcomeOf(epoch: string, said: string): Outcome {
  const [, seq, ts, isNew, more] = /^(\d+) (\d+) ([01])(?: (.*))?$/s.exec(said) ?? [];
  if (seq === undefined) return { refused: said } as Refused;
  const appended = { epoch, seq: Number(seq), ts: Number(ts), isNew: isNew === "1" };
  if (more === undefined) return appended;
  // Of a deletion whose message it was, of a message its files.
  const found = JSON.parse(more);
  return Array.isArray(found) ? { ...appended, files: found } : { ...appended, author: found };
}

/** The entries that an announcement tells of, rising from `first`. */
export function announcedEntries(room: RoomName, first: number, columns: string[]): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < columns.length; at += COLUMNS) {
    entries.push(entryOf(room, first + at / COLUMNS, columns.slice(at, at + COLUMNS)));
  }
  return entries;
}

export function toEntry(room: RoomName, seq: number, row: string): Entry {
  return entryOf(room, seq, row.split("\n"));
}

/** A message as redis_page.lua gives it. */
export function toMessage(room: RoomName, parts: string[]): Message {
  const [seq, row, editedTs, text, shown, mine, users] = parts;
  const message = toEntry(room, Number(seq), row!) as Message;
  if (editedTs) {
    message.text = JSON.parse(text!);
    message.editedTs = Number(editedTs);
  }
  if (shown) {
    message.reactions = reactionsOf(shown, new Set(mine!.split("\n")), users!.split("\n"));
  }
  return message;
}

/** Lines of since which seq, how many, and which emoji; and for each line who, as JSON. */
function reactionsOf(shown: string, mine: ReadonlySet<string>, users: string[]): Reaction[] {
  const lines = shown.split("\n").map((line, index) => {
    const [, since, count, emoji] = /^(\d+) (\d+) (.*)$/.exec(line)!;
    const isMine = mine.has(emoji!);
    return { since, count: Number(count), emoji: emoji!, isMine, users: JSON.parse(users[index]!) };
  });
  return lines.sort((a, b) => Number(a.since) - Number(b.since))
    .map(({ emoji, count, isMine, users }) => (
      { emoji: JSON.parse(emoji), count, mine: isMine, users }
    ));
}

function entryOf(room: RoomName, seq: number, columns: string[]): Entry {
  const [kind, ts, uid, user, of, text, files] = columns;
  return entryOfRow(room, {
    seq,
    ts: Number(ts),
    uid: JSON.parse(uid!),
    user: JSON.parse(user!),
    kind: kind as Kind,
    text: text ? JSON.parse(text) : "",
    of: of ? Number(of) : null,
    files: files || null,
  });
}
