// An entry as everyone is shown it (W4), made of what was asked and where that stands in the log.
import type { Entry, SharedFile } from "./protocol.ts";
import type { Draft } from "./store/store.ts";

/** Where a draft stands in its log, and what the store knows of its files. */
type Stands = { seq: number; ts: number; files?: SharedFile[] };

/** The entry that a draft becomes. It tells neither the `ref` nor what the draft was judged by. */
export function entryOf(draft: Draft, { seq, ts, files }: Stands): Entry {
  const { room, uid, user } = draft;
  switch (draft.type) {
    case "chat": {
      const { type, text, replyTo } = draft;
      const entry: Entry = { type, room, seq, ts, uid, user, text };
      if (replyTo !== undefined) entry.replyTo = replyTo;
      if (files) entry.files = files;
      return entry;
    }
    case "edited":
      return { type: draft.type, room, seq, ts, uid, user, of: draft.of, text: draft.text };
    case "deleted":
      return { type: draft.type, room, seq, ts, uid, user, of: draft.of };
    case "reaction": {
      const { type, of, emoji, on } = draft;
      return { type, room, seq, ts, uid, user, of, emoji, on };
    }
    case "topic":
      return { type: draft.type, room, seq, ts, uid, user, text: draft.text };
  }
}
