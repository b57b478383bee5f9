// What other processes append to the rooms that this one follows: announced over pub/sub, and found
// out by asking for the heads where an announcement was missed.
import type { RoomName } from "../protocol.ts";
import { type Redis, Script, type Subscriber } from "./redis_client.ts";
import { epochToCome, newEpoch } from "./redis_epochs.ts";
import fenceLua from "./redis_fence.lua" with { type: "text" };
import headLua from "./redis_head.lua" with { type: "text" };
import type { Keys } from "./redis_keys.ts";
import type { RedisRecords } from "./redis_records.ts";
import { announcedEntries } from "./redis_rows.ts";
import type { Feed, Follower, StoreError, TimedHead } from "./store.ts";

/** How often heads are asked for, in milliseconds, and of how many rooms at once, by turns. */
const ASK_MS = 1000;
const ASKED = 500;

const HEAD = new Script(fenceLua + headLua);

export class RedisFeed implements Feed {
  /** Says which announcements are our own: what they tell is known from the answer. */
  readonly origin = newEpoch();
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #records: RedisRecords;
  readonly #followers = new Map<RoomName, Follower>();
  #subscriber: Subscriber | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;
  /** Rooms that are yet to be asked for. */
  #turn: RoomName[] = [];

  constructor(redis: Redis, keys: Keys, records: RedisRecords) {
    this.#redis = redis;
    this.#keys = keys;
    this.#records = records;
  }

  async follow(room: RoomName, follower: Follower): Promise<TimedHead> {
    this.#asking ??= setInterval(() => this.#askSome(), ASK_MS);
    this.#subscriber ??= this.#redis.subscribe(() => this.#ask([...this.#followers.keys()]));
    this.#followers.set(room, follower);
    // Where that fails, it is made up for when there is a connection.
    await this.#subscriber.add(this.#keys.channel(room), (said) => this.#hear(room, said))
      .catch(() => {});
    try {
      return await this.#headToCome(room);
    } catch (error) {
      if (this.#followers.get(room) === follower) this.unfollow(room);
      throw error;
    }
  }

  unfollow(room: RoomName): void {
    this.#followers.delete(room);
    this.#subscriber?.remove(this.#keys.channel(room)).catch(() => {});
  }

  /** Where it has lost what our members were given, it gets another epoch on being asked for. */
  async head(room: RoomName): Promise<TimedHead | undefined> {
    const [head, log] = this.#keys.log(room);
    const reply = await this.#redis.run(HEAD, [head!, log!], this.fence(room));
    const [epoch, seq, first, topic, ts] = reply as string[];
    if (epoch === undefined) return undefined;
    const numbers = { seq: Number(seq), first: Number(first), ts: Number(ts) };
    return { epoch, ...numbers, topic: JSON.parse(topic!) };
  }

  /** What redis_fence.lua is given, so that no seq comes twice in an epoch. */
  fence(room: RoomName): string[] {
    const position = this.#followers.get(room)?.position;
    if (!position?.seq) return ["", "0", "0", "0", newEpoch()];
    const { epoch, seq, given } = position;
    return [epoch, ...[seq, given.seq, given.ts].map(String), newEpoch()];
  }

  close(): void {
    clearInterval(this.#asking);
    this.#followers.clear();
  }

  #hear(room: RoomName, said: string): void {
    const [origin, epoch, first, after, ...columns] = said.split("\n");
    if (origin === this.origin) return;
    const entries = announcedEntries(room, Number(first), columns);
    this.#followers.get(room)?.heard(epoch!, entries, Number(after));
  }

  #askSome(): void {
    if (this.#turn.length === 0) this.#turn = [...this.#followers.keys()];
    this.#ask(this.#turn.splice(0, ASKED));
  }

  async #ask(rooms: readonly RoomName[]): Promise<void> {
    const told = await Promise.allSettled(rooms.map(async (room) => {
      const follower = this.#followers.get(room);
      const seq = follower?.position.seq ?? 0;
      const head = await this.#headToCome(room);
      if (this.#followers.get(room) === follower) follower?.told(head, seq);
    }));
    const failed = told.find(({ status }) => status === "rejected");
    const [any] = this.#followers.values();
    if (failed) any?.failed((failed as PromiseRejectedResult).reason as StoreError);
  }

  /** The head, or that of a log that begins now. */
  async #headToCome(room: RoomName): Promise<TimedHead> {
    const head = await this.head(room);
    return head ?? { epoch: await epochToCome(this.#records, room), seq: 0, first: 1, topic: "" };
  }
}
