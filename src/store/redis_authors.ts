// What one user said, in all rooms of a Redis. No index knows it, since every entry would pay for
// one: all logs are gone through, a part at a time, and then what was appended meanwhile.
import type { RoomName, UserId } from "../protocol.ts";
import { type Redis, Script } from "./redis_client.ts";
import authoredLua from "./redis_authored.lua" with { type: "text" };
import type { Keys } from "./redis_keys.ts";
import { toEntry } from "./redis_rows.ts";
import type { Authored, Head } from "./store.ts";

/** Rows that are looked at in a part. */
const ROWS = 256;
/** Parts that are known by their number, and so disowned. */
const PARTS = 10_000;

const AUTHORED = new Script(authoredLua);

/** A piece of a room's log. */
interface Piece {
  room: RoomName;
  from: number;
  upTo: number;
}

/** One way through all logs. It goes on from its last part; from any other it begins anew. */
interface Walk {
  /** Up to where each log is in a part, or waits to be. */
  seen: Map<RoomName, number>;
  waiting: Piece[];
}

export interface Logs {
  rooms(): Promise<RoomName[]>;
  head(room: RoomName): Promise<Head | undefined>;
}

export class RedisAuthors {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #logs: Logs;
  /** By the number at which the next part begins. */
  readonly #parts = new Map<number, { walk: Walk | undefined; pieces: Piece[] }>();
  #lastId = 0;

  constructor(redis: Redis, keys: Keys, logs: Logs) {
    this.#redis = redis;
    this.#keys = keys;
    this.#logs = logs;
  }

  async authored(uid: UserId, after: number): Promise<Authored> {
    const last = this.#parts.get(after);
    const walk = last?.walk ?? { seen: new Map(), waiting: [] };
    // It knows every room there is: what is over keeps none of that.
    if (last) last.walk = undefined;
    if (walk.waiting.length === 0) await this.#goOn(walk);
    if (walk.waiting.length === 0) return { entries: [] };
    const pieces = take(walk.waiting);
    const found = await Promise.all(pieces.map(async (piece) => {
      const flat = await this.#run(piece, [JSON.stringify(uid)]);
      return flat.flatMap((row, at) =>
        at % 2 === 1 ? [toEntry(piece.room, Number(flat[at - 1]), row)] : []
      );
    }));
    const next = ++this.#lastId;
    this.#parts.set(next, { walk, pieces });
    if (this.#parts.size > PARTS) this.#parts.delete(this.#parts.keys().next().value!);
    return { entries: found.flat(), next };
  }

  async disown(uid: UserId, next: number, user: string): Promise<void> {
    const { pieces } = this.#parts.get(next) ?? { pieces: [] };
    const names = [uid, user].map((name) => JSON.stringify(name));
    await Promise.all(pieces.map((piece) => this.#run(piece, names)));
  }

  async #run({ room, from, upTo }: Piece, [uid, ...user]: string[]): Promise<string[]> {
    const asked = [uid!, String(from), String(upTo), ...user];
    return await this.#redis.run(AUTHORED, this.#keys.log(room).slice(0, 2), asked) as string[];
  }

  /** Adds what the walk has not seen. */
  async #goOn({ seen, waiting }: Walk): Promise<void> {
    const rooms = await this.#logs.rooms();
    const heads = await Promise.all(rooms.map((room) => this.#logs.head(room)));
    for (const [index, room] of rooms.entries()) {
      const head = heads[index];
      const from = Math.max(head?.first ?? 1, (seen.get(room) ?? 0) + 1);
      const last = head?.seq ?? 0;
      for (let at = from; at <= last; at += ROWS) {
        waiting.push({ room, from: at, upTo: Math.min(last, at + ROWS - 1) });
      }
      seen.set(room, last);
    }
  }
}

/** The pieces of the next part. */
function take(waiting: Piece[]): Piece[] {
  let rows = 0;
  let count = 0;
  while (count < waiting.length && rows < ROWS) {
    const { from, upTo } = waiting[count++]!;
    rows += upTo + 1 - from;
  }
  return waiting.splice(0, count);
}
