// The bans and mutes in force: kept in the store, looked up in memory. Knows nobody who is here.
import * as v from "valibot";
import { type Identity, isGuest } from "./identity.ts";
import { network } from "./network.ts";
import type { Ban, Mute, RoomName, UserId } from "./protocol.ts";
import type { Records } from "./store/store.ts";

/** The place of a ban from everything. No room has this name. */
export const EVERYWHERE = "*";
export type Place = RoomName | typeof EVERYWHERE;

export interface Sanction {
  /** Who did it, by name. */
  by: string;
  /** In milliseconds since 1970; Infinity: until it is lifted. */
  until: number;
  /** Where a banned guest came from: other guests from there are banned with it. */
  networks: readonly string[];
}

const networks = v.array(v.string());
/**
 * What is kept of one beside its end. Before there was a `by`, the networks stood alone. A ban whose
 * record can't be read holds all the same: for its user.
 */
const record = v.fallback(
  v.pipe(
    v.string(),
    v.parseJson(),
    v.union([
      v.pipe(networks, v.transform((networks) => ({ by: "", networks }))),
      v.object({ by: v.optional(v.string(), ""), networks }),
    ]),
  ),
  { by: "", networks: [] },
);

export type Kind = "ban" | "mute";

/** Hears of what is kept, to tell it to other instances (W21.5). An `until` of 0: it was ended. */
export interface SanctionNews {
  sanctioned(kind: Kind, place: Place, uid: UserId, sanction: Sanction): void;
}

/** One that was found or heard of, and where it holds. */
export interface Found extends Sanction {
  kind: Kind;
  place: Place;
  uid: UserId;
}

type Held = Map<Place, Map<UserId, Sanction>>;

export class Sanctions {
  readonly #records: Records;
  readonly #news: SanctionNews | undefined;
  #held: Record<Kind, Held> = { ban: new Map(), mute: new Map() };
  /** How often something changed here. */
  #changes = 0;

  constructor(records: Records, news?: SanctionNews) {
    this.#records = records;
    this.#news = news;
  }

  /**
   * Reads what is in force: what was before a restart, and what other instances did. Returns those
   * that were not known here. Rejects with a `StoreError`.
   */
  async restore(now: number): Promise<Found[]> {
    const changes = this.#changes;
    const found: Found[] = [];
    for (const kind of ["ban", "mute"] as const) {
      for (const { key, value, expires } of await this.#records.list(kind, now)) {
        const [place, uid] = splitKey(key);
        found.push({ kind, place, uid, ...v.parse(record, value), until: expires ?? Infinity });
      }
    }
    // What changed meanwhile may not have been found.
    if (changes !== this.#changes) return this.restore(now);
    const before = this.#held;
    this.#held = { ban: new Map(), mute: new Map() };
    for (const { kind, place, uid, ...sanction } of found) this.#put(kind, place, uid, sanction);
    return found.filter(({ kind, place, uid, until }) =>
      before[kind].get(place)?.get(uid)?.until !== until
    );
  }

  /** Another instance did this: it holds here too, with the networks that are known here. */
  heard({ kind, place, uid, networks, ...rest }: Found): void {
    this.#changes++;
    if (rest.until === 0) return this.#drop(kind, place, uid);
    const known = kind === "ban" ? this.networksOf(place, uid) : [];
    this.#put(kind, place, uid, { ...rest, networks: [...new Set([...known, ...networks])] });
  }

  /** Where a banned guest is known to come from. */
  networksOf(place: Place, uid: UserId): readonly string[] {
    return this.#held.ban.get(place)?.get(uid)?.networks ?? [];
  }

  /** When the user's mute in the room ends, or has ended; 0: there is none. Asked for every message. */
  mutedUntil(room: RoomName, uid: UserId): number {
    return this.#held.mute.get(room)?.get(uid)?.until ?? 0;
  }

  /** The mutes in force in a room. */
  mutesIn(room: RoomName, now: number): Mute[] {
    return inForce(this.#held.mute.get(room), now);
  }

  /** The bans in force in a place; without one, in all. */
  bansIn(place: Place | undefined, now: number): Ban[] {
    const places = place === undefined ? [...this.#held.ban.keys()] : [place];
    return places.flatMap((place) => {
      const where = place === EVERYWHERE ? {} : { room: place };
      return inForce(this.#held.ban.get(place), now).map((ban) => ({ ...where, ...ban }));
    });
  }

  /** When a ban from the room, or from everything, ends; 0: there is none. */
  bannedUntil(place: Place, identity: Identity, address: string, now: number): number {
    const held = this.#held.ban.get(place);
    if (!held || identity.isAdmin) return 0;
    const own = held.get(identity.uid)?.until ?? 0;
    const others = isGuest(identity.uid) ? untilOf(held, network(address)) : 0;
    const until = Math.max(own, others);
    return until > now ? until : 0;
  }

  /** The rooms that somebody is banned from. */
  bannedFrom(identity: Identity, address: string, now: number): RoomName[] {
    return [...this.#held.ban.keys()].filter((place) =>
      place !== EVERYWHERE && this.bannedUntil(place, identity, address, now) > 0
    );
  }

  /** Bans until a time; it holds when it is on the disk. Rejects with a `StoreError`. */
  ban(
    place: Place,
    uid: UserId,
    until: number,
    by: string,
    addresses: string[],
  ): Promise<void> {
    // Who is banned for longer has gone meanwhile, and comes from where it came from before.
    const before = this.networksOf(place, uid);
    const networks = isGuest(uid) ? [...new Set([...before, ...addresses.map(network)])] : [];
    return this.#keep("ban", place, uid, { until, by, networks });
  }

  /** A guest's ban holds for these networks too, for as long as it does. Rejects with a `StoreError`. */
  async widen(place: Place, uid: UserId, more: readonly string[]): Promise<void> {
    const ban = this.#held.ban.get(place)?.get(uid);
    if (!ban) return;
    const wider = { ...ban, networks: [...new Set([...ban.networks, ...more])] };
    // Where it was ended it stays so, also where nobody here has heard of that yet.
    const isKept = await this.#records.replace("ban", ...toRecord(place, uid, wider));
    // What was done to it meanwhile is what holds.
    if (this.#held.ban.get(place)?.get(uid) !== ban) {
      return await this.widen(place, uid, wider.networks);
    }
    if (isKept) return this.#hold("ban", place, uid, wider);
    this.#changes++;
    this.#drop("ban", place, uid);
  }

  /** Mutes until a time, as `ban` does. */
  mute(room: RoomName, uid: UserId, until: number, by: string): Promise<void> {
    return this.#keep("mute", room, uid, { until, by, networks: [] });
  }

  /** Ends a ban or a mute, also where there is none. Rejects with a `StoreError`. */
  async lift(kind: Kind, place: Place, uid: UserId): Promise<void> {
    await this.#records.remove(kind, toKey(place, uid));
    this.#changes++;
    this.#drop(kind, place, uid);
    this.#news?.sanctioned(kind, place, uid, { by: "", until: 0, networks: [] });
  }

  /** Forgets what is over. */
  sweep(now: number): void {
    for (const kinds of Object.values(this.#held)) {
      for (const [place, held] of kinds) {
        for (const [uid, { until }] of held) if (until <= now) held.delete(uid);
        if (held.size === 0) kinds.delete(place);
      }
    }
  }

  async #keep(kind: Kind, place: Place, uid: UserId, sanction: Sanction): Promise<void> {
    await this.#records.put(kind, ...toRecord(place, uid, sanction));
    this.#hold(kind, place, uid, sanction);
  }

  #hold(kind: Kind, place: Place, uid: UserId, sanction: Sanction): void {
    this.#changes++;
    this.#put(kind, place, uid, sanction);
    this.#news?.sanctioned(kind, place, uid, sanction);
  }

  #drop(kind: Kind, place: Place, uid: UserId): void {
    const held = this.#held[kind].get(place);
    held?.delete(uid);
    if (held?.size === 0) this.#held[kind].delete(place);
  }

  #put(kind: Kind, place: Place, uid: UserId, sanction: Sanction): void {
    let held = this.#held[kind].get(place);
    if (!held) this.#held[kind].set(place, held = new Map());
    held.set(uid, sanction);
  }
}

function inForce(held: Map<UserId, Sanction> | undefined, now: number): Mute[] {
  return [...held ?? []].filter(([, { until }]) => until > now)
    .map(([uid, { until, by }]) => ({ uid, until: until === Infinity ? null : until, by }));
}

function untilOf(held: Map<UserId, Sanction>, from: string): number {
  let latest = 0;
  for (const { until, networks } of held.values()) {
    if (until > latest && networks.includes(from)) latest = until;
  }
  return latest;
}

/** The key, the value and the end under which one is kept. */
function toRecord(
  place: Place,
  uid: UserId,
  { until, ...rest }: Sanction,
): [string, string, number | null] {
  return [toKey(place, uid), JSON.stringify(rest), until === Infinity ? null : until];
}

function toKey(place: Place, uid: UserId): string {
  return `${place} ${uid}`;
}

/** Neither a place nor a uid holds a space. */
function splitKey(key: string): [Place, UserId] {
  const space = key.indexOf(" ");
  return [key.slice(0, space), key.slice(space + 1)];
}
