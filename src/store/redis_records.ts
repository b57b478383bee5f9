// Small facts in Redis, beside the logs: a hash for each kind, and when they expire.
import { type Redis, Script } from "./redis_client.ts";
import type { Keys } from "./redis_keys.ts";
import type { Records, Stored } from "./store.ts";

/** Records that are dropped in a step. */
const STEP = 1000;
/** Puts one where there is one, with its end where it has one: no command does both at once. */
const REPLACE = new Script(`
  local key, kept, expires = unpack(ARGV)
  if redis.call('HEXISTS', KEYS[2], key) == 0 then return 0 end
  redis.call('HSET', KEYS[2], key, kept)
  if expires == '' then
    redis.call('ZREM', KEYS[1], key)
  else
    redis.call('ZADD', KEYS[1], expires, key)
  end
  return 1
`);
/** Drops what has expired of a kind: so many at most, and says how many. */
const SWEEP = new Script(`
  local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
  for _, key in ipairs(due) do
    redis.call('ZREM', KEYS[1], key)
    redis.call('HDEL', KEYS[2], key)
  end
  return #due
`);

export class RedisRecords implements Records {
  readonly #redis: Redis;
  readonly #keys: Keys;

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    const expiring = this.#keys.expiring(kind);
    await Promise.all([
      this.#redis.call("SADD", this.#keys.kinds, kind),
      expires === null
        ? this.#redis.call("ZREM", expiring, key)
        : this.#redis.call("ZADD", expiring, String(expires), key),
      this.#redis.call("HSET", this.#keys.records(kind), key, toKept(value, expires)),
    ]);
  }

  async replace(
    kind: string,
    key: string,
    value: string,
    expires: number | null,
  ): Promise<boolean> {
    const keys = [this.#keys.expiring(kind), this.#keys.records(kind)];
    const args = [key, toKept(value, expires), String(expires ?? "")];
    return await this.#redis.run(REPLACE, keys, args) === 1;
  }

  async get(kind: string, key: string, now: number): Promise<string | undefined> {
    const kept = await this.#redis.call("HGET", this.#keys.records(kind), key);
    const stored = kept === null ? undefined : toStored(key, kept as string);
    return stored && isAlive(stored, now) ? stored.value : undefined;
  }

  async list(kind: string, now: number): Promise<Stored[]> {
    const flat = await this.#redis.call("HGETALL", this.#keys.records(kind)) as string[];
    const all: Stored[] = [];
    for (let at = 0; at < flat.length; at += 2) all.push(toStored(flat[at]!, flat[at + 1]!));
    return all.filter((stored) => isAlive(stored, now)).sort((a, b) => a.key < b.key ? -1 : 1);
  }

  async remove(kind: string, key: string): Promise<void> {
    await Promise.all([
      this.#redis.call("ZREM", this.#keys.expiring(kind), key),
      this.#redis.call("HDEL", this.#keys.records(kind), key),
    ]);
  }

  async keep(name: string, fresh: string): Promise<string> {
    // Where Redis takes no writes, it may be there all the same.
    const known = await this.#redis.call("HGET", this.#keys.kept, name);
    if (known !== null) return known as string;
    const [, kept] = await Promise.all([
      this.#redis.call("HSETNX", this.#keys.kept, name, fresh),
      this.#redis.call("HGET", this.#keys.kept, name),
    ]);
    return kept as string;
  }

  async check(): Promise<void> {
    await this.#redis.call("HSET", this.#keys.kept, "checked", String(Date.now()));
  }

  /** Drops what has expired. */
  async sweep(now: number): Promise<void> {
    for (const kind of await this.#redis.call("SMEMBERS", this.#keys.kinds) as string[]) {
      const keys = [this.#keys.expiring(kind), this.#keys.records(kind)];
      while (await this.#redis.run(SWEEP, keys, [String(now), String(STEP)]) === STEP);
    }
  }
}

function toKept(value: string, expires: number | null): string {
  return `${expires ?? ""}\n${value}`;
}

function toStored(key: string, kept: string): Stored {
  const end = kept.indexOf("\n");
  const expires = kept.slice(0, end);
  return { key, value: kept.slice(end + 1), expires: expires === "" ? null : Number(expires) };
}

function isAlive({ expires }: Stored, now: number): boolean {
  return expires === null || expires > now;
}
