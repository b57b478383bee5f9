// The epochs of the logs in a Redis (W14.1): new ones, and that of a log which is not there yet.
import { createHash, randomBytes } from "node:crypto";
import type { RoomName } from "../protocol.ts";
import type { Redis } from "./redis_client.ts";
import { Keys } from "./redis_keys.ts";
import type { RedisRecords } from "./redis_records.ts";

/** Letters of an epoch. */
const LETTERS = 11;
/** The name under which is kept what the epochs of logs to come are made of. */
const SEED = "epochs";
/** Keys that are looked at in a step. */
const STEP = "1000";

export function newEpoch(): string {
  return randomBytes(LETTERS).toString("base64url").slice(0, LETTERS);
}

/** Of a log that begins now: the same for all who ask, until Redis loses all. */
export async function epochToCome(records: RedisRecords, room: RoomName): Promise<string> {
  const seed = await records.keep(SEED, newEpoch());
  const epoch = createHash("sha256").update(`${seed}\n${room}`).digest("base64url");
  return epoch.slice(0, LETTERS);
}

/**
 * Gives all logs new epochs, those to come too, because their readers know more than a Redis does
 * that was put back to what it was before. Returns how many there are.
 */
export async function renewEpochs(redis: Redis): Promise<number> {
  const { prefix, channels } = redis;
  const pattern = new Keys({ prefix: prefix.replace(/[*?[\]\\]/g, "\\$&"), channels }).head("*");
  const renewed = new Set<string>();
  let cursor = "0";
  do {
    const found = await redis.call("SCAN", cursor, "MATCH", pattern, "COUNT", STEP);
    const [next, heads] = found as [string, string[]];
    await Promise.all(heads.map((head) => redis.call("HSET", head, "epoch", newEpoch())));
    for (const head of heads) renewed.add(head);
    cursor = next;
  } while (cursor !== "0");
  await redis.call("HDEL", new Keys(redis).kept, SEED);
  return renewed.size;
}
