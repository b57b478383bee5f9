// Who is in a room: users, their connections, and what changed since it was last told (W9).
// Pure: knows neither sockets nor the clock.
import type { Member, UserId } from "./protocol.ts";

interface Present {
  user: string;
  connections: number;
  /** When somebody whose last connection was lost counts as gone; absolute, in milliseconds. */
  goneAt: number | undefined;
}

export interface Change {
  joined: Member[];
  left: Member[];
}

export class Presence {
  readonly #users = new Map<UserId, Present>();
  /** Those who differ from what was last told → the name told then, if they were here. */
  #changed = new Map<UserId, string | undefined>();
  #inGrace = 0;

  /** Users in the room, those in their grace included. */
  get count(): number {
    return this.#users.size;
  }

  get isChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** A connection of the user came in. */
  enter(uid: UserId, user: string): void {
    const present = this.#users.get(uid);
    if (!present) {
      this.#users.set(uid, { user, connections: 1, goneAt: undefined });
      return this.#note(uid, undefined);
    }
    present.connections++;
    if (present.goneAt === undefined) return;
    present.goneAt = undefined;
    this.#inGrace--;
    // The name may have been given to somebody else meanwhile.
    const before = present.user;
    present.user = user;
    this.#note(uid, before);
  }

  /** A connection of the user went; the last one leaves at once, or at `goneAt` if that is given. */
  exit(uid: UserId, goneAt?: number): void {
    const present = this.#users.get(uid)!;
    present.connections--;
    if (present.connections > 0) return;
    if (goneAt === undefined) return this.#remove(uid, present);
    present.goneAt = goneAt;
    this.#inGrace++;
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
      const user = this.#users.get(uid)?.user;
      if (user !== undefined) change.joined.push({ uid, user });
      else change.left.push({ uid, user: told! });
    }
    this.#changed = new Map();
    return change;
  }

  /** The first `limit` users, oldest member first. */
  first(limit: number): Member[] {
    const members: Member[] = [];
    for (const [uid, { user }] of this.#users) {
      if (members.length === limit) break;
      members.push({ uid, user });
    }
    return members;
  }

  /** A page of users ordered by uid, after the uid `after`. */
  page(after: UserId | undefined, limit: number): { members: Member[]; more: boolean } {
    const rest = [...this.#users.keys()].filter((uid) => after === undefined || uid > after).sort();
    const members = rest.slice(0, limit).map((uid) => ({ uid, user: this.#users.get(uid)!.user }));
    return { members, more: rest.length > limit };
  }

  #remove(uid: UserId, present: Present): void {
    this.#users.delete(uid);
    this.#note(uid, present.user);
  }

  /** Whether the user is here, or under which name, may have changed from `before`. */
  #note(uid: UserId, before: string | undefined): void {
    const told = this.#changed.has(uid) ? this.#changed.get(uid) : before;
    if (told === this.#users.get(uid)?.user) this.#changed.delete(uid);
    else this.#changed.set(uid, told);
  }
}
