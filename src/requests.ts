// What one connection asks, done and answered in the order it came (W3.2). Entries are stored many
// at a time; everything else waits until all before it is answered.
import { Batch } from "./batch.ts";
import type { Hub } from "./hub.ts";
import { join, readPage } from "./join.ts";
import type { Outbox } from "./outbox.ts";
import {
  type ClientMessage,
  encode,
  MEMBERS_PAGE,
  type Parsed,
  type Refusal,
  type RoomName,
  type ServerMessage,
} from "./protocol.ts";
import { writeBinary } from "./relay.ts";
import { listRooms } from "./rooms.ts";
import type { Occupant, Room } from "./room.ts";
import { type Appended, StoreError } from "./store/store.ts";

/** Messages of one connection that may wait (W3.4). */
const MAX_WAITING = 256;

type Message<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

/** A binary frame that came in (W11.1). */
interface BinaryMessage {
  type: "binary";
  room: RoomName;
  payload: Uint8Array;
  ref?: never;
}

/** What may be asked: a message, a binary frame, or one that could not be read. */
export type Asked = Parsed | { ok: true; message: BinaryMessage };

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
  #waiting: Asked[] = [];
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

  accept(asked: Asked): void {
    const reading = this.#isReading ? 1 : 0;
    if (this.#waiting.length + this.#storing + reading >= MAX_WAITING) {
      const ref = asked.ok ? asked.message.ref : asked.refusal.ref;
      const message = `at most ${MAX_WAITING} messages may wait; wait for answers`;
      this.#refuse({ code: "RATE_LIMITED", message, retryAfterMs: 1000, ...(ref && { ref }) });
      return;
    }
    this.#waiting.push(asked);
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

  #do(message: ClientMessage | BinaryMessage): void {
    const { hub, rooms } = this.#asker;
    switch (message.type) {
      case "chat":
        return this.#chat(message);
      case "join":
        return this.#read(message, async () => {
          const refusal = await join(this.#asker, message);
          if (refusal) this.#refuse({ ...refusal, room: message.room, ...refOf(message) });
        });
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
      case "binary": {
        const { room, payload } = message;
        const frame = writeBinary(room, this.#asker.uid, payload);
        return this.#member(message)?.passBinary(frame, this.#asker);
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

  async #history(message: Message<"history">): Promise<void> {
    const room = this.#member(message);
    if (!room) return;
    const { historyPage } = this.#asker.hub.settings.limits;
    const before = Math.min(message.before ?? Infinity, room.head.seq + 1);
    const limit = Math.min(message.limit ?? historyPage, historyPage);
    const { messages, more } = await readPage(this.#asker.hub, room.name, before, limit);
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

  /** The room a message is about, where the asker is in it; else it is told to join first. */
  #member(message: { room: RoomName; ref?: string | undefined }): Room | undefined {
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
      if (error instanceof StoreError) {
        this.#asker.hub.storeFailed(error);
        return this.#refuseStore(room, message.ref);
      }
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

function isReading(message: { type: string }): boolean {
  return message.type === "join" || message.type === "history" || message.type === "rooms" ||
    message.type === "members";
}

function refOf(message: { ref?: string | undefined }): { ref?: string } {
  return message.ref === undefined ? {} : { ref: message.ref };
}
