// A row of a log, as stores that keep rows have it: what a draft puts into one, and the entry it is.
import type { Entry, RoomName, UserId } from "../protocol.ts";
import type { Draft } from "./store.ts";

export type Kind = "chat" | "edited" | "deleted" | "reaction" | "unreaction" | "topic";

/** `of` is what it is about, or replies to; an emoji is a text, and `files` are JSON. */
export interface Row {
  seq: number;
  ts: number;
  uid: UserId;
  user: string;
  kind: Kind;
  text: string;
  of: number | null;
  files: string | null;
}

/** What a draft's row has as `text`, `of` and `kind`. */
export function columnsOf(draft: Draft): [text: string, of: number | null, kind: Kind] {
  switch (draft.type) {
    case "chat":
      return [draft.text, draft.replyTo ?? null, "chat"];
    case "edited":
      return [draft.text, draft.of, "edited"];
    case "deleted":
      return ["", draft.of, "deleted"];
    case "reaction":
      return [draft.emoji, draft.of, draft.on ? "reaction" : "unreaction"];
    case "topic":
      return [draft.text, null, "topic"];
  }
}

/** What a row says. */
export function entryOfRow(room: RoomName, row: Row): Entry {
  const { seq, ts, uid, user, kind, text, files } = row;
  const of = row.of!;
  switch (kind) {
    case "chat": {
      const entry: Entry = { type: kind, room, seq, ts, uid, user, text };
      if (row.of !== null) entry.replyTo = row.of;
      if (files !== null) entry.files = JSON.parse(files);
      else if (text === "") entry.deleted = true;
      return entry;
    }
    case "edited": {
      const entry: Entry = { type: kind, room, seq, ts, uid, user, of, text };
      if (text === "") entry.deleted = true;
      return entry;
    }
    case "deleted":
      return { type: kind, room, seq, ts, uid, user, of };
    case "topic":
      return { type: kind, room, seq, ts, uid, user, text };
    case "reaction":
    case "unreaction": {
      const on = kind === "reaction";
      return { type: "reaction", room, seq, ts, uid, user, of, emoji: text, on };
    }
  }
}
