// What a Redis knows of files (W19). A room's stand beside its log, so that the script that appends a
// message claims them; which room a file is in, and what all count as, stands apart.
import type { RoomName, SharedFile, UserId } from "../protocol.ts";
import { type FileStore, type KeptFile, LEAST_BYTES, type Upload } from "./file_store.ts";
import { type Redis, Script } from "./redis_client.ts";
import type { Keys } from "./redis_keys.ts";

/** Rooms that are looked at for waste at once, and files of each that are given. */
const ROOMS = 256;
const WASTE_OF_ROOM = 64;

const ADD = new Script(`
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
`);
const COUNT = new Script(`
  local rooms, bytes, filed = unpack(KEYS)
  local id, room, counted, at = unpack(ARGV)
  redis.call('HSET', rooms, id, counted .. ' ' .. room)
  redis.call('INCRBY', bytes, counted)
  redis.call('ZADD', filed, 'GT', at, room)
`);
const DROP = new Script(`
  local files, waiting, waste = unpack(KEYS)
  local id, by = unpack(ARGV)
  local uid, said, file =
    string.match(redis.call('HGET', files, id) or '', '^([^\\n]*)\\n%d+\\n(%d*)\\n(.*)$')
  if uid ~= by or said ~= '' then return 0 end
  redis.call('HDEL', files, id)
  redis.call('ZREM', waiting, id)
  redis.call('ZADD', waste, string.format('%.0f', cjson.decode(file).bytes), id)
  return 1
`);
const DROP_ALL = new Script(`
  local files, waiting, waste = unpack(KEYS)
  for _, id in ipairs(redis.call('ZRANGE', waiting, 0, -1)) do
    local uid, file =
      string.match(redis.call('HGET', files, id) or '', '^([^\\n]*)\\n%d+\\n\\n(.*)$')
    if uid == ARGV[1] then
      redis.call('HDEL', files, id)
      redis.call('ZREM', waiting, id)
      redis.call('ZADD', waste, string.format('%.0f', cjson.decode(file).bytes), id)
    end
  end
`);
/** Lets go of what waits for too long; gives some waste, or whether the room has any file. */
const LOOK = new Script(`
  local files, waiting, waste = unpack(KEYS)
  local before, most = unpack(ARGV)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', waiting, '-inf', before, 'LIMIT', 0, most)) do
    local file = string.match(redis.call('HGET', files, id) or '', '[^\\n]+$')
    redis.call('HDEL', files, id)
    redis.call('ZREM', waiting, id)
    if file then redis.call('ZADD', waste, string.format('%.0f', cjson.decode(file).bytes), id) end
  end
  local found = redis.call('ZRANGE', waste, 0, most - 1, 'WITHSCORES')
  if #found == 0 and redis.call('EXISTS', files) == 0 then return false end
  return found
`);
/** A room without files is not looked at any more; what came lately may not be there yet. */
const LEAVE = new Script(`
  local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if at and tonumber(at) < tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end
`);
const FORGET = new Script(`
  local rooms, bytes = unpack(KEYS)
  for _, id in ipairs(ARGV) do
    local counted = string.match(redis.call('HGET', rooms, id) or '', '^%d+')
    if counted then
      redis.call('HDEL', rooms, id)
      redis.call('DECRBY', bytes, counted)
    end
  end
`);

export class RedisFiles implements FileStore {
  readonly isShared = true;
  readonly #redis: Redis;
  readonly #keys: Keys;
  /** Rooms that the round has yet to look at. */
  #round: RoomName[] = [];
  /** In which room that is which was given as waste. */
  readonly #given = new Map<string, RoomName>();

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Killed in between it leaves what is dropped as any that waits for too long. */
  async add({ room, uid, at, ...file }: Upload): Promise<void> {
    const row = [JSON.stringify(uid), at, "", JSON.stringify(file)].join("\n");
    await this.#redis.run(ADD, this.#keys.files(room), [file.id, row, String(at)]);
    const counted = String(Math.max(file.bytes, LEAST_BYTES));
    await this.#redis.run(COUNT, this.#keys.allFiles, [file.id, room, counted, String(at)]);
  }

  async find(id: string): Promise<KeptFile | undefined> {
    const [rooms] = this.#keys.allFiles;
    const place = await this.#redis.call("HGET", rooms, id) as string | null;
    if (place === null) return undefined;
    const room = place.slice(place.indexOf(" ") + 1);
    const row = await this.#redis.call("HGET", this.#keys.files(room)[0], id) as string | null;
    if (row === null) return undefined;
    const [uid, at, said, file] = row.split("\n") as [string, string, string, string];
    const kept = { room, uid: JSON.parse(uid), at: Number(at), ...JSON.parse(file) };
    return said === "" ? kept : { ...kept, said: Number(said) };
  }

  async drop(id: string, room: RoomName, by: UserId): Promise<boolean> {
    const asked = [id, JSON.stringify(by)];
    return await this.#redis.run(DROP, this.#keys.files(room), asked) === 1;
  }

  async dropAll(by: UserId): Promise<void> {
    const [, , filed] = this.#keys.allFiles;
    const rooms = await this.#redis.call("ZRANGE", filed, "0", "-1") as RoomName[];
    const asked = [JSON.stringify(by)];
    for (const room of rooms) await this.#redis.run(DROP_ALL, this.#keys.files(room), asked);
  }

  async waiting(ids: readonly string[]): Promise<string[]> {
    const found = await Promise.all(ids.map((id) => this.find(id)));
    return found.flatMap((file) => file && file.said === undefined ? [file.id] : []);
  }

  /** Some rooms with files at a time, as nobody writes down which of them have waste. */
  async waste(before: number): Promise<Pick<SharedFile, "id" | "bytes">[]> {
    const [, , filed] = this.#keys.allFiles;
    if (this.#round.length === 0) {
      this.#round = await this.#redis.call("ZRANGE", filed, "0", "-1") as RoomName[];
    }
    const rooms = this.#round.splice(0, ROOMS);
    const asked = [before === Infinity ? "inf" : `(${before}`, String(WASTE_OF_ROOM)];
    const found = await Promise.all(rooms.map(async (room) => {
      const flat = await this.#redis.run(LOOK, this.#keys.files(room), asked) as string[] | null;
      if (!flat) await this.#redis.run(LEAVE, [filed], [room, String(before)]);
      return { room, flat: flat ?? [] };
    }));
    this.#given.clear();
    return found.flatMap(({ room, flat }) =>
      flat.flatMap((id, at) => {
        if (at % 2 === 1) return [];
        this.#given.set(id, room);
        return [{ id, bytes: Number(flat[at + 1]) }];
      })
    );
  }

  /** What is killed in between is done again. */
  async forget(ids: readonly string[]): Promise<void> {
    const gone = ids.filter((id) => this.#given.has(id));
    if (gone.length === 0) return;
    const [rooms, bytes] = this.#keys.allFiles;
    await this.#redis.run(FORGET, [rooms, bytes], gone);
    await Promise.all(
      [...Map.groupBy(gone, (id) => this.#given.get(id)!)].map(([room, its]) =>
        this.#redis.call("ZREM", this.#keys.files(room)[2], ...its)
      ),
    );
  }

  async unknown(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const [rooms] = this.#keys.allFiles;
    const places = await this.#redis.call("HMGET", rooms, ...ids) as (string | null)[];
    return ids.filter((_, index) => places[index] === null);
  }

  async bytes(): Promise<number> {
    const [, bytes] = this.#keys.allFiles;
    return Number(await this.#redis.call("GET", bytes) ?? 0);
  }
}
