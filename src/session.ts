// One connection from welcome to close: its state, its life signs, its rates. What its messages do
// is in requests.ts. Knows its socket only as a Socket.
import { welcome } from "./auth.ts";
import { Batch } from "./batch.ts";
import { type ClientMessage, type Parsed, parseFrame } from "./client_message.ts";
import { CLOSE, type Close } from "./close.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Hub, Person } from "./hub.ts";
import type { Identity } from "./identity.ts";
import { type Life, Visited } from "./life.ts";
import { type Kind, Outbox } from "./outbox.ts";
import { allows } from "./permission.ts";
import { encode, utf8Length } from "./protocol.ts";
import type { LeaveReason, Permission, RoomName, ServerMessage, UserId } from "./protocol.ts";
import { type Limit, Rates } from "./rates.ts";
import { goingDown, tooFast } from "./refusal.ts";
import { readBinary } from "./relay.ts";
import { type Asker, Requests } from "./requests.ts";
import type { Rights } from "./rights.ts";
import type { Room } from "./room.ts";
import { type State, TRANSITIONS } from "./session_state.ts";
import type { Socket, SocketHandlers } from "./socket.ts";

/** How long a goodbye waits for the outbox before it happens all the same, in milliseconds. */
const FLUSH_MS = 5000;
/** How long a close may stay unanswered before the connection is cut, in milliseconds. */
const CUT_MS = 5000;

export interface SessionOptions {
  hub: Hub;
  socket: Socket;
  identity: Identity;
  /** Where it comes from. */
  address: string;
  /** A limit beside the user's own (W13.3). */
  limit?: Limit | undefined;
  /** The client speaks `snug.v1` (W1.3). */
  isBatched: boolean;
  /** The room of the address (W15.1). */
  path?: RoomName | undefined;
  /** False: the transport's own pings watch the connection (W12.2). */
  hasHeartbeat: boolean;
  ended(life: Life): void;
}

export class Session implements SocketHandlers, Asker, Person {
  readonly hub: Hub;
  readonly uid: UserId;
  user: string;
  readonly address: string;
  identity: Identity;
  rights: Rights;
  readonly isBatched: boolean;
  readonly outbox: Outbox;
  readonly rooms = new Map<RoomName, Room>();
  readonly #options: SessionOptions;
  readonly #requests: Requests;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #rates: Rates;
  readonly #since: number;
  #state: State = { state: "open" };
  #received = 0;
  readonly #visited = new Visited();

  private constructor(options: SessionOptions, user: string) {
    const { hub, socket, identity } = options;
    const { heartbeatMs, heartbeatGraceMs, outboxBytes } = hub.settings;
    const now = hub.now();
    this.#options = options;
    this.hub = hub;
    this.uid = identity.uid;
    this.user = user;
    this.address = options.address;
    this.identity = identity;
    this.rights = hub.rightsOf(identity);
    this.isBatched = options.isBatched;
    this.outbox = new Outbox(socket, hub.flusher, outboxBytes, this);
    this.#requests = new Requests(this);
    this.#heartbeat = options.hasHeartbeat
      ? new Heartbeat(heartbeatMs, heartbeatGraceMs, now)
      : undefined;
    this.#rates = new Rates(hub.allowances.take(identity.uid), options.limit, hub.counts);
    this.#since = now;
  }

  /** Takes a socket that has just opened: welcomes it, and joins it to the room of its address. */
  static open(options: SessionOptions): Session {
    const { hub, identity, path } = options;
    const session = new Session(options, hub.names.take(identity.uid, identity.name, hub.now()));
    hub.sessions.add(session);
    hub.online.add(session);
    welcome(session);
    if (path !== undefined) session.#accept({ ok: true, message: { type: "join", room: path } });
    // The handshake may have outlived a ban, or the moment when everyone was sent home.
    if (hub.isBanned(identity, session.address, hub.now())) session.close(CLOSE.banned);
    if (hub.isDraining) session.drain(hub.comeBackMs());
    return session;
  }

  get isServing(): boolean {
    return this.#state.state === "open" || this.#state.state === "leaving";
  }

  text(frame: string): void {
    if (!this.isServing) return;
    this.#heartbeat?.alive();
    if (this.#isTooBig(frame)) return this.close(CLOSE.tooBig);
    for (const parsed of parseFrame(frame, this.isBatched, this.#options.path)) {
      this.#received++;
      this.hub.counts.received++;
      this.#accept(parsed);
    }
  }

  binary(frame: Uint8Array<ArrayBuffer>): void {
    if (!this.isServing) return;
    this.#heartbeat?.alive();
    this.#received++;
    this.hub.counts.received++;
    if (frame.length > this.hub.settings.limits.messageBytes) return this.close(CLOSE.tooBig);
    const now = this.hub.now();
    if (this.#closeIfExpired(now)) return;
    if (this.#rates.take("binary", now) > 0) return this.#closeIfFlooded();
    const read = readBinary(frame, this.#options.path);
    this.#requests.accept(
      read.ok
        ? { ok: true, message: { type: "binary", room: read.room, payload: read.payload } }
        : { ok: false, refusal: { code: "INVALID_FIELD", message: read.message } },
    );
  }

  push(batch: Batch, kind: Kind): void {
    this.outbox.push(batch, kind);
  }

  pushBinary(data: Uint8Array<ArrayBuffer>): void {
    this.outbox.pushBinary(data, "passing");
  }

  overflow(): void {
    this.close(CLOSE.tooSlow);
  }

  expel(name: RoomName, reason: LeaveReason, by?: string): void {
    const room = this.rooms.get(name)!;
    // Who is still joining hears of it as the answer (W5.1).
    const isTold = room.hasJoined(this);
    room.leave(this);
    this.rooms.delete(name);
    if (isTold) this.#send({ type: "left", room: name, reason, ...(by !== undefined && { by }) });
  }

  may(permission: Permission, room: RoomName): boolean {
    return allows(this, permission, room);
  }

  rename(user: string): void {
    this.user = user;
  }

  renew(identity: Identity): void {
    this.identity = identity;
    this.rights = this.hub.rightsOf(identity);
  }

  /** The outbox has what was waited for. With nothing to do, this ends in idle(). */
  space(): void {
    this.#requests.run();
  }

  /** All requests are answered. */
  idle(): void {
    if (this.#state.state === "leaving" && this.outbox.isDone()) this.close(this.#state.close);
  }

  sweep(now: number): void {
    const state = this.#state;
    if (state.state === "leaving" && now >= state.deadline) return this.close(state.close);
    if (state.state === "closing" && now >= state.deadline) return this.#options.socket.terminate();
    if (this.#state.state !== "open") return;
    if (this.#closeIfExpired(now) || !this.#heartbeat) return;
    const due = this.#heartbeat.due(now);
    if (due === "ping") this.#send({ type: "ping", ts: now });
    if (due === "close") this.close(CLOSE.heartbeat);
  }

  drain(reconnectAfterMs: number): void {
    if (this.#state.state !== "open") return;
    const deadline = this.hub.now() + FLUSH_MS;
    // First, because the message may be the one too many for a slow reader.
    this.#enter({ state: "leaving", close: CLOSE.restarting, deadline });
    this.#send({ type: "closing", code: CLOSE.restarting.code, reconnectAfterMs });
    if (this.#requests.isIdle) this.idle();
  }

  /** Closes now; what is queued is dropped. The rooms hear of it after their grace, of a ban at once. */
  close(close: Close): void {
    if (!this.isServing) return;
    const now = this.hub.now();
    this.#part(close === CLOSE.banned ? undefined : now + this.hub.settings.presenceGraceMs);
    this.#enter({ state: "closing", close, deadline: now + CUT_MS });
    this.#options.socket.close(close.code, close.reason);
  }

  /** The socket is closed, by whomever. */
  closed(code: number, reason: string): void {
    if (this.#state.state === "closed") return;
    const { hub } = this;
    // Where both sides close, ours is the reason; it is what the log should tell.
    const close = this.#state.state === "closing" ? this.#state.close : { code, reason };
    // A client that says 1000 has left; any other end may be a bad line.
    const isLeaving = code === CLOSE.bye.code;
    if (this.isServing) {
      this.#part(isLeaving ? undefined : hub.now() + hub.settings.presenceGraceMs);
    }
    this.#enter({ state: "closed" });
    hub.sessions.delete(this);
    hub.counts.closes.add(close.code);
    this.#options.ended({
      uid: this.uid,
      user: this.user,
      rooms: this.#visited.rooms,
      ...close,
      seconds: (hub.now() - this.#since) / 1000,
      received: this.#received,
      sent: this.outbox.sent,
      dropped: this.#rates.refused + this.outbox.dropped,
    });
  }

  #accept(parsed: Parsed): void {
    if (this.#state.state === "leaving") {
      const ref = parsed.ok ? parsed.message.ref : parsed.refusal.ref;
      return this.#requests.accept({ ok: false, refusal: goingDown(ref) });
    }
    const admitted = this.#admit(parsed);
    if (!admitted) return;
    if (admitted.ok) this.#note(admitted.message);
    this.#requests.accept(admitted);
  }

  #note(message: ClientMessage): void {
    if (message.type === "join") this.#visited.add(message.room);
    if (message.type !== "pong") return;
    const tookMs = this.#heartbeat?.answered(message.ts, this.hub.now());
    if (tookMs !== undefined) this.hub.counts.roundTripSeconds.observe(tookMs / 1000);
  }

  /** The message if its rate allows it, the refusal that stands in for it, or nothing (W13.3). */
  #admit(parsed: Parsed): Parsed | undefined {
    const type = parsed.ok ? parsed.message.type : "error";
    const now = this.hub.now();
    if (this.#closeIfExpired(now)) return undefined;
    const retryAfterMs = this.#rates.take(type, now);
    if (retryAfterMs === 0) return parsed;
    this.#closeIfFlooded();
    if (Rates.isDropped(type)) return undefined;
    const ref = parsed.ok ? parsed.message.ref : parsed.refusal.ref;
    return { ok: false, refusal: tooFast(retryAfterMs, ref) };
  }

  /** Whether the credential has ended, which the next sweep would see too (W8.4). */
  #closeIfExpired(now: number): boolean {
    if (now < (this.identity.expires ?? Infinity)) return false;
    this.close(CLOSE.expired);
    return true;
  }

  #closeIfFlooded(): void {
    if (this.#rates.isFlooded) this.close(CLOSE.rateLimited);
  }

  #isTooBig(frame: string): boolean {
    const limit = this.hub.settings.limits.messageBytes;
    return frame.length * 3 > limit && utf8Length(frame) > limit;
  }

  /** Leaves everything that is shared. */
  #part(goneAt: number | undefined): void {
    for (const room of this.rooms.values()) room.leave(this, goneAt);
    this.rooms.clear();
    this.hub.names.release(this.uid);
    this.hub.online.remove(this);
    this.hub.allowances.release(this.uid);
    this.#requests.clear();
    this.outbox.close();
  }

  #send(message: ServerMessage): void {
    this.outbox.push(Batch.of(encode(message)), "entry");
  }

  #enter(next: State): void {
    if (!TRANSITIONS[this.#state.state].includes(next.state)) {
      return this.hub.fault(new Error(`session went from ${this.#state.state} to ${next.state}`));
    }
    this.#state = next;
  }
}
