// The store in a Redis or Valkey, which any number of processes share. A room's log is a hash of rows
// by seq, appended to by one script for each room of a call (docs/decisions/redis.md).
import { randomBytes } from "node:crypto";
import { isDirect, partiesOf } from "../direct_name.ts";
import { type Entry, entryBytes, type Message, type RoomName, type UserId } from "../protocol.ts";
import { lookAt } from "./redis_advice.ts";
import { RedisAuthors } from "./redis_authors.ts";
import appendLua from "./redis_append.lua" with { type: "text" };
import { RedisBus } from "./redis_bus.ts";
import { openRedis, type Redis, Script } from "./redis_client.ts";
import { renewEpochs } from "./redis_epochs.ts";
import { RedisFeed } from "./redis_feed.ts";
import { RedisFiles } from "./redis_files.ts";
import { Keys } from "./redis_keys.ts";
import { MOST as MAX_MENTIONS, RedisMarks } from "./redis_marks.ts";
import pageLua from "./redis_page.lua" with { type: "text" };
import { RedisRecords } from "./redis_records.ts";
import fenceLua from "./redis_fence.lua" with { type: "text" };
import replayLua from "./redis_replay.lua" with { type: "text" };
import { RedisRetention } from "./redis_retention.ts";
import { draftColumns, outcomeOf, toEntry, toMessage } from "./redis_rows.ts";
import type { Authored, Draft, Head, Keep, Outcome, Page, PageSize, Retained } from "./store.ts";
import {
  MAX_EMOJI,
  MAX_NAMED,
  type Store,
  type Stored,
  StoreError,
  StoreRefusal,
} from "./store.ts";

/** How often records that have expired are dropped, in milliseconds. */
const SWEEP_MS = 600_000;
/** How long an append waits for replicas, in milliseconds. */
const REPLICAS_MS = 2000;
/** Parts in which redis_page.lua gives a message. */
const MESSAGE_PARTS = 7;

/** What appends the drafts of one room: see redis_append.lua. */
export const APPEND = new Script(fenceLua + appendLua);
const PAGE = new Script(pageLua);
/** How it looks where one side alone speaks TLS. */
const TLS_ALONE = /^(Redis does not answer|read ECONNRESET)$/;
const REPLAY = new Script(fenceLua + replayLua);

/** Connects. Rejects with a `StoreError` where that Redis can't be used. */
export async function openRedisStore(url: string): Promise<Store> {
  const redis = await connect(url);
  try {
    return new RedisStore(redis, await lookAt(redis));
  } catch (error) {
    redis.close();
    throw error;
  }
}

/** As `renewEpochs`, of the Redis at that URL. */
export async function renewRedis(url: string): Promise<number> {
  const redis = await connect(url);
  try {
    return await renewEpochs(redis);
  } finally {
    redis.close();
  }
}

async function connect(url: string): Promise<Redis> {
  try {
    return await openRedis(url);
  } catch (error) {
    const { message } = error as Error;
    const hint = url.startsWith("redis") && TLS_ALONE.test(message)
      ? " (rediss:// is with TLS, redis:// without)"
      : "";
    const kind = error instanceof StoreRefusal ? StoreRefusal : StoreError;
    throw new kind(`can't use the Redis of STORE_URL: ${message}${hint}`);
  }
}

export class RedisStore implements Store {
  readonly marks: RedisMarks;
  readonly files: RedisFiles;
  readonly feed: RedisFeed;
  readonly bus: RedisBus;
  readonly advice: readonly string[];
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #records: RedisRecords;
  readonly #authors: RedisAuthors;
  readonly #retention: RedisRetention;
  readonly #sweep: ReturnType<typeof setInterval>;
  /** Settled when the replicas that are waited for have answered, or have not. */
  #replicated: Promise<unknown> = Promise.resolve();

  constructor(redis: Redis, advice: readonly string[]) {
    this.#redis = redis;
    this.advice = advice;
    this.#keys = new Keys(redis);
    this.#records = new RedisRecords(redis, this.#keys);
    this.feed = new RedisFeed(redis, this.#keys, this.#records);
    this.bus = new RedisBus(redis, randomBytes(9).toString("base64url"));
    const head = (room: RoomName) => this.head(room);
    const rooms = () => this.#rooms();
    this.marks = new RedisMarks(redis, this.#keys, head);
    this.files = new RedisFiles(redis, this.#keys);
    this.#authors = new RedisAuthors(redis, this.#keys, { head, rooms });
    this.#retention = new RedisRetention(redis, this.#keys, rooms);
    this.#sweep = setInterval(() => this.#records.sweep(Date.now()).catch(() => {}), SWEEP_MS);
  }

  /**
   * One script for each room: where some of them fail, the others' drafts are in their logs, and the
   * same refs tell so (W7.2).
   */
  async append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]> {
    const byRoom = Map.groupBy(drafts.keys(), (index) => drafts[index]!.room);
    const outcomes: Outcome[] = [];
    const appending = [...byRoom].map(async ([room, indexes]) => {
      const own = indexes.map((index) => drafts[index]!);
      const found = await this.#append(room, own);
      for (const [at, index] of indexes.entries()) outcomes[index] = found[at]!;
    });
    const settled = await Promise.allSettled(appending);
    for (const one of settled) if (one.status === "rejected") throw one.reason;
    if (this.#redis.replicas > 0 && drafts.length > 0) await this.#waitForReplicas();
    return outcomes as Outcome<D>[];
  }

  async head(room: RoomName): Promise<Head | undefined> {
    const found = await this.feed.head(room);
    if (!found) return undefined;
    const { ts: _, ...head } = found;
    return head;
  }

  async replay(
    room: RoomName,
    after: number,
    upTo: number,
    size: PageSize,
  ): Promise<Entry[] | undefined> {
    const asked = [after, Math.min(upTo, Number.MAX_SAFE_INTEGER), size.limit, size.bytes];
    const args = [...this.feed.fence(room), ...asked.map(String)];
    const rows = await this.#redis.run(REPLAY, this.#keys.log(room), args);
    if (rows === null) return undefined;
    const entries = (rows as string[]).map((row, index) => toEntry(room, after + 1 + index, row));
    const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
    return bytes <= size.bytes ? entries : undefined;
  }

  async page(room: RoomName, before: number, size: PageSize, uid?: UserId): Promise<Page> {
    const [head, log, , , , message] = this.#keys.log(room);
    const first = Math.min(before, Number.MAX_SAFE_INTEGER);
    const asker = uid === undefined ? "" : JSON.stringify(uid);
    const asked = [String(first), String(size.limit), asker, String(MAX_NAMED)];
    const reply = await this.#redis.run(PAGE, [head!, log!, message!], asked) as string[];
    const [seq = "0", topic = '""', more] = reply;
    // Newest first.
    const messages: Message[] = [];
    let bytes = 0;
    for (let at = 3; at < reply.length; at += MESSAGE_PARTS) {
      const message = toMessage(room, reply.slice(at, at + MESSAGE_PARTS));
      bytes += entryBytes(message);
      if (messages.length > 0 && bytes > size.bytes) break;
      messages.unshift(message);
    }
    const isCut = messages.length < (reply.length - 3) / MESSAGE_PARTS;
    return { messages, more: Boolean(more) || isCut, seq: Number(seq), topic: JSON.parse(topic) };
  }

  authored(uid: UserId, after: number): Promise<Authored> {
    return this.#authors.authored(uid, after);
  }

  disown(uid: UserId, _after: number, next: number, user: string): Promise<void> {
    return this.#authors.disown(uid, next, user);
  }

  async active(
    since: number,
    limit: number,
  ): Promise<{ room: RoomName; seq: number; topic: string }[]> {
    const rooms = await this.#redis.call(
      ...["ZRANGE", this.#keys.active, "+inf", String(since), "BYSCORE", "REV"],
      ...["LIMIT", "0", String(limit)],
    ) as RoomName[];
    const heads = await Promise.all(rooms.map((room) => this.head(room)));
    return heads.flatMap((head, index) =>
      head ? [{ room: rooms[index]!, seq: head.seq, topic: head.topic }] : []
    );
  }

  retain(keep: Keep): Promise<Retained> {
    return this.#retention.next(keep);
  }

  keep(name: string, fresh: string): Promise<string> {
    return this.#records.keep(name, fresh);
  }

  put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    return this.#records.put(kind, key, value, expires);
  }

  replace(kind: string, key: string, value: string, expires: number | null): Promise<boolean> {
    return this.#records.replace(kind, key, value, expires);
  }

  get(kind: string, key: string, now: number): Promise<string | undefined> {
    return this.#records.get(kind, key, now);
  }

  list(kind: string, now: number): Promise<Stored[]> {
    return this.#records.list(kind, now);
  }

  remove(kind: string, key: string): Promise<void> {
    return this.#records.remove(kind, key);
  }

  async check(): Promise<void> {
    await this.#records.check();
    if (this.#redis.replicas > 0) await this.#waitForReplicas();
  }

  async ping(): Promise<void> {
    // Redis answers nothing else meanwhile, and what waits for them says what is missing.
    await this.#replicated;
    await this.#redis.ping();
  }

  close(): Promise<void> {
    clearInterval(this.#sweep);
    this.feed.close();
    this.#redis.close();
    return Promise.resolve();
  }

  async #append(room: RoomName, drafts: readonly Draft[]): Promise<Outcome[]> {
    const reply = await this.#redis.run(APPEND, this.#keys.log(room), [
      ...this.feed.fence(room),
      this.#keys.channel(room),
      this.feed.origin,
      String(MAX_EMOJI),
      String(MAX_MENTIONS),
      ...drafts.flatMap(draftColumns),
    ]) as string[];
    const epoch = reply.pop()!;
    const outcomes = reply.map((outcome) => outcomeOf(epoch, outcome));
    // What is known already may be so of a try that was cut off before this.
    const newest = outcomes.findLast((outcome) => "seq" in outcome);
    if (newest) {
      const indexed = this.#index(room, newest.ts);
      // Without it nobody would find a conversation that begins; later ones are put right by the next.
      if (newest.seq <= drafts.length) await indexed;
      else indexed.catch(() => {});
    }
    return outcomes;
  }

  /** Notes when a room last spoke, where that is looked for. */
  async #index(room: RoomName, ts: number): Promise<void> {
    const keys = isDirect(room)
      ? [this.#keys.conversations, ...(partiesOf(room) ?? []).map((uid) => this.#keys.direct(uid))]
      : [this.#keys.active];
    await Promise.all(keys.map((key) => this.#redis.call("ZADD", key, "GT", String(ts), room)));
  }

  async #waitForReplicas(): Promise<void> {
    const { replicas } = this.#redis;
    const asked = this.#redis.call("WAIT", String(replicas), String(REPLICAS_MS));
    this.#replicated = asked.catch(() => {});
    const have = await asked;
    if (Number(have) >= replicas) return;
    throw new StoreError(
      `${have} of ${replicas} replicas have what was written (replicas=${replicas})`,
    );
  }

  async #rooms(): Promise<RoomName[]> {
    const { active, conversations } = this.#keys;
    const found = await Promise.all(
      [active, conversations].map((key) => this.#redis.call("ZRANGE", key, "0", "-1")),
    );
    return found.flat() as RoomName[];
  }
}
