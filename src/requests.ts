// What one connection asks, done and answered in the order it came (W3.2). Entries are stored many
// at a time; everything else waits until all before it is answered.
import { authenticate } from "./auth.ts";
import { Batch } from "./batch.ts";
import type { ClientMessage, Parsed } from "./client_message.ts";
import { openDirect } from "./direct.ts";
import type { Hub, Person } from "./hub.ts";
import { headSince, readAround, readPage } from "./history.ts";
import type { Identity } from "./identity.ts";
import { join } from "./join.ts";
import { listBans, moderate } from "./moderation.ts";
import { rename } from "./nick.ts";
import type { Outbox } from "./outbox.ts";
import { type BinaryMessage, passBinary, passTyping } from "./passing.ts";
import { whyNot } from "./permission.ts";
import { encode, MEMBERS_PAGE } from "./protocol.ts";
import type { Permission, Refusal, RoomName, ServerMessage } from "./protocol.ts";
import { read } from "./read.ts";
import type { Rights } from "./rights.ts";
import { listRooms } from "./rooms.ts";
import type { Room } from "./room.ts";
import { search } from "./search.ts";
import { tellSaid } from "./said.ts";
import { bodyOf, isSaying, refusalOf, type Saying, whyNotSay } from "./saying.ts";
import { type Appended, type Outcome, StoreError } from "./store/store.ts";

/** Messages of one connection that may wait (W3.4). */
const MAX_WAITING = 256;
/** What is answered with entries or members (W6.1). */
const READING = new Set("join history search rooms members bans".split(" "));

type Message<T extends ClientMessage["type"]> = Extract<ClientMessage, { type: T }>;

/** What may be asked: a message, a binary frame, or one that could not be read. */
export type Asked = Parsed | { ok: true; message: BinaryMessage };

/** The connection, as its requests see it. */
export interface Asker extends Person {
  readonly hub: Hub;
  readonly outbox: Pick<Outbox, "bytes" | "mayAnswer">;
  readonly isServing: boolean;
  readonly rights: Rights;
  /** The rooms it is in, those whose `joined` is being made included. */
  readonly rooms: Map<RoomName, Room>;
  /** It is let in by another credential from now on. */
  renew(identity: Identity): void;
  /** Hears where an entry of its own stands, right after its `ack`. */
  said?(room: RoomName, kept: Appended): void;
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
      const saying = next.ok && isSaying(next.message) ? next.message : undefined;
      const refusal = saying && whyNotSay(saying, this.#asker);
      if (this.#storing > 0 && (!saying || refusal)) return;
      if (next.ok && READING.has(next.message.type) && !this.#asker.outbox.mayAnswer()) return;
      this.#waiting.shift();
      if (!next.ok) this.#refuse(next.refusal);
      else if (refusal) this.#refuse({ ...refusal, ...refOf(next.message) });
      else this.#do(next.message);
    }
    if (this.isIdle) this.#asker.idle();
  }

  /** Forgets what waits; what is being stored still is. */
  clear(): void {
    this.#waiting = [];
  }

  #do(message: ClientMessage | BinaryMessage): void {
    const { rooms } = this.#asker;
    switch (message.type) {
      case "chat":
      case "edit":
      case "delete":
      case "react":
      case "topic":
        return this.#say(message, rooms.get(message.room)!);
      case "direct":
        return this.#read(message, async () => {
          const opened = await openDirect(this.#asker, message);
          if (!this.#asker.isServing) return;
          if (!opened.ok) return this.#refuse({ ...opened.refusal, ...refOf(message) });
          const { text, files, ref } = message;
          this.#say({ type: "chat", room: opened.room.name, text, files, ref }, opened.room);
        });
      case "join":
        return this.#read(message, async () => {
          const refusal = await join(this.#asker, message);
          if (refusal) this.#refuse({ ...refusal, room: message.room, ...refOf(message) });
        });
      case "history":
        return this.#read(message, () => this.#history(message));
      case "rooms":
        return this.#read(message, async () => {
          const listed = await listRooms(this.#asker);
          this.#answer({ type: "rooms", rooms: listed, ...refOf(message) });
        });
      case "search":
        return this.#read(message, async () => {
          const found = await search(this.#asker, message);
          if ("code" in found) this.#refuse({ ...found, ...refOf(message) });
          else this.#answer({ type: "search", ...found, ...refOf(message) });
        });
      case "auth":
        return this.#read(message, async () => {
          const refusal = await authenticate(this.#asker, message);
          if (refusal) this.#refuse({ ...refusal, ...refOf(message) });
        });
      case "kick":
      case "mute":
      case "ban":
        return this.#read(message, async () => this.#send(await moderate(this.#asker, message)));
      case "bans":
        return this.#answer(listBans(this.#asker, message));
      case "members":
        return this.#members(message);
      case "read": {
        const room = this.#member("read", message);
        return room && read(this.#asker, room, message);
      }
      case "nick": {
        const refused = rename(this.#asker, message);
        return refused && this.#refuse({ ...refused, ...refOf(message) });
      }
      case "leave":
        rooms.get(message.room)?.leave(this.#asker);
        rooms.delete(message.room);
        return this.#send({ type: "left", room: message.room, ...refOf(message) });
      case "typing": {
        const room = this.#member("write", message);
        return room && passTyping(this.#asker, room, message.on);
      }
      case "binary": {
        const room = this.#member("write", message);
        return room && passBinary(this.#asker, room, message.payload);
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

  #say(saying: Saying, room: Room): void {
    const { uid, user, hub } = this.#asker;
    const body = bodyOf(saying, room, this.#asker);
    this.#storing++;
    room.put({ uid, user, ...refOf(saying), ...body }, hub.now(), (outcome) => {
      this.#settle(saying, outcome);
      if (!outcome || "refused" in outcome) return;
      this.#asker.said?.(room.name, outcome);
      if (outcome.isNew) tellSaid(this.#asker, room.name, body, outcome);
    });
  }

  #settle(saying: Saying, outcome: Outcome | undefined): void {
    const { room, ref } = saying;
    if (!outcome) this.#refuseStore(room, ref);
    else if ("refused" in outcome) {
      this.#refuse({ ...refusalOf(saying, outcome), ...refOf(saying) });
    } else if (ref !== undefined) {
      this.#asker.hub.counts.acks++;
      this.#send({ type: "ack", ref, room, seq: outcome.seq, ts: outcome.ts });
    }
    this.#storing--;
    // Not at once: the commit that settles must first go out whole (W5.9).
    if (this.#storing === 0) queueMicrotask(() => this.run());
  }

  async #history(message: Message<"history">): Promise<void> {
    const room = this.#member("read", message);
    if (!room) return;
    const { hub, rights } = this.#asker;
    const { historyPage } = hub.settings.limits;
    const head = await headSince(hub, room.name, room.head, rights.from(room.name));
    const limit = Math.min(message.limit ?? historyPage, historyPage);
    const { before = Infinity, around } = message;
    const page = around === undefined
      ? await readPage(this.#asker, room.name, before, limit, head)
      : await readAround(this.#asker, room.name, around, limit, head);
    // Meanwhile somebody may have been kicked.
    if (!this.#member("read", message)) return;
    const { messages, more, seq } = page;
    // Retention may have cut the log meanwhile.
    const first = Math.max(head.first, room.head.first);
    const about = { room: room.name, messages, seq, first, more };
    this.#answer({ type: "history", ...about, ...refOf(message) });
  }

  #members(message: Message<"members">): void {
    const room = this.#member("read", message);
    if (!room) return;
    const { members, more } = room.presence.page(message.after, MEMBERS_PAGE);
    const { count } = room.presence;
    this.#answer({ type: "members", room: room.name, members, count, more, ...refOf(message) });
  }

  /** The room a message is about, where it may do that there; else it is told why not. */
  #member(
    permission: Permission,
    message: { room: RoomName; ref?: string | undefined },
  ): Room | undefined {
    const refusal = whyNot(this.#asker, permission, message.room);
    if (!refusal) return this.#asker.rooms.get(message.room);
    this.#refuse({ ...refusal, ...refOf(message) });
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
    this.#asker.hub.counts.errors.add(refusal.code);
    this.#send({ type: "error", ...refusal });
  }

  #send(message: ServerMessage): void {
    this.#asker.push(Batch.of(encode(message)), "entry");
  }

  #answer(message: ServerMessage): void {
    this.#asker.push(Batch.of(encode(message)), "answer");
  }
}

function refOf(message: { ref?: string | undefined }): { ref?: string } {
  return message.ref === undefined ? {} : { ref: message.ref };
}
