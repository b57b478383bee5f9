// A message that the memory store keeps: its present form, and what may still be done to it.
import type { Entry, Message, Reaction, UserId } from "../protocol.ts";
import { type Change, MAX_EMOJI, MAX_NAMED, type Refused } from "./store.ts";

type Chat = Extract<Entry, { type: "chat" }>;
type Standing = { seq: number; ts: number };

export class MemoryMessage {
  #chat: Chat;
  #edited: { text: string; ts: number } | undefined;
  /** Seqs of its edits. */
  edits: number[] = [];
  /** What is shown, in the order in which it appeared: who reacted, and their names. */
  readonly #reactions = new Map<string, Map<UserId, string>>();
  /** `emoji uid` → the entry that says what is so now. */
  readonly #standings = new Map<string, Standing>();

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  get uid(): UserId {
    return this.#chat.uid;
  }

  /** Why that can't be done, or the entry that did it already. */
  judge(change: Change): Refused | Standing | undefined {
    const { uid, ts, deleted } = this.#chat;
    if (deleted || ts < (change.from ?? 0)) return { refused: "missing" };
    if (change.type !== "reaction") {
      const isAllowed = change.uid === uid || (change.type === "deleted" && change.isModerator);
      return isAllowed ? undefined : { refused: "foreign" };
    }
    const { emoji, on } = change;
    const users = this.#reactions.get(emoji);
    if ((users?.has(change.uid) ?? false) === on) {
      return this.#standings.get(`${emoji} ${change.uid}`) ?? { seq: this.#chat.seq, ts };
    }
    const isOneMore = on && !users;
    return isOneMore && this.#reactions.size >= MAX_EMOJI ? { refused: "many" } : undefined;
  }

  take(entry: Entry): void {
    if (entry.type === "edited") {
      this.#edited = { text: entry.text, ts: entry.ts };
      this.edits.push(entry.seq);
    } else if (entry.type === "deleted") {
      const { files: _, ...rest } = this.#chat;
      this.#chat = { ...rest, text: "", deleted: true };
      this.#edited = undefined;
      this.#reactions.clear();
      this.#standings.clear();
    } else if (entry.type === "reaction") {
      const { emoji, uid, user, on, seq, ts } = entry;
      const users = this.#reactions.get(emoji) ?? new Map();
      if (on) users.set(uid, user);
      else users.delete(uid);
      if (users.size > 0) this.#reactions.set(emoji, users);
      else this.#reactions.delete(emoji);
      this.#standings.set(`${emoji} ${uid}`, { seq, ts });
    }
  }

  /** Its author's name is another. */
  disown(user: string): void {
    this.#chat = { ...this.#chat, user };
  }

  /** The name of somebody who reacted is another. */
  disownReaction(uid: UserId, user: string): void {
    for (const users of this.#reactions.values()) if (users.has(uid)) users.set(uid, user);
  }

  show(uid: UserId | undefined): Message {
    const message: Message = { ...this.#chat };
    if (this.#edited) {
      message.text = this.#edited.text;
      message.editedTs = this.#edited.ts;
    }
    if (this.#reactions.size > 0) {
      message.reactions = [...this.#reactions].map(([emoji, users]): Reaction => ({
        emoji,
        count: users.size,
        mine: uid !== undefined && users.has(uid),
        users: [...users].slice(0, MAX_NAMED).map(([uid, user]) => ({ uid, user })),
      }));
    }
    return message;
  }
}
