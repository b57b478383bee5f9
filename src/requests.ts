// What one connection asks, done and answered in the order it came (W3.2). Entries are stored many
// at a time; everything else waits until all before it is answered.
import { Batch } from "./batch.ts";
import type { Hub } from "./hub.ts";
import type { Outbox } from "./outbox.ts";
import {
  type ClientMessage,
  encode,
  type Entry,
  MAX_FRAME_BYTES,
  MEMBERS_PAGE,
  MEMBERS_SHOWN,
  type Parsed,
  type Refusal,
  type RoomName,
  type ServerMessage,
} from "./protocol.ts";
import { listRooms } from "./rooms.ts";
import type { Occupant, Room } from "./room.ts";
import { type Appended, StoreError } from "./store/store.ts";

/** Messages of one connection that may wait (W3.4). */
const MAX_WAITING = 256;
/** What the entries of one answer may take of its frame; the rest is for members and topic. */
const ENTRIES_BYTES = MAX_FRAME_BYTES - 100_000;

type Message<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

/** The connection, as its requests see it. */
export interface Asker extends Occupant {
  readonly hub: Hub;
  readonly outbox: Outbox;
  readonly isServing: boolean;
  /** The rooms it is in, those whose `joined` is being made included. */
  readonly rooms: Map<RoomName, Room>;
  /** All requests are answered. */
  idle(): void;
}

export class Requests {
  readonly #asker: Asker;
  #waiting: Parsed[] = [];
  /** Entries being stored. */
  #storing = 0;
  /** An answer is being read from the store. */
  #isReading = false;

  constructor(asker: Asker) {
    this.#asker = asker;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#storing === 0 && !this.#isReading;
  }

  accept(parsed: Parsed): void {
    const reading = this.#isReading ? 1 : 0;
    if (this.#waiting.length + this.#storing + reading >= MAX_WAITING) {
      const ref = parsed.ok ? parsed.message.ref : parsed.refusal.ref;
      const message = `at most ${MAX_WAITING} messages may wait; wait for answers`;
      this.#refuse({ code: "RATE_LIMITED", message, retryAfterMs: 1000, ...(ref && { ref }) });
      return;
    }
    this.#waiting.push(parsed);
    if (this.#waiting.length === 1) this.run();
  }

  /** Does what can be done now. Called again when an answer is out or the outbox has space. */
  run(): void {
    while (this.#waiting.length > 0 && !this.#isReading && this.#asker.isServing) {
      const next = this.#waiting[0]!;
      const isSayable = next.ok && next.message.type === "chat" && this.#canSay(next.message);
      if (!isSayable && this.#storing > 0) return;
      if (next.ok && isReading(next.message) && !this.#asker.outbox.hasSpace) return;
      this.#waiting.shift();
      if (next.ok) this.#do(next.message);
      else this.#refuse(next.refusal);
    }
    if (this.isIdle) this.#asker.idle();
  }

  /** Forgets what waits; what is being stored still is. */
  clear(): void {
    this.#waiting = [];
  }

  #do(message: ClientMessage): void {
    const { hub, rooms } = this.#asker;
    switch (message.type) {
      case "chat":
        return this.#chat(message);
      case "join":
        return this.#read(message, () => this.#join(message));
      case "history":
        return this.#read(message, () => this.#history(message));
      case "rooms":
        return this.#read(message, async () => {
          const listed = await listRooms(hub);
          this.#answer({ type: "rooms", rooms: listed, ...refOf(message) });
        });
      case "members":
        return this.#members(message);
      case "leave":
        rooms.get(message.room)?.leave(this.#asker);
        rooms.delete(message.room);
        return this.#send({ type: "left", room: message.room, ...refOf(message) });
      case "typing": {
        const { uid, user } = this.#asker;
        const { room, on } = message;
        return this.#member(message)?.pass({ type: "typing", room, uid, user, on }, uid);
      }
      case "ping": {
        const { ts } = message;
        return this.#send({ type: "pong", ...(ts !== undefined && { ts }), ...refOf(message) });
      }
      case "pong":
        return;
      default:
        message satisfies never;
    }
  }

  #canSay({ room, replyTo }: Message<"chat">): boolean {
    const open = this.#asker.rooms.get(room);
    return open !== undefined && (replyTo === undefined || replyTo <= open.head.seq);
  }

  #chat(message: Message<"chat">): void {
    const { room: name, text, ref, replyTo } = message;
    const room = this.#member(message);
    if (!room) return;
    if (replyTo !== undefined && replyTo > room.head.seq) {
      const expected = "replyTo must be the seq of an earlier message of this room";
      return this.#refuse({
        code: "INVALID_FIELD",
        message: expected,
        room: name,
        ...refOf(message),
      });
    }
    const { uid, user } = this.#asker;
    this.#storing++;
    room.say(
      { uid, user, text, ...(ref && { ref }), ...(replyTo !== undefined && { replyTo }) },
      this.#asker.hub.now(),
      (appended) => this.#settle(message, appended),
    );
  }

  #settle({ room, ref }: Message<"chat">, appended: Appended | undefined): void {
    if (!appended) this.#refuseStore(room, ref);
    else if (ref !== undefined) {
      this.#send({ type: "ack", ref, room, seq: appended.seq, ts: appended.ts });
    }
    this.#storing--;
    // Not at once: the commit that settles must first go out whole (W5.9).
    if (this.#storing === 0) queueMicrotask(() => this.run());
  }

  async #join(message: Message<"join">): Promise<void> {
    const { hub, rooms } = this.#asker;
    const { since } = message;
    const isMember = rooms.has(message.room);
    if (!isMember && rooms.size >= hub.settings.limits.rooms) {
      return this.#full(message, `a connection may be in ${hub.settings.limits.rooms} rooms`);
    }
    const room = await hub.openRoom(message.room);
    if (!room) return this.#full(message, "this server has as many rooms open as it may");
    if (!isMember && room.size >= hub.settings.maxRoomMembers) {
      return this.#full(message, "this room is full");
    }
    if (!this.#asker.isServing) return;

    const head = room.hold(this.#asker);
    rooms.set(room.name, room);
    const { limits } = hub.settings;
    try {
      const fits = since && since.epoch === head.epoch && since.seq <= head.seq &&
        since.seq >= head.first - 1;
      const missed = fits
        ? since.seq === head.seq ? [] : await hub.store.replay(room.name, since.seq, head.seq, {
          limit: limits.resume,
          bytes: ENTRIES_BYTES,
        })
        : undefined;
      const page = missed
        ? { messages: missed, more: false }
        : await this.#page(room.name, head.seq + 1, limits.historyPage);
      const joined = encode({
        type: "joined",
        room: room.name,
        epoch: head.epoch,
        seq: head.seq,
        first: head.first,
        topic: head.topic,
        count: room.presence.count,
        members: room.presence.first(MEMBERS_SHOWN),
        messages: page.messages,
        gap: since !== undefined && !missed,
        more: page.more,
        ...refOf(message),
      });
      room.release(this.#asker, Batch.of(joined));
    } catch (error) {
      if (isMember) room.release(this.#asker);
      else {
        room.leave(this.#asker);
        rooms.delete(room.name);
      }
      throw error;
    }
  }

  async #history(message: Message<"history">): Promise<void> {
    const room = this.#member(message);
    if (!room) return;
    const { historyPage } = this.#asker.hub.settings.limits;
    const before = Math.min(message.before ?? Infinity, room.head.seq + 1);
    const limit = Math.min(message.limit ?? historyPage, historyPage);
    const { messages, more } = await this.#page(room.name, before, limit);
    const { first } = room.head;
    this.#answer({ type: "history", room: room.name, messages, first, more, ...refOf(message) });
  }

  #members(message: Message<"members">): void {
    const room = this.#member(message);
    if (!room) return;
    const { members, more } = room.presence.page(message.after, MEMBERS_PAGE);
    const { count } = room.presence;
    this.#answer({ type: "members", room: room.name, members, count, more, ...refOf(message) });
  }

  #page(
    room: RoomName,
    before: number,
    limit: number,
  ): Promise<{ messages: Entry[]; more: boolean }> {
    if (before <= 1) return Promise.resolve({ messages: [], more: false });
    return this.#asker.hub.store.page(room, before, { limit, bytes: ENTRIES_BYTES });
  }

  /** The room a message is about, where the asker is in it; else it is told to join first. */
  #member(message: ClientMessage & { room: RoomName }): Room | undefined {
    const room = this.#asker.rooms.get(message.room);
    if (room) return room;
    const text = `join ${message.room} first`;
    this.#refuse({ code: "NOT_JOINED", message: text, room: message.room, ...refOf(message) });
    return undefined;
  }

  #read(message: ClientMessage, read: () => Promise<void>): void {
    this.#isReading = true;
    const room = "room" in message ? message.room : undefined;
    read().catch((error) => {
      if (error instanceof StoreError) return this.#refuseStore(room, message.ref);
      this.#asker.hub.fault(error);
      const text = "the server failed at this; it is in its log";
      this.#refuse({ code: "INTERNAL", message: text, ...refOf(message) });
    }).finally(() => {
      this.#isReading = false;
      this.run();
    });
  }

  #refuseStore(room: string | undefined, ref: string | undefined): void {
    const message = "the server can't reach its store now; try again";
    const about = { ...(room && { room }), ...(ref && { ref }) };
    this.#refuse({ code: "UNAVAILABLE", message, retryAfterMs: 1000, ...about });
  }

  #full(message: Message<"join">, text: string): void {
    this.#refuse({ code: "ROOM_FULL", message: text, room: message.room, ...refOf(message) });
  }

  #refuse(refusal: Refusal): void {
    this.#send({ type: "error", ...refusal });
  }

  #send(message: ServerMessage): void {
    this.#asker.push(Batch.of(encode(message)), "entry");
  }

  #answer(message: ServerMessage): void {
    this.#asker.push(Batch.of(encode(message)), "answer");
  }
}

function isReading(message: ClientMessage): boolean {
  return message.type === "join" || message.type === "history" || message.type === "rooms" ||
    message.type === "members";
}

function refOf(message: ClientMessage): { ref?: string } {
  return message.ref === undefined ? {} : { ref: message.ref };
}
