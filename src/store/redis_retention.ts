// What retention takes out of the logs in Redis: a few entries of some rooms in a step, always the
// oldest of a room. Several instances may do it at once.
import type { RoomName } from "../protocol.ts";
import { type Redis, Script } from "./redis_client.ts";
import type { Keys } from "./redis_keys.ts";
import retainLua from "./redis_retain.lua" with { type: "text" };
import type { Keep, Retained } from "./store.ts";

/** Entries of a room that are cut in a step, and rooms that are looked at in one. */
const ENTRIES = 128;
const ROOMS = 64;

const RETAIN = new Script(retainLua);

/** What is left of a room's log. */
interface Left {
  room: RoomName;
  cut: number;
  first: number;
  bytes: number;
  /** When its oldest entry was said; undefined: none is left, or it was not looked at. */
  oldest: number | undefined;
}

export class RedisRetention {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #rooms: () => Promise<RoomName[]>;
  /** Those that the round has yet to look at. */
  #round: RoomName[] | undefined;
  /** While all logs together are too large: what there is. */
  #sizes: Left[] | undefined;

  constructor(redis: Redis, keys: Keys, rooms: () => Promise<RoomName[]>) {
    this.#redis = redis;
    this.#keys = keys;
    this.#rooms = rooms;
  }

  async next(keep: Keep): Promise<Retained> {
    const { since, messages, bytes } = keep;
    if (!this.#sizes && (since !== -Infinity || messages !== Infinity)) {
      this.#round ??= await this.#rooms();
      const cuts = await this.#goRound(this.#round, since, messages);
      if (this.#round.length > 0) return { cuts, isDone: false };
      this.#round = undefined;
      if (bytes !== Infinity) this.#sizes = await this.#measure();
      return { cuts, isDone: bytes === Infinity };
    }
    if (bytes === Infinity) return { cuts: [], isDone: true };
    this.#sizes ??= await this.#measure();
    const cuts = await this.#shrink(this.#sizes, bytes);
    if (cuts.length === 0) this.#sizes = undefined;
    return { cuts, isDone: cuts.length === 0 };
  }

  /** A part of the round in which every room is looked at for what is too old or too much. */
  async #goRound(round: RoomName[], since: number, messages: number): Promise<Retained["cuts"]> {
    const rooms = round.splice(0, ROOMS);
    const left = await Promise.all(rooms.map((room) => this.#cut(room, since, messages, ENTRIES)));
    for (const { room, cut } of left) if (cut === ENTRIES) round.push(room);
    return left.filter(({ cut }) => cut > 0);
  }

  /** Cuts the room with the oldest entry of all, up to where another has an older one. */
  async #shrink(sizes: Left[], most: number): Promise<Retained["cuts"]> {
    if (sizes.reduce((sum, { bytes }) => sum + bytes, 0) <= most) return [];
    sizes.sort((a, b) => (a.oldest ?? Infinity) - (b.oldest ?? Infinity));
    const [first, second] = sizes;
    if (first?.oldest === undefined) return [];
    const since = (second?.oldest ?? Infinity) + 1;
    sizes[0] = await this.#cut(first.room, since, Infinity, ENTRIES);
    return [sizes[0]];
  }

  async #measure(): Promise<Left[]> {
    const rooms = await this.#rooms();
    return await Promise.all(rooms.map((room) => this.#cut(room, -Infinity, Infinity, 1)));
  }

  async #cut(room: RoomName, since: number, messages: number, most: number): Promise<Left> {
    const asked = [since, messages, most].map((limit) => String(limit).replace("Infinity", "inf"));
    const reply = await this.#redis.run(RETAIN, this.#keys.log(room), asked) as (string | number)[];
    const [cut = 0, first = 1, bytes = 0, oldest = ""] = reply;
    return {
      ...{ room, cut: Number(cut), first: Number(first), bytes: Number(bytes) },
      oldest: oldest === "" ? undefined : Number(oldest),
    };
  }
}
