// Everything that is shared: rooms, connected users, the commit, the sweep and the way down.
// Knows sessions only as things to sweep and to send home.
import { Allowances } from "./allowance.ts";
import { CLOSE, type Close } from "./close.ts";
import { GroupCommit } from "./commit.ts";
import type { Counts } from "./counts.ts";
import { partiesOf } from "./direct_name.ts";
import { Flusher, type Scheduler } from "./flusher.ts";
import type { Identity } from "./identity.ts";
import { MAX_LATELY } from "./lately.ts";
import { Marks } from "./marks.ts";
import { Names } from "./names.ts";
import { Online } from "./online.ts";
import type { Limits, Refusal, RoomName, UserId } from "./protocol.ts";
import { type JoinPolicy, Rights } from "./rights.ts";
import { type Occupant, Room } from "./room.ts";
import { EVERYWHERE, Sanctions } from "./sanctions.ts";
import type { Store, StoreError } from "./store/store.ts";

/** How often deadlines are looked at, in milliseconds. */
export const SWEEP_MS = 250;

/** What the core needs of the configuration. */
export interface HubSettings {
  limits: Limits;
  version: string;
  /** Rooms that are always listed. */
  rooms: readonly RoomName[];
  joinPolicy: JoinPolicy;
  maxRooms: number;
  maxRoomMembers: number;
  outboxBytes: number;
  heartbeatMs: number;
  heartbeatGraceMs: number;
  presenceGraceMs: number;
}

/** What the hub needs of a session. */
export interface Guest {
  readonly identity: Identity;
  /** Where it came from. */
  readonly address: string;
  /** It is one request over HTTP, of which no line in the log tells. */
  readonly isRequest?: true;
  /** What waits for it. */
  readonly outbox: { readonly bytes: number };
  close(close: Close): void;
  sweep(now: number): void;
  /** The server goes down: say when to come back, flush, close (W13.2). */
  drain(reconnectAfterMs: number): void;
}

/** A connection that is in rooms, wherever it is. */
export interface Person extends Guest, Occupant {
  /** The rooms it is in, those whose `joined` is being made included. */
  readonly rooms: ReadonlyMap<RoomName, Room>;
  /** Its user goes by another name. */
  rename(user: string): void;
}

/**
 * What somebody did who may more than others: to a user, to a user's message (`of`), or to a room.
 * `until`: ms since 1970; null: for good; 0: it was ended. Never what was said.
 */
export interface Audited {
  action:
    | "kick"
    | "mute"
    | "ban"
    | "delete"
    | "topic"
    | "revoke"
    | "retract"
    | "export"
    | "system"
    | "hook"
    | "unhook";
  by: UserId;
  /** Where `by` asked from, over HTTP: there no line of a connection says it. */
  address?: string;
  uid?: UserId;
  of?: number;
  /** Without it: everywhere. */
  room?: RoomName;
  until?: number | null;
}

/** A message that was just kept. */
export interface Heard {
  room: RoomName;
  seq: number;
  uid: UserId;
  user: string;
  text: string;
}

/** Hears what people do, and may answer (W20). */
export interface Listener {
  /** Somebody joined a room anew, and has the `joined`. */
  came(who: Occupant, room: Room): void;
  heard(message: Heard): void;
}

export interface HubParts {
  settings: HubSettings;
  store: Store;
  scheduler: Scheduler;
  counts: Counts;
  now(): number;
  random(): number;
  makeEpoch(): string;
  /** Whose a credential is, or why that can't be told, or is nobody. */
  authenticate(credential: string, address: string): Promise<Identity | Refusal>;
  /** Hears of everything that moderators do. */
  audit(event: Audited): void;
  /** Hears of every commit, and of every read that failed: the error, or undefined. */
  storeTried(error: unknown): void;
  /** Hears of a bug: something threw that must not. */
  fault(error: unknown): void;
}

export class Hub {
  readonly settings: HubSettings;
  readonly store: Store;
  readonly counts: Counts;
  readonly names = new Names();
  readonly online = new Online<Person>();
  readonly sanctions: Sanctions;
  readonly marks: Marks;
  readonly allowances: Allowances;
  readonly flusher: Flusher;
  readonly sessions = new Set<Guest>();
  listener: Listener | undefined;
  readonly #parts: HubParts;
  readonly #commit: GroupCommit;
  /** What everybody may do whose credential names no rooms. */
  readonly #publicRights: Rights;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #opening = new Map<RoomName, Promise<Room>>();
  /** Rooms that were idle at the last sweep: one that was just opened is not let go of. */
  #idle = new Set<Room>();
  #isDraining = false;

  constructor(parts: HubParts) {
    this.settings = parts.settings;
    this.store = parts.store;
    this.counts = parts.counts;
    this.#parts = parts;
    this.sanctions = new Sanctions(parts.store);
    this.marks = new Marks(parts.store.marks);
    this.allowances = new Allowances(parts.settings.limits);
    this.#publicRights = new Rights({}, parts.settings);
    this.flusher = new Flusher(parts.scheduler, () => this.#commit.flushed());
    this.#commit = new GroupCommit({
      store: parts.store,
      scheduler: parts.scheduler,
      outboxes: this.flusher,
      maxBytes: parts.settings.outboxBytes / 4,
      counts: parts.counts,
      tried: parts.storeTried,
      fault: parts.fault,
    });
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get rooms(): ReadonlyMap<RoomName, Room> {
    return this.#rooms;
  }

  now(): number {
    return this.#parts.now();
  }

  fault(error: unknown): void {
    this.#parts.fault(error);
  }

  authenticate(credential: string, address: string): Promise<Identity | Refusal> {
    return this.#parts.authenticate(credential, address);
  }

  audit(event: Audited): void {
    this.#parts.audit(event);
  }

  rightsOf(identity: Identity): Rights {
    const isPublic = identity.grants === undefined && !identity.isAdmin;
    return isPublic ? this.#publicRights : new Rights(identity, this.settings);
  }

  /** Whether everybody may read there whose credential names no rooms. */
  isPublic(room: RoomName): boolean {
    return this.#publicRights.may("read", room);
  }

  /** Whether somebody who comes from there may not be let in (W10.8). */
  isBanned(identity: Identity, address: string, now: number): boolean {
    return this.sanctions.bannedUntil(EVERYWHERE, identity, address, now) > 0;
  }

  /** The connections of a user. */
  connectionsOf(uid: UserId): Guest[] {
    return [...this.sessions].filter(({ identity }) => identity.uid === uid);
  }

  /** Voids what the user was given before a time, in milliseconds since 1970. */
  revoke(uid: UserId, before: number): void {
    for (const connection of this.connectionsOf(uid)) {
      if ((connection.identity.issuedAt ?? 0) < before) connection.close(CLOSE.expired);
    }
  }

  /** Ends the connections of a signed-in session, by the hash of its id. */
  signOut(signIn: string): void {
    for (const connection of [...this.sessions]) {
      if (connection.identity.signIn === signIn) connection.close(CLOSE.expired);
    }
  }

  /** A read of the store failed. */
  storeFailed(error: StoreError): void {
    this.#parts.storeTried(error);
  }

  /** The room, opened if nobody is in it yet; undefined when there are too many (W5.6). */
  async openRoom(name: RoomName): Promise<Room | undefined> {
    const open = this.#rooms.get(name);
    if (open) return open;
    const opening = this.#opening.get(name);
    if (opening) return await opening;
    if (this.#rooms.size + this.#opening.size >= this.settings.maxRooms) return undefined;
    const loading = this.#load(name);
    this.#opening.set(name, loading);
    return await loading;
  }

  /** Looks at every deadline. */
  sweep(): void {
    const now = this.now();
    for (const session of this.sessions) session.sweep(now);
    const idle = new Set<Room>();
    for (const [name, room] of this.#rooms) {
      room.sweep(now);
      if (!room.isIdle) continue;
      if (this.#idle.has(room)) this.#rooms.delete(name);
      else idle.add(room);
    }
    this.#idle = idle;
    this.allowances.sweep(now);
    this.sanctions.sweep(now);
    this.marks.sweep(now).catch((error) => this.#parts.storeTried(error));
  }

  /** Sends every session home, each with a time of its own to come back (W13.2). */
  drain(): void {
    this.#isDraining = true;
    for (const session of this.sessions) session.drain(this.comeBackMs());
  }

  /** When a client that is sent home should come back, spread over the more time the more there are. */
  comeBackMs(): number {
    const longest = Math.max(2000, Math.min(30_000, this.sessions.size));
    return Math.round(500 + this.#parts.random() * (longest - 500));
  }

  /** Whether nobody is connected and nothing waits to be stored. */
  get isIdle(): boolean {
    return this.#commit.isIdle && this.sessions.size === 0;
  }

  async #load(name: RoomName): Promise<Room> {
    try {
      const known = await this.store.head(name);
      const readers = known ? await this.store.marks.readers(name, MAX_LATELY) : [];
      const head = known ?? { epoch: this.#parts.makeEpoch(), seq: 0, first: 1, topic: "" };
      const parties = partiesOf(name);
      const audience = parties && (() => parties.flatMap((uid) => this.online.of(uid)));
      const room = new Room(name, head, this.#commit, this.settings.outboxBytes, audience);
      for (const { uid, user } of readers.reverse()) room.presence.lately.add(uid, user);
      this.#rooms.set(name, room);
      return room;
    } finally {
      this.#opening.delete(name);
    }
  }
}
