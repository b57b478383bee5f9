// One request over HTTP, as something that asks: the same checks, rates, order and store as a
// connection's messages. It is in no room that it speaks in or reads, and has no socket: the one
// answer is its end.
import * as v from "valibot";
import type { Counted } from "./allowance.ts";
import type { Batch } from "./batch.ts";
import { CLOSE, type Close } from "./close.ts";
import { readMessage, type Unread } from "./client_message.ts";
import type { Hub, Person } from "./hub.ts";
import type { Identity } from "./identity.ts";
import { full, whyBanned } from "./join.ts";
import { allows, whyNot } from "./permission.ts";
import { type Entry, ROOM_NAME_EXPECTED, type RoomName, roomName } from "./protocol.ts";
import type { Permission, Refusal, ServerMessage, UserId } from "./protocol.ts";
import { type Limit, Rates } from "./rates.ts";
import { forbidden, notFound, tooFast } from "./refusal.ts";
import { type Asker, Requests } from "./requests.ts";
import type { Rights } from "./rights.ts";
import type { Room } from "./room.ts";

export interface Caller {
  hub: Hub;
  identity: Identity;
  /** Where it comes from. */
  address: string;
  /** A limit beside the user's own (W13.3). */
  limit?: Limit | undefined;
}

/** An entry that is in the log (`isNew`: since now), another answer, or why there is none. */
export type Answer =
  | { ok: true; entry: Entry; isNew: boolean }
  | { ok: true; entry?: never; message: ServerMessage }
  | { ok: false; refusal: Refusal };

/** Asks, and waits for the answer. Rejects with a `StoreError`. */
export async function ask(caller: Caller, question: Unread): Promise<Answer> {
  const call = new Call(caller);
  try {
    return await call.ask(question);
  } finally {
    call.end();
  }
}

export type Permitted =
  /** `from`: what was said there before that time (ms since 1970) is hidden (W10.5). */
  | { ok: true; room: RoomName; uid: UserId; from: number }
  | { ok: false; refusal: Refusal };

/** Whether that may be done in a room now, which is no message. Rejects with a `StoreError`. */
export async function permit(
  caller: Caller,
  what: Counted,
  permission: Permission,
  room: string,
): Promise<Permitted> {
  const call = new Call(caller);
  try {
    return await call.permit(what, permission, room);
  } finally {
    call.end();
  }
}

class Call implements Asker, Person {
  readonly hub: Hub;
  readonly identity: Identity;
  readonly address: string;
  readonly uid: UserId;
  readonly user: string;
  readonly rights: Rights;
  /** The room that the question is about, where it has no place. */
  readonly rooms = new Map<RoomName, Room>();
  readonly isBatched = true;
  readonly isServing = true;
  readonly isRequest = true;
  readonly outbox = { bytes: 0, mayAnswer: () => true };
  readonly #rates: Rates;
  readonly #requests = new Requests(this);
  readonly #answered = Promise.withResolvers<Answer>();

  constructor({ hub, identity, address, limit }: Caller) {
    this.hub = hub;
    this.identity = identity;
    this.address = address;
    this.uid = identity.uid;
    this.rights = hub.rightsOf(identity);
    this.user = hub.names.take(identity.uid, identity.name, hub.now());
    this.#rates = new Rates(hub.allowances.take(identity.uid), limit, hub.counts);
    hub.sessions.add(this);
  }

  async ask(question: Unread): Promise<Answer> {
    this.hub.counts.received++;
    const parsed = readMessage(question);
    const kept = this.#whyNotNow(parsed.ok ? parsed.message.type : "error");
    if (kept) return refused(kept);
    if (!parsed.ok) return refused(parsed.refusal);
    const { message } = parsed;
    const room = "room" in message && message.type !== "search" ? message.room : undefined;
    const refusal = room === undefined ? undefined : await this.#open(room);
    if (refusal) return refused(refusal);
    this.#requests.accept(parsed);
    return await this.#answered.promise;
  }

  async permit(what: Counted, permission: Permission, name: string): Promise<Permitted> {
    const parsed = v.safeParse(roomName, name);
    const kept = this.#whyNotNow(parsed.success ? what : "error");
    if (kept) return { ok: false, refusal: kept };
    if (!parsed.success) {
      const message = `room must be ${ROOM_NAME_EXPECTED}`;
      return { ok: false, refusal: { code: "INVALID_FIELD", message } };
    }
    const room = parsed.output;
    const refusal = await this.#open(room) ?? whyNot(this, permission, room);
    if (refusal) return { ok: false, refusal };
    return { ok: true, room, uid: this.uid, from: this.rights.from(room) };
  }

  end(): void {
    this.hub.sessions.delete(this);
    this.hub.names.release(this.uid);
    this.hub.allowances.release(this.uid);
  }

  may(permission: Permission, room: RoomName): boolean {
    return allows(this, permission, room);
  }

  push(batch: Batch): void {
    const message: ServerMessage = JSON.parse(batch.text);
    if (message.type === "ack") return;
    const { type: _, ...told } = message;
    if (message.type === "error") this.#answered.resolve(refused(told as Refusal));
    else this.#answered.resolve({ ok: true, message });
  }

  said(room: RoomName, { seq, isNew }: { seq: number; isNew: boolean }): void {
    // Nobody waits any more.
    if (!this.hub.sessions.has(this)) return;
    const read = this.hub.store.replay(room, seq - 1, seq, { limit: 1, bytes: Infinity });
    this.#answered.resolve(read.then((entries) => {
      const entry = entries?.[0];
      // Retention was faster.
      return entry ? { ok: true, entry, isNew } : refused(gone(room, seq));
    }));
  }

  /** Its credential was revoked, or its user banned. */
  close(close: Close): void {
    const isBanned = close === CLOSE.banned;
    const code = isBanned ? "FORBIDDEN" : "UNAUTHORIZED";
    this.#answered.resolve(refused({ code, message: close.reason }));
  }

  // What happens to those who stay, or who have a place in a room.
  sweep(): void {}
  drain(): void {}
  idle(): void {}
  renew(): void {}
  rename(): void {}
  expel(): void {}
  overflow(): void {}
  pushBinary(): void {}

  /** It is banned, or too fast. */
  #whyNotNow(what: Counted): Refusal | undefined {
    const { hub, identity, address } = this;
    const now = hub.now();
    if (hub.isBanned(identity, address, now)) return forbidden("you are banned");
    const waitMs = this.#rates.take(what, now);
    return waitMs > 0 ? tooFast(waitMs, undefined) : undefined;
  }

  /** What a join checks (W5), without becoming a member. */
  async #open(name: RoomName): Promise<Refusal | undefined> {
    if (!this.may("read", name)) return notFound(name);
    const room = await this.hub.openRoom(name);
    if (!room) return full("this server has as many rooms open as it may");
    this.rooms.set(name, room);
    return whyBanned(this, name);
  }
}

function gone(room: RoomName, seq: number): Refusal {
  return { code: "NOT_FOUND", message: `there is no entry ${seq} in ${room} any more`, room };
}

function refused(refusal: Refusal): Answer {
  return { ok: false, refusal };
}
