// Everything that is shared: rooms, connected users, the commit, the sweep and the way down.
// Knows sessions only as things to sweep and to send home.
import { GroupCommit } from "./commit.ts";
import { Flusher, type Scheduler } from "./flusher.ts";
import { Names } from "./names.ts";
import type { Limits, RoomName } from "./protocol.ts";
import { Room } from "./room.ts";
import type { Store, StoreError } from "./store/store.ts";

/** How often deadlines are looked at, in milliseconds. */
export const SWEEP_MS = 250;

/** What the core needs of the configuration. */
export interface HubSettings {
  limits: Limits;
  version: string;
  /** Rooms that are always listed. */
  rooms: readonly RoomName[];
  maxRooms: number;
  maxRoomMembers: number;
  outboxBytes: number;
  heartbeatMs: number;
  heartbeatGraceMs: number;
  presenceGraceMs: number;
}

/** What the hub needs of a session. */
export interface Guest {
  sweep(now: number): void;
  /** The server goes down: say when to come back, flush, close (W13.2). */
  drain(reconnectAfterMs: number): void;
}

export interface HubParts {
  settings: HubSettings;
  store: Store;
  scheduler: Scheduler;
  now(): number;
  random(): number;
  makeEpoch(): string;
  /** Hears of every commit, and of every read that failed: the error, or undefined. */
  storeTried(error: unknown): void;
  /** Hears of a bug: something threw that must not. */
  fault(error: unknown): void;
}

export class Hub {
  readonly settings: HubSettings;
  readonly store: Store;
  readonly names = new Names();
  readonly flusher: Flusher;
  readonly sessions = new Set<Guest>();
  readonly #parts: HubParts;
  readonly #commit: GroupCommit;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #opening = new Map<RoomName, Promise<Room>>();
  /** Rooms that were idle at the last sweep: one that was just opened is not let go of. */
  #idle = new Set<Room>();
  #isDraining = false;

  constructor(parts: HubParts) {
    this.settings = parts.settings;
    this.store = parts.store;
    this.#parts = parts;
    this.flusher = new Flusher(parts.scheduler, () => this.#commit.flushed());
    this.#commit = new GroupCommit({
      store: parts.store,
      scheduler: parts.scheduler,
      outboxes: this.flusher,
      maxBytes: parts.settings.outboxBytes / 4,
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
      const head = await this.store.head(name) ??
        { epoch: this.#parts.makeEpoch(), seq: 0, first: 1, topic: "" };
      const room = new Room(name, head, this.#commit, this.settings.outboxBytes);
      this.#rooms.set(name, room);
      return room;
    } finally {
      this.#opening.delete(name);
    }
  }
}
