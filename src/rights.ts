// What a connection may do in which room (W10.3): its credential's grants, or what the policy makes
// public. Pure: knows neither who is where nor what is said.
import { isDirect } from "./direct_name.ts";
import type { Grant, Identity } from "./identity.ts";
import type { Permission, RoomName } from "./protocol.ts";

/** Which rooms are public: all of them, those of `ROOMS`, or none. */
export type JoinPolicy = "open" | "listed" | "token";

export interface PublicRooms {
  joinPolicy: JoinPolicy;
  /** Those of `ROOMS`. */
  rooms: readonly RoomName[];
}

const RANK: Record<Permission, number> = { read: 1, write: 2, moderate: 3 };

/** What may be done in one room: everything up to a rank, with what was said from a time on. */
interface Right {
  rank: number;
  from: number;
}

const NOTHING: Right = { rank: 0, from: 0 };
const TALK: Right = { rank: RANK.write, from: 0 };
const EVERYTHING: Right = { rank: RANK.moderate, from: 0 };

/** Rooms whose right is remembered; a client may ask for any number of them. */
const MAX_KNOWN = 1000;

export class Rights {
  readonly isAdmin: boolean;
  readonly #grants: readonly Grant[] | undefined;
  readonly #public: PublicRooms;
  readonly #known = new Map<RoomName, Right>();

  constructor(
    { grants, isAdmin = false }: Pick<Identity, "grants" | "isAdmin">,
    rooms: PublicRooms,
  ) {
    this.isAdmin = isAdmin;
    this.#grants = grants;
    this.#public = rooms;
  }

  /** Whether there is no room that it may not read. */
  get seesAll(): boolean {
    return this.isAdmin || (!this.#grants && this.#public.joinPolicy === "open");
  }

  /** Nothing in a direct conversation: that is for its two users alone (W10.13). */
  may(permission: Permission, room: RoomName): boolean {
    return this.#in(room).rank >= RANK[permission];
  }

  /** Entries of the room from before this time are hidden, in milliseconds since 1970; 0: none. */
  from(room: RoomName): number {
    return this.#in(room).from;
  }

  /** The rooms that the credential names one by one, where they may be read. */
  get named(): RoomName[] {
    const names = this.#grants?.filter(({ pattern }) => !pattern.endsWith("*")) ?? [];
    return names.map(({ pattern }) => pattern as RoomName)
      .filter((room) => this.may("read", room));
  }

  // Asked for every message, so it must cost no more than a look.
  #in(room: RoomName): Right {
    if (isDirect(room)) return NOTHING;
    if (this.isAdmin) return EVERYTHING;
    if (!this.#grants) return this.#isPublic(room) ? TALK : NOTHING;
    const known = this.#known.get(room);
    if (known) return known;
    if (this.#known.size === MAX_KNOWN) this.#known.clear();
    const right = toRight(decisive(this.#grants, room));
    this.#known.set(room, right);
    return right;
  }

  #isPublic(room: RoomName): boolean {
    const { joinPolicy, rooms } = this.#public;
    return joinPolicy === "open" || (joinPolicy === "listed" && rooms.includes(room));
  }
}

/** The grant whose pattern says most about the room: its own name, else the longest beginning. */
function decisive(grants: readonly Grant[], room: RoomName): Grant | undefined {
  let best: Grant | undefined;
  for (const grant of grants) {
    const { pattern } = grant;
    if (pattern === room) return grant;
    const isMatch = pattern.endsWith("*") && room.startsWith(pattern.slice(0, -1));
    if (isMatch && (!best || pattern.length > best.pattern.length)) best = grant;
  }
  return best;
}

function toRight(grant: Grant | undefined): Right {
  if (!grant) return NOTHING;
  const ranks = grant.permissions.map((permission) => RANK[permission]);
  return { rank: Math.max(NOTHING.rank, ...ranks), from: grant.from };
}
