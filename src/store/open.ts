// Chooses the store by its URL; the only file that knows them all.
import type { RoomName } from "../protocol.ts";
import { redisAddress } from "../store_url.ts";
import { DiskFolder } from "./folder.ts";
import { copyFiles, filesIn, missingFrom } from "./folder_copy.ts";
import { MemoryStore } from "./memory.ts";
import { openSqlite } from "./sqlite.ts";
import { backUp, renew, restore, type Restored } from "./sqlite_backup.ts";
import { type Findings, findings } from "./sqlite_check.ts";
import { type Exported, exportLogs } from "./sqlite_export.ts";
import { type Imported, importLogs } from "./sqlite_import.ts";
import { openSharedFolder } from "./folder_shared.ts";
import { openLock } from "./sqlite_lock.ts";
import type { Sync } from "./sqlite_log.ts";
import { type Store, StoreError } from "./store.ts";

export type { Exported, Findings, Imported, Restored };

/**
 * Opens `memory:`, `sqlite:<path>`, or a Redis. Rejects with a `StoreError` where that can't be
 * used.
 */
export async function openStore(url: string, sync: Sync): Promise<Store> {
  if (url === "memory:") return new MemoryStore();
  if (redisAddress(url)) {
    // Only who asks for it loads its package.
    const { openRedisStore } = await import("./redis.ts");
    return await openRedisStore(url);
  }
  return await openSqlite(url.slice("sqlite:".length), sync);
}

/**
 * Gives all logs of a store new epochs (W14.1), where it was put back to what it was before by other
 * means than `restore`. Returns how many there are. Rejects with a `StoreError`.
 */
export async function renewStore(url: string): Promise<number> {
  if (!redisAddress(url)) return await renew(pathIn(url));
  const { renewRedis } = await import("./redis.ts");
  return await renewRedis(url);
}

/** Throws a `StoreError` where the store is in no file. */
function pathIn(url: string): string {
  const [scheme] = url.split(":", 1);
  if (scheme === "sqlite") return url.slice("sqlite:".length);
  throw new StoreError(`STORE_URL is ${scheme}: and this needs a file, sqlite:<path>`);
}

/** The folder of files beside a database, or beside a backup of one. */
const besideOf = (file: string) => `${file}.files`;

/**
 * The folder that holds the bytes of a store's files, made where missing: `dir`, else one beside the
 * database, else one that goes with the process; undefined: several processes need one, and there is
 * no `dir`. Rejects with a `StoreError`.
 */
export async function openFolder(
  url: string,
  dir: string,
  store: Store,
): Promise<DiskFolder | undefined> {
  if (store.files.isShared) return dir === "" ? undefined : await openSharedFolder(dir, store);
  const path = folderOf(url, dir);
  if (path === undefined) return await DiskFolder.temporary();
  const lock = await openLock(`${path}/`, `the folder ${path}`, "FILES_DIR");
  return new DiskFolder(path, () => lock.close());
}

function folderOf(url: string, dir: string): string | undefined {
  return dir || (url.startsWith("sqlite:") ? besideOf(url.slice("sqlite:".length)) : undefined);
}

/** What can be done to a database as a whole. Each throws a `StoreError` where it can't. */
export interface Database {
  path: string;
  backUp(file: string): Promise<Findings>;
  restore(file: string): Promise<Restored>;
  /** Of this database, or of another file. */
  check(file?: string): Findings;
  /** Gives `write` one line after the other. */
  exportLogs(room: RoomName | undefined, write: (line: object) => void): Exported;
  importLogs(lines: AsyncIterable<string>): Promise<Imported>;
}

/** The database of a store, and its files. Throws a `StoreError` where it is in no file. */
export function databaseOf(url: string, dir = ""): Database {
  const path = pathIn(url);
  const folder = folderOf(url, dir)!;
  return {
    path,
    backUp: (file) =>
      backUp(path, file, async ({ files = [] }) => {
        // What is not there any more was deleted since then.
        await copyFiles(files, folder, besideOf(file));
      }),
    restore: (file) =>
      restore(path, file, new Date(), async ({ files = [] }, aside) => {
        await copyFiles(filesIn(folder), folder, besideOf(aside));
        await copyFiles(files, besideOf(file), folder);
      }),
    check: (file) => {
      const found = findings(file ?? path);
      const where = file === undefined ? folder : besideOf(file);
      const missing = missingFrom(where, found.files ?? []);
      if (missing > 0) {
        found.problems.push(`files of messages that are not in ${where}: ${missing}`);
      }
      return found;
    },
    exportLogs: (room, write) => exportLogs(path, room, write),
    importLogs: (lines) => importLogs(path, lines),
  };
}
