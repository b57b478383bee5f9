// Who is on one other instance, and in which rooms: a copy of what that instance tells.
import { fold } from "../names.ts";
import type { RoomName, UserId } from "../protocol.ts";

/** A user as their instance tells of them. */
export interface Known {
  user: string;
  /** Since when they have this name, in milliseconds since 1970. */
  since: number;
  isAdmin: boolean;
}

/** Whether of two names that a user has on different instances this one holds: the later one. */
export function isLater(name: Omit<Known, "isAdmin">, other: Omit<Known, "isAdmin">): boolean {
  return name.since > other.since || (name.since === other.since && name.user < other.user);
}

export class Roster {
  /** How far its instance was heard; -1: its state has not come yet. */
  seq = -1;
  /** How far its instance says that it is. */
  toldSeq = 0;
  /** When it was heard last, and asked for its state, in milliseconds. */
  heardAt: number;
  askedAt = -Infinity;
  /** Each room's users, and whether they moderate it. */
  readonly rooms = new Map<RoomName, Map<UserId, boolean>>();
  /** Users whose allowance is drawn on there. */
  readonly spenders = new Set<UserId>();
  readonly #users = new Map<UserId, Known>();
  /** By folded name. */
  readonly #names = new Map<string, readonly UserId[]>();

  constructor(now: number) {
    this.heardAt = now;
  }

  /** Whether something is missing. */
  get isBehind(): boolean {
    return this.seq < this.toldSeq;
  }

  /** Nothing up to there is missing. */
  reach(seq: number): void {
    this.seq = seq;
    this.toldSeq = Math.max(this.toldSeq, seq);
  }

  get users(): ReadonlyMap<UserId, Known> {
    return this.#users;
  }

  find(folded: string): readonly UserId[] {
    return this.#names.get(folded) ?? [];
  }

  put(uid: UserId, known: Known): void {
    this.drop(uid);
    this.#users.set(uid, known);
    const key = fold(known.user);
    this.#names.set(key, [...this.find(key), uid]);
  }

  drop(uid: UserId): void {
    const known = this.#users.get(uid);
    if (!known) return;
    this.#users.delete(uid);
    const key = fold(known.user);
    const others = this.find(key).filter((one) => one !== uid);
    if (others.length > 0) this.#names.set(key, others);
    else this.#names.delete(key);
  }

  has(room: RoomName, uid: UserId): boolean {
    return this.rooms.get(room)?.has(uid) === true;
  }

  enter(room: RoomName, uid: UserId, moderates: boolean): void {
    let users = this.rooms.get(room);
    if (!users) this.rooms.set(room, users = new Map());
    users.set(uid, moderates);
  }

  leave(room: RoomName, uid: UserId): void {
    const users = this.rooms.get(room);
    users?.delete(uid);
    if (users?.size === 0) this.rooms.delete(room);
  }
}
