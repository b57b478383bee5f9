// Opens what keeps files (W19): the folder, what the store knows of it, and the timer that removes what
// nobody needs any more.
import type { Logger } from "@logtape/logtape";
import { randomBytes } from "node:crypto";
import type { Config } from "./config.ts";
import type { Counts } from "./counts.ts";
import { COLLECT_MS, Files } from "./files.ts";
import { openFolder } from "./store/open.ts";
import type { Store } from "./store/store.ts";

export interface Filing {
  files: Files;
  /** Sentences on where they are, for the operator. */
  advice: string[];
  close(): Promise<void>;
}

/** Rejects with a `StoreError` where the folder can't be used. */
export async function openFiling(
  config: Config,
  store: Store,
  counts: Counts,
  log: Logger,
): Promise<Filing> {
  const failed = (error: unknown) => log.error("files: {error}", { error: String(error) });
  const { STORE_URL, FILES_DIR, MAX_FILE_BYTES, MAX_FILES_BYTES } = config;
  const folder = await openFolder(STORE_URL, FILES_DIR, store).catch((error) => {
    // A server that keeps nothing starts where it can write nothing, too.
    if (STORE_URL !== "memory:" || FILES_DIR !== "") throw error;
    log.warn("no files are taken: {error}", { error: (error as Error).message });
  });
  const files = new Files({
    store: store.files,
    folder: folder ?? undefined,
    limits: { file: MAX_FILE_BYTES, all: MAX_FILES_BYTES },
    counts,
    now: Date.now,
    makeId: () => randomBytes(16).toString("hex"),
    failed,
  });
  await files.restore();
  const collecting = setInterval(() => files.collect(), COLLECT_MS);
  files.collect();
  return {
    files,
    advice: store.files.isShared && MAX_FILES_BYTES > 0 ? [adviceOn(folder?.path)] : [],
    close: async () => {
      clearInterval(collecting);
      await folder?.close().catch(failed);
    },
  };
}

function adviceOn(path: string | undefined): string {
  if (path !== undefined) return `Files are in ${path}, which must be the same for all servers.`;
  return "No files are taken: with Redis, FILES_DIR must name a folder that all servers share.";
}
