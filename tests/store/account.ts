// What a log means, said as simply as can be: who may change what, and what messages look like. Pure,
// and slow, so that stores and wires can be held against it.
import type { Chat, Entry, Message } from "../../src/protocol.ts";
import type { Change, Refused } from "../../src/store/store.ts";

type Reaction = Extract<Entry, { type: "reaction" }>;

/** Why it may not be, or the entry that made it so already. Entries from `first` on are kept. */
export function judge(
  { entries, first }: { entries: readonly Entry[]; first: number },
  draft: Change,
): Refused | Entry | undefined {
  const chat = entries[draft.of - 1];
  const isThere = chat?.type === "chat" && chat.seq >= first && chat.ts >= (draft.from ?? 0) &&
    !isDeleted(chat.seq, entries);
  if (!isThere) return { refused: "missing" };
  if (draft.type === "reaction") {
    const reactions = reactionsTo(chat.seq, entries);
    const last = reactions.findLast(({ uid, emoji }) => uid === draft.uid && emoji === draft.emoji);
    if ((last?.on ?? false) === draft.on) return last ?? chat;
    const shown = usersByEmoji(reactions);
    const isOneMore = draft.on && !shown.has(draft.emoji);
    return isOneMore && shown.size >= 32 ? { refused: "many" } : undefined;
  }
  const mayDo = draft.uid === chat.uid || (draft.type === "deleted" && draft.isModerator);
  return mayDo ? undefined : { refused: "foreign" };
}

/** An entry as it is replayed. */
export function emptied(entry: Entry, entries: readonly Entry[]): Entry {
  if (entry.type !== "chat" && entry.type !== "edited") return entry;
  const of = entry.type === "chat" ? entry.seq : entry.of;
  if (!isDeleted(of, entries)) return entry;
  const emptied = { ...entry, text: "", deleted: true as const };
  if (emptied.type === "chat") delete emptied.files;
  return emptied;
}

/** A message in present form. */
export function shown(chat: Chat, entries: readonly Entry[], asker: string): Message {
  const message: Message = emptied(chat, entries) as Chat;
  if (message.deleted) return message;
  const edited = entries.findLast((entry) => entry.type === "edited" && entry.of === chat.seq);
  const now = edited?.type === "edited" ? { text: edited.text, editedTs: edited.ts } : {};
  const reactions = [...usersByEmoji(reactionsTo(chat.seq, entries))].map(([emoji, users]) => ({
    emoji,
    count: users.size,
    mine: users.has(asker),
    users: [...users].slice(0, 5).map(([uid, user]) => ({ uid, user })),
  }));
  return { ...message, ...now, ...(reactions.length > 0 && { reactions }) };
}

export function topicOf(entries: readonly Entry[]): string {
  const last = entries.findLast(({ type }) => type === "topic");
  return last?.type === "topic" ? last.text : "";
}

function isDeleted(of: number, entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.type === "deleted" && entry.of === of);
}

export function reactionsTo(of: number, entries: readonly Entry[]): Reaction[] {
  return entries.filter((entry) => entry.type === "reaction" && entry.of === of) as Reaction[];
}

/** In the order in which they appeared. */
function usersByEmoji(reactions: readonly Reaction[]): Map<string, Map<string, string>> {
  const users = new Map<string, Map<string, string>>();
  for (const { emoji, on, uid, user } of reactions) {
    const those = users.get(emoji) ?? new Map();
    if (on) users.set(emoji, those.set(uid, user));
    else if (those.delete(uid) && those.size === 0) users.delete(emoji);
  }
  return users;
}
