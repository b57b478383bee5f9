// Appends to a log in Redis without telling anybody, as if what tells of it had been lost.
import { APPEND } from "../../src/store/redis.ts";
import { openRedis } from "../../src/store/redis_client.ts";
import { Keys } from "../../src/store/redis_keys.ts";
import { draftColumns } from "../../src/store/redis_rows.ts";
import type { Draft } from "../../src/store/store.ts";

export async function appendUnheard(url: string, draft: Draft) {
  const redis = await openRedis(url);
  try {
    const keys = new Keys(redis).log(draft.room).slice(0, 6);
    const args = ["", "0", "0", "0", "", "nowhere", "nobody", "32", "100", ...draftColumns(draft)];
    await redis.run(APPEND, keys, args);
  } finally {
    redis.close();
  }
}
