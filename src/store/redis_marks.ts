// What users have read and what is meant for them, in Redis: with the room's log what is counted in
// it, and with the user where that is.
import { partiesOf } from "../direct_name.ts";
import { isGuest } from "../identity.ts";
import type { Member, RoomName, UserId } from "../protocol.ts";
import { type Redis, Script } from "./redis_client.ts";
import type { Keys } from "./redis_keys.ts";
import markLua from "./redis_mark.lua" with { type: "text" };
import unreadLua from "./redis_unread.lua" with { type: "text" };
import type { Count, Direct, Head, Mark, MarkStore, Unread } from "./store.ts";

/** What is counted is counted so far, and so many mentions of a user in a room are kept. */
export const MOST = 100;
/** Entries after a marker that are looked at for those of others. */
const LOOKED_AT = 1000;
/** How long what has to do with guests is kept, in milliseconds. */
const GUEST_MS = 30 * 24 * 3_600_000;

const MARK = new Script(markLua);
const UNREAD = new Script(unreadLua);
/** A user has a marker in these rooms, and a name since a time; nothing, for guests, after a while. */
const READ = new Script(`
  local read, named = unpack(KEYS)
  local room, user, at, expires_ms = unpack(ARGV)
  redis.call('SADD', read, room)
  local since = string.match(redis.call('GET', named) or '', '^%d+')
  if not since or tonumber(since) <= tonumber(at) then
    redis.call('SET', named, at .. ' ' .. user)
  end
  if expires_ms ~= '' then
    redis.call('PEXPIRE', read, expires_ms)
    redis.call('PEXPIRE', named, expires_ms)
  end
`);

export class RedisMarks implements MarkStore {
  readonly #redis: Redis;
  readonly #keys: Keys;
  readonly #head: (room: RoomName) => Promise<Head | undefined>;

  constructor(redis: Redis, keys: Keys, head: (room: RoomName) => Promise<Head | undefined>) {
    this.#redis = redis;
    this.#keys = keys;
    this.#head = head;
  }

  async mark(marks: readonly Mark[]): Promise<void> {
    await Promise.all(marks.map((mark) => this.#mark(mark)));
  }

  async marker(uid: UserId, room: RoomName): Promise<number> {
    const [mark, head] = await Promise.all([this.#markOf(uid, room), this.#head(room)]);
    return Math.min(parseInt(mark ?? "0"), head?.seq ?? 0);
  }

  async readers(room: RoomName, limit: number): Promise<Member[]> {
    const [, , , marks, , , readers] = this.#keys.log(room);
    const uids = await this.#redis.call(
      ...["ZRANGE", readers!, "0", String(limit - 1), "REV"],
    ) as string[];
    if (uids.length === 0) return [];
    const kept = await this.#redis.call("HMGET", marks!, ...uids) as (string | null)[];
    return uids.flatMap((uid, index) => {
      const mark = kept[index];
      return mark ? [{ uid, user: nameIn(mark) }] : [];
    });
  }

  async knows(uid: UserId): Promise<boolean> {
    return await this.#redis.call("EXISTS", this.#keys.read(uid)) === 1;
  }

  async unread(uid: UserId, rooms: readonly Unread[]): Promise<(Count | undefined)[]> {
    return await Promise.all(rooms.map(async ({ room, after = "", first = 1 }) => {
      const asked = [uid, JSON.stringify(uid), after, first, MOST, LOOKED_AT].map(String);
      const counted = await this.#redis.run(UNREAD, this.#keys.log(room), asked);
      if (counted === null) return undefined;
      const [unread, mentions] = counted as [number, number];
      return { unread, mentions };
    }));
  }

  async forgetUser(uid: UserId): Promise<void> {
    const rooms = await this.#redis.call("SMEMBERS", this.#keys.read(uid)) as RoomName[];
    await Promise.all(rooms.flatMap((room) => {
      const [, , , marks, mentions, , readers, guests] = this.#keys.log(room);
      return [
        this.#redis.call("HDEL", marks!, uid),
        this.#redis.call("HDEL", mentions!, uid),
        this.#redis.call("ZREM", readers!, uid),
        this.#redis.call("ZREM", guests!, uid),
      ];
    }));
    // Last: who is interrupted before that begins here again.
    await this.#redis.call("DEL", this.#keys.read(uid), this.#keys.named(uid));
  }

  async direct(uid: UserId, limit: number): Promise<Direct[]> {
    const rooms = await this.#redis.call(
      ...["ZRANGE", this.#keys.direct(uid), "0", String(limit - 1), "REV"],
    ) as RoomName[];
    const found = await Promise.all(rooms.map(async (room) => {
      const other = partiesOf(room)?.find((party) => party !== uid) ?? uid;
      const [head, named] = await Promise.all([
        this.#head(room),
        this.#redis.call("GET", this.#keys.named(other)) as Promise<string | null>,
      ]);
      if (!head) return [];
      const user = named === null ? {} : { user: nameIn(named) };
      return [{ room, seq: head.seq, topic: head.topic, ...user }];
    }));
    return found.flat();
  }

  async #mark({ uid, user, room, seq, at }: Mark): Promise<void> {
    const expired = String(at - GUEST_MS);
    const guest = isGuest(uid) ? "1" : "";
    // First with the user: what is not known there is never forgotten.
    const head = await this.#head(room);
    if (!head) return;
    await Promise.all([
      this.#redis.run(READ, [this.#keys.read(uid), this.#keys.named(uid)], [
        ...[room, user, String(at), guest && String(GUEST_MS)],
      ]),
      this.#redis.run(MARK, this.#keys.log(room), [
        ...[uid, user, String(seq), String(at), guest, expired],
      ]),
    ]);
  }

  async #markOf(uid: UserId, room: RoomName): Promise<string | null> {
    const [, , , marks] = this.#keys.log(room);
    return await this.#redis.call("HGET", marks!, uid) as string | null;
  }
}

/** The name after a number. */
function nameIn(kept: string): string {
  return kept.slice(kept.indexOf(" ") + 1);
}
