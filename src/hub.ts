// Everything that is shared: rooms, connected users, the commit, the sweep and the way down.
// Knows sessions only as things to sweep and to send home.
import { Allowances } from "./allowance.ts";
import type { Audited } from "./audited.ts";
import type { Bus } from "./bus.ts";
import type { Close } from "./close.ts";
import { GroupCommit } from "./commit.ts";
import type { Counts } from "./counts.ts";
import { Flusher, type Scheduler } from "./flusher.ts";
import type { Identity } from "./identity.ts";
import { Instances } from "./instances/instances.ts";
import { Live } from "./live.ts";
import { Marks } from "./marks.ts";
import { Names } from "./names.ts";
import { Online } from "./online.ts";
import { OpenRooms } from "./open_rooms.ts";
import type { Limits, Refusal, RoomName, UserId } from "./protocol.ts";
import { type JoinPolicy, Rights } from "./rights.ts";
import type { Occupant, Room } from "./room.ts";
import { EVERYWHERE, Sanctions } from "./sanctions.ts";
import type { Store, StoreError } from "./store/store.ts";

export type { Audited };

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
  /** To the other instances of this chat, where there may be some. */
  bus?: Bus | undefined;
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
  /** The other instances of this chat, where there may be some (W21). */
  readonly instances: Instances | undefined;
  readonly names: Names;
  readonly online: Online<Person>;
  readonly sanctions: Sanctions;
  readonly marks: Marks;
  readonly allowances: Allowances;
  readonly flusher: Flusher;
  readonly sessions = new Set<Guest>();
  readonly live: Live<Guest>;
  listener: Listener | undefined;
  readonly #parts: HubParts;
  readonly #commit: GroupCommit;
  /** What everybody may do whose credential names no rooms. */
  readonly #publicRights: Rights;
  readonly #open: OpenRooms;
  #isDraining = false;

  constructor(parts: HubParts) {
    this.settings = parts.settings;
    this.store = parts.store;
    this.counts = parts.counts;
    this.#parts = parts;
    const { bus } = parts;
    const instances = this.instances = bus && new Instances(this, bus, parts.scheduler);
    this.names = new Names(instances);
    this.online = new Online(instances && ((uid) => instances.changed(uid)));
    this.live = new Live(this.sessions, instances);
    this.sanctions = new Sanctions(parts.store, instances);
    this.marks = new Marks(parts.store.marks);
    this.allowances = new Allowances(parts.settings.limits, instances);
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
    this.#open = new OpenRooms({
      hub: this,
      commit: this.#commit,
      parts,
      lost: (room) => this.#lose(room),
    });
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get rooms(): ReadonlyMap<RoomName, Room> {
    return this.#open.all;
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

  /** Users who are in a room now. */
  countIn(room: RoomName): number {
    return this.rooms.get(room)?.presence.count ?? this.instances?.countIn(room) ?? 0;
  }

  /** A read of the store failed. */
  storeFailed(error: StoreError): void {
    this.#parts.storeTried(error);
  }

  /** The room, opened if nobody is in it yet; undefined when there are too many (W5.6). */
  openRoom(name: RoomName): Promise<Room | undefined> {
    return this.#open.open(name);
  }

  /** The room if it is open, or being opened: then it is waited for. */
  findRoom(name: RoomName): Promise<Room | undefined> {
    return this.#open.find(name);
  }

  /** A log lost its oldest entries: `first` is the oldest kept. A room may be opened just now. */
  async cut(name: RoomName, first: number): Promise<void> {
    (await this.findRoom(name))?.told({ first });
  }

  /** Looks at every deadline. */
  sweep(): void {
    const now = this.now();
    for (const session of this.sessions) session.sweep(now);
    this.#open.sweep(now);
    this.allowances.sweep(now);
    this.sanctions.sweep(now);
    this.instances?.sweep(now);
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

  /** Its members come back, and are told of it. */
  #lose(room: Room): void {
    for (const session of this.sessions) {
      if ("rooms" in session && (session as Person).rooms.get(room.name) === room) {
        session.drain(this.comeBackMs());
      }
    }
  }
}
