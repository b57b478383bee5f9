// In which format a Redis holds the logs: marked there, so that a Snug which does not know a later one
// leaves it alone.
import type { Redis } from "./redis_client.ts";
import { Keys } from "./redis_keys.ts";
import { RedisRecords } from "./redis_records.ts";
import { StoreRefusal } from "./store.ts";

/** What rows, keys and scripts are like. It grows when an older Snug could not read or append any more. */
const FORMAT = 1;
/** The name under which it is kept. */
const NAME = "format";

/** Marks a Redis that is not marked yet. Rejects with a `StoreRefusal` where a newer Snug marked it. */
export async function refuseFormat(redis: Redis): Promise<void> {
  const marked = await new RedisRecords(redis, new Keys(redis)).keep(NAME, String(FORMAT));
  if (Number(marked) <= FORMAT) return;
  throw new StoreRefusal(
    `the Redis of STORE_URL was written by a newer Snug (format ${marked}, this one knows ${FORMAT}): ` +
      "start that one, or put back a backup from before it",
  );
}
