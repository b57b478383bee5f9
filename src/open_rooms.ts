// The rooms that are open here: opened with what the store, other processes and other instances know
// of them, and let go of when nobody needs them.
import type { GroupCommit } from "./commit.ts";
import { partiesOf } from "./direct_name.ts";
import { Follower, type FollowerParts } from "./follower.ts";
import type { Hub } from "./hub.ts";
import { MAX_LATELY } from "./lately.ts";
import type { RoomName } from "./protocol.ts";
import { Room } from "./room.ts";

export interface OpenRoomsOptions {
  hub: Hub;
  commit: GroupCommit;
  parts: FollowerParts & { makeEpoch(): string };
  /** Its members were given what the log does not hold (W5.4): they have to start over. */
  lost(room: Room): void;
}

export class OpenRooms {
  readonly #options: OpenRoomsOptions;
  readonly #rooms = new Map<RoomName, Room>();
  readonly #opening = new Map<RoomName, Promise<Room>>();
  /** Rooms that were idle at the last sweep: one that was just opened is not let go of. */
  #idle = new Set<Room>();

  constructor(options: OpenRoomsOptions) {
    this.#options = options;
  }

  get all(): ReadonlyMap<RoomName, Room> {
    return this.#rooms;
  }

  /** The room, opened if nobody is in it yet; undefined when there are too many (W5.6). */
  async open(name: RoomName): Promise<Room | undefined> {
    const open = this.#rooms.get(name) ?? this.#opening.get(name);
    if (open) return await open;
    const { maxRooms } = this.#options.hub.settings;
    if (this.#rooms.size + this.#opening.size >= maxRooms) return undefined;
    const loading = this.#load(name);
    this.#opening.set(name, loading);
    return await loading;
  }

  /** The room if it is open, or being opened: then it is waited for. */
  async find(name: RoomName): Promise<Room | undefined> {
    return this.#rooms.get(name) ?? await this.#opening.get(name)?.catch(() => undefined);
  }

  sweep(now: number): void {
    const idle = new Set<Room>();
    for (const [name, room] of this.#rooms) {
      room.sweep(now);
      if (!room.isIdle) continue;
      if (this.#idle.has(room)) this.#close(name);
      else idle.add(room);
    }
    this.#idle = idle;
  }

  async #load(name: RoomName): Promise<Room> {
    const { hub, commit, parts } = this.#options;
    const { store, online, instances } = hub;
    const { feed } = store;
    const follower = feed && new Follower(name, parts);
    try {
      const known = await (follower ? feed.follow(name, follower) : store.head(name));
      const readers = known ? await store.marks.readers(name, MAX_LATELY) : [];
      const head = known ?? { epoch: parts.makeEpoch(), seq: 0, first: 1, topic: "" };
      const parties = partiesOf(name);
      const audience = parties && (() => parties.flatMap((uid) => online.of(uid)));
      const { outboxBytes } = hub.settings;
      const room = new Room(name, head, commit, outboxBytes, audience, follower, instances);
      for (const { uid, user } of readers.reverse()) room.presence.lately.add(uid, user);
      instances?.fill(room);
      this.#rooms.set(name, room);
      follower?.begin(head, {
        isWaiting: () => room.isWaiting,
        flow: () => commit.flow(room),
        lost: () => this.#lose(room),
        told: (head) => room.told(head),
      });
      return room;
    } catch (error) {
      feed?.unfollow(name);
      throw error;
    } finally {
      this.#opening.delete(name);
    }
  }

  #lose(room: Room): void {
    if (this.#rooms.get(room.name) !== room) return;
    this.#close(room.name);
    this.#options.lost(room);
  }

  #close(name: RoomName): void {
    this.#rooms.delete(name);
    this.#options.hub.store.feed?.unfollow(name);
  }
}
