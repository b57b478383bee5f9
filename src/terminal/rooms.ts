// The rooms that one is in, and the one that is written to.
import { otherIn } from "../../static/model/nicks.js";
import type { Chat } from "../../static/chat.js";
import { metIn, type Person } from "../../static/model/roster.js";
import { Room } from "./room.ts";

export class Rooms {
  /** What one says goes here; it need not be joined yet, or any more. */
  current: string;
  readonly #chat: Chat;
  readonly #all = new Map<string, Room>();
  readonly #typing: () => void;

  /** `typing` is called when somebody began or stopped typing. */
  constructor(chat: Chat, current: string, typing: () => void) {
    this.#chat = chat;
    this.current = current;
    this.#typing = typing;
  }

  get me(): string {
    return this.#chat.me?.uid ?? "";
  }

  /** Joined ones, the oldest first; no direct conversations. */
  get names(): string[] {
    return [...this.#all.values()].filter(({ isDirect }) => !isDirect).map(({ name }) => name);
  }

  get(name: string): Room | undefined {
    return this.#all.get(name);
  }

  /** The room, known from now on. */
  of(name: string): Room {
    const known = this.#all.get(name);
    if (known) return known;
    const other = otherIn(name, this.me);
    const title = other === null ? name : this.#nameOf(other);
    const room = new Room(name, title, this.#typing);
    this.#all.set(name, room);
    return room;
  }

  delete(name: string) {
    this.#all.delete(name);
  }

  /** Whether somebody is in a room that one is in, not counting a conversation of two. */
  meets(uid: string): boolean {
    return [...this.#all.values()].some(({ isDirect, members }) => !isDirect && members.has(uid));
  }

  /** Whom one can name now: those of the current room, and with whom one talks alone. */
  people(): Person[] {
    const people = new Map(this.get(this.current)?.people);
    for (const { name, isDirect, title } of this.#all.values()) {
      const other = otherIn(name, this.me);
      if (isDirect && other !== null && !people.has(other)) people.set(other, title);
    }
    people.delete(this.me);
    return [...people].map(([uid, user]) => ({ uid, user, note: "" }));
  }

  /** Whoever else is in any of them. */
  met(): Person[] {
    return metIn([...this.#all.values()], this.me);
  }

  #nameOf(uid: string): string {
    for (const room of this.#all.values()) {
      const user = room.people.get(uid);
      if (user !== undefined) return user;
    }
    return uid;
  }
}
