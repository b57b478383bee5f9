// What the other instances are to hear of the people here: collected during a turn of the loop, each
// thing once, as it is when it is told.
import type { Hub } from "../hub.ts";
import type { RoomName, UserId } from "../protocol.ts";
import type { Changes } from "./bus_message.ts";

/** Where somebody is in a room, or since when their last connection is lost or gone. */
type Place = { moderates: boolean } | { goneAt: number | undefined };

export class News {
  readonly #hub: Hub;
  #users = new Set<UserId>();
  #places = new Map<RoomName, Map<UserId, Place>>();
  #spenders = new Map<UserId, boolean>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  get isEmpty(): boolean {
    return this.#users.size + this.#places.size + this.#spenders.size === 0;
  }

  /** Who came, went, or is called otherwise. */
  get users(): Iterable<UserId> {
    return this.#users;
  }

  /** Somebody came, went, or is called otherwise. */
  user(uid: UserId): void {
    this.#users.add(uid);
  }

  place(room: RoomName, uid: UserId, place: Place): void {
    let users = this.#places.get(room);
    if (!users) this.#places.set(room, users = new Map());
    users.set(uid, place);
  }

  /** Somebody's allowance is drawn on here, or not any more. */
  spends(uid: UserId, isOn: boolean): void {
    this.#spenders.set(uid, isOn);
  }

  /** What changed since the last call. */
  take(): Changes {
    const changes = nothing();
    for (const uid of this.#users) this.#tellUser(uid, changes);
    const now = this.#hub.now();
    for (const [room, users] of this.#places) {
      for (const [uid, place] of users) {
        if ("moderates" in place) changes.in.push([room, uid, place.moderates]);
        else {
          const { goneAt } = place;
          const graceMs = goneAt === undefined ? null : Math.max(0, Math.ceil(goneAt - now));
          changes.out.push([room, uid, graceMs]);
        }
      }
    }
    for (const [uid, isOn] of this.#spenders) (isOn ? changes.spends : changes.spent).push(uid);
    this.#users = new Set();
    this.#places = new Map();
    this.#spenders = new Map();
    return changes;
  }

  /** All there is to tell. */
  whole(): Changes {
    const hub = this.#hub;
    const changes = nothing();
    for (const uid of hub.online.users) this.#tellUser(uid, changes);
    for (const room of hub.rooms.values()) {
      for (const one of room.occupants) {
        changes.in.push([room.name, one.uid, one.may("moderate", room.name)]);
      }
    }
    changes.spends.push(...hub.allowances.users);
    return changes;
  }

  #tellUser(uid: UserId, changes: Changes): void {
    const { online, names } = this.#hub;
    const connections = online.of(uid);
    const [first] = connections;
    if (!first) return void changes.gone.push(uid);
    const isAdmin = connections.some(({ identity }) => identity.isAdmin);
    changes.here.push([uid, first.user, names.since(uid), isAdmin]);
  }
}

function nothing(): Changes {
  return { here: [], gone: [], in: [], out: [], spends: [], spent: [] };
}
