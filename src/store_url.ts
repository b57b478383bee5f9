// What `STORE_URL` may be, and what it says of a Redis. Knows no store.

const TCP = /^rediss?:\/\//;
/** As Redis' clients write it: a user and a password, then the path. */
const SOCKET = /^unix:\/\/([^:@/]*(:[^@/]*)?@)?\/[^/]/;
/** What all keys in a Redis begin with, where nothing else is said. */
const PREFIX = "snug:";

/** What is expected, in words. */
export const STORE_URLS =
  "sqlite:<path of a file>, memory:, redis[s]://[user:password@]host[:port][/db][?prefix=…&replicas=…] or " +
  "unix://[user:password@]/<path of a Redis' socket>[?db=…&prefix=…&replicas=…]; " +
  "in a user and password @ / ? # % are %40 %2F %3F %23 %25";

/** A Redis, as its URL names it. */
export interface RedisAddress {
  /** Without the options. */
  address: string;
  /** The number of its database. */
  database: number;
  /** What all of its keys and channels begin with: two chats in one Redis need two. */
  prefix: string;
  /** So many replicas must have an entry before it is acknowledged. */
  replicas: number;
}

export function isStoreUrl(url: string): boolean {
  return /^(memory:|sqlite:.+)$/.test(url) || redisAddress(url) !== undefined;
}

/**
 * Of `redis[s]://[user:password@]host[:port][/db]` or `unix://[user:password@]/path[?db=…]`, with
 * `prefix` and `replicas` as options.
 */
export function redisAddress(url: string): RedisAddress | undefined {
  const [address = ""] = url.split("?", 1);
  const options = Object.fromEntries(new URLSearchParams(url.slice(address.length)));
  const { prefix = PREFIX, replicas = "0", db, ...others } = options;
  const database = databaseOf(address, db);
  // Braces would be taken for hash tags.
  const isGood = database !== undefined && !url.includes("#") && isDecodable(address) &&
    /^[^{}\s]{0,64}$/.test(prefix) && /^\d$/.test(replicas) && Object.keys(others).length === 0;
  return isGood ? { address, database, prefix, replicas: Number(replicas) } : undefined;
}

function databaseOf(address: string, option: string | undefined): number | undefined {
  if (SOCKET.test(address)) return numberIn(/^(\d{1,5})$/, option ?? "0");
  if (!TCP.test(address) || !URL.canParse(address) || option !== undefined) return undefined;
  const { hostname, pathname } = new URL(address);
  return hostname === "" ? undefined : numberIn(/^\/?(\d{0,5})$/, pathname);
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const [, digits] = pattern.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** A `%` that begins nothing would be found out only by who connects. */
function isDecodable(address: string): boolean {
  try {
    decodeURIComponent(address);
    return true;
  } catch {
    return false;
  }
}
