// Chooses the store by its URL; the only file that knows them all.
import { MemoryStore } from "./memory.ts";
import { openSqlite } from "./sqlite.ts";
import type { Sync } from "./sqlite_log.ts";
import type { Store } from "./store.ts";

/** Opens `memory:` or `sqlite:<path>`. Rejects with a `StoreError` where that can't be used. */
export function openStore(url: string, sync: Sync): Promise<Store> {
  if (url === "memory:") return Promise.resolve(new MemoryStore());
  return openSqlite(url.slice("sqlite:".length), sync);
}
