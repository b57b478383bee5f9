// What `STORE_URL` may be, and what it says of a Redis. Knows no store.

const REDIS = /^rediss?:\/\//;
/** What all keys in a Redis begin with, where nothing else is said. */
const PREFIX = "snug:";

/** A Redis, as its URL names it. */
export interface RedisAddress {
  /** Without the options. */
  address: string;
  /** What all of its keys and channels begin with: two chats in one Redis need two. */
  prefix: string;
  /** So many replicas must have an entry before it is acknowledged. */
  replicas: number;
}

export function isStoreUrl(url: string): boolean {
  return /^(memory:|sqlite:.+)$/.test(url) || redisAddress(url) !== undefined;
}

/** Of `redis[s]://[user:password@]host[:port][/db][?prefix=…&replicas=…]`. */
export function redisAddress(url: string): RedisAddress | undefined {
  if (!REDIS.test(url) || !URL.canParse(url)) return undefined;
  const { hostname, pathname, hash, searchParams } = new URL(url);
  const { prefix = PREFIX, replicas = "0", ...others } = Object.fromEntries(searchParams);
  // Braces would be taken for hash tags.
  const isGood = hostname !== "" && /^(\/\d{0,5})?$/.test(pathname) && hash === "" &&
    /^[^{}\s]{0,64}$/.test(prefix) && /^\d$/.test(replicas) && Object.keys(others).length === 0;
  return isGood
    ? { address: url.split("?", 1)[0]!, prefix, replicas: Number(replicas) }
    : undefined;
}
