// Who is in a room: users, their connections, and what changed since it was last told (W9).
// Pure: knows neither sockets nor the clock.
import { Lately } from "./lately.ts";
import type { Member, UserId } from "./protocol.ts";

interface Present {
  user: string;
  /** Connections here, and other instances where the user has some (W21). */
  here: number;
  elsewhere: number;
  moderates: boolean;
  /** When somebody whose last connection was lost counts as gone; absolute, in milliseconds. */
  goneAt: number | undefined;
  /** How far the user has read; undefined: not asked yet. */
  readTo?: number;
}

export interface Change {
  joined: Member[];
  left: Member[];
}

/** Somebody who goes by another name. */
export interface Renamed extends Member {
  was: string;
}

export class Presence {
  /** Who was here and is not any more. */
  readonly lately = new Lately();
  readonly #users = new Map<UserId, Present>();
  /** Those who differ from what was last told → the name told then, if they were here. */
  #changed = new Map<UserId, string | undefined>();
  /** Those who go by another name than was last told → the name told then. */
  #renamed = new Map<UserId, string>();
  #inGrace = 0;
  /** Uids in order, since somebody asked and until somebody comes or goes: many ask at once. */
  #sorted: UserId[] | undefined;

  /** Users in the room, those in their grace included. */
  get count(): number {
    return this.#users.size;
  }

  /** Whether somebody is in their grace. */
  get isAwaiting(): boolean {
    return this.#inGrace > 0;
  }

  get isChanged(): boolean {
    return this.#changed.size > 0 || this.#renamed.size > 0;
  }

  has(uid: UserId): boolean {
    return this.#users.has(uid);
  }

  /** Whether a connection of the user is in the room on this instance. */
  isHere(uid: UserId): boolean {
    return (this.#users.get(uid)?.here ?? 0) > 0;
  }

  /** How far a user who is here has read; 0: unknown. */
  readTo(uid: UserId): number {
    return this.#users.get(uid)?.readTo ?? 0;
  }

  /** A user who is here has read so far. False: that was known already, or they are elsewhere alone. */
  raise(uid: UserId, readTo: number): boolean {
    const present = this.#users.get(uid);
    if (!present?.here || readTo <= (present.readTo ?? 0)) return false;
    present.readTo = readTo;
    return true;
  }

  /** A connection of the user came in. */
  enter(uid: UserId, user: string, moderates = false): void {
    this.#come(uid, user, moderates, "here");
  }

  /** Another instance has the user in the room. */
  arrive(uid: UserId, user: string, moderates: boolean): void {
    this.#come(uid, user, moderates, "elsewhere");
  }

  /** Somebody who is here goes by another name. */
  rename(uid: UserId, user: string): void {
    const present = this.#users.get(uid);
    if (!present || present.user === user) return;
    const before = present.user;
    present.user = user;
    // Who was not told of yet, or is to be told of anew, will be by the new name.
    if (this.#changed.has(uid)) return this.#note(uid, before);
    const told = this.#renamed.get(uid) ?? before;
    if (told === user) this.#renamed.delete(uid);
    else this.#renamed.set(uid, told);
  }

  /**
   * A connection of the user went; the last one leaves at once, or at `goneAt` if that is given.
   * Returns whether it was the last one here.
   */
  exit(uid: UserId, goneAt?: number): boolean {
    const present = this.#users.get(uid)!;
    present.here--;
    forgetRead(present);
    this.#gone(uid, present, goneAt);
    return present.here === 0;
  }

  /** Another instance has the user in the room no more; else as `exit`. */
  depart(uid: UserId, goneAt?: number): void {
    const present = this.#users.get(uid)!;
    present.elsewhere--;
    this.#gone(uid, present, goneAt);
  }

  /** Nobody waits any more for a user who is in their grace. */
  endGrace(uid: UserId): void {
    const present = this.#users.get(uid);
    if (present?.goneAt !== undefined) present.goneAt = -Infinity;
  }

  /** Lets go of those whose grace has ended. */
  sweep(now: number): void {
    if (this.#inGrace === 0) return;
    for (const [uid, present] of this.#users) {
      if (present.goneAt === undefined || now < present.goneAt) continue;
      this.#inGrace--;
      this.#remove(uid, present);
    }
  }

  /** What changed since the last call. Somebody who left and came back in between did neither. */
  takeChange(): Change {
    const change: Change = { joined: [], left: [] };
    for (const [uid, told] of this.#changed) {
      const present = this.#users.get(uid);
      if (present) change.joined.push(memberOf(uid, present));
      else change.left.push({ uid, user: told! });
    }
    this.#changed = new Map();
    return change;
  }

  /** Who goes by another name than at the last call. */
  takeRenamed(): Renamed[] {
    const renamed = [...this.#renamed].map(([uid, was]) => {
      return { uid, user: this.#users.get(uid)!.user, was };
    });
    this.#renamed = new Map();
    return renamed;
  }

  /** The first `limit` users, oldest member first. */
  first(limit: number): Member[] {
    const members: Member[] = [];
    for (const [uid, present] of this.#users) {
      if (members.length === limit) break;
      members.push(memberOf(uid, present));
    }
    return members;
  }

  /** A page of users ordered by uid, after the uid `after`. */
  page(after: UserId | undefined, limit: number): { members: Member[]; more: boolean } {
    this.#sorted ??= [...this.#users.keys()].sort();
    const from = after === undefined ? 0 : this.#sorted.findIndex((uid) => uid > after);
    const rest = from === -1 ? [] : this.#sorted.slice(from, from + limit + 1);
    const members = rest.slice(0, limit).map((uid) => memberOf(uid, this.#users.get(uid)!));
    return { members, more: rest.length > limit };
  }

  #come(uid: UserId, user: string, moderates: boolean, where: "here" | "elsewhere"): void {
    const present = this.#users.get(uid);
    if (!present) {
      const fresh = { user, here: 0, elsewhere: 0, moderates, goneAt: undefined };
      fresh[where]++;
      this.#users.set(uid, fresh);
      this.#sorted = undefined;
      this.lately.remove(uid);
      return this.#note(uid, undefined);
    }
    present[where]++;
    forgetRead(present);
    present.moderates = moderates;
    if (present.goneAt === undefined) return;
    present.goneAt = undefined;
    this.#inGrace--;
    // The name may have been given to somebody else meanwhile.
    const before = present.user;
    present.user = user;
    this.#note(uid, before);
  }

  #gone(uid: UserId, present: Present, goneAt: number | undefined): void {
    if (present.here + present.elsewhere > 0) return;
    if (goneAt === undefined) return this.#remove(uid, present);
    present.goneAt = goneAt;
    this.#inGrace++;
  }

  #remove(uid: UserId, present: Present): void {
    this.#users.delete(uid);
    this.#sorted = undefined;
    this.lately.add(uid, present.user);
    this.#note(uid, present.user);
  }

  /** Whether the user is here, or under which name, may have changed from `before`. */
  #note(uid: UserId, before: string | undefined): void {
    const last = this.#renamed.get(uid) ?? before;
    this.#renamed.delete(uid);
    const told = this.#changed.has(uid) ? this.#changed.get(uid) : last;
    if (told === this.#users.get(uid)?.user) this.#changed.delete(uid);
    else this.#changed.set(uid, told);
  }
}

/** What is read on other instances alone is not told here. */
function forgetRead(present: Present): void {
  if (present.here === 0 && present.elsewhere > 0) delete present.readTo;
}

function memberOf(uid: UserId, { user, moderates }: Present): Member {
  return { uid, user, ...(moderates && { moderates }) };
}
