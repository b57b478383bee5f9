// The lock beside an SQLite file, or in a folder: who holds it may write there; a second process is
// refused.
import { StoreError } from "./store.ts";

/** How long a start waits for the lock: a process that was killed lets go of it at once. */
const LOCK_WAIT_MS = 1000;

/**
 * Holds `<path>.lock`, making its folder where missing; the system lets go of it when the process
 * ends, however it ends. Rejects with a `StoreError` where another process has it. `setting` names the
 * variable that leads to `what`.
 */
export async function openLock(
  path: string,
  what = `the database ${path}`,
  setting = "STORE_URL",
): Promise<Deno.FsFile> {
  const lockPath = `${path}.lock`;
  let file: Deno.FsFile;
  try {
    await Deno.mkdir(path.replace(/[^/\\]*$/, "") || ".", { recursive: true });
    file = await Deno.open(lockPath, { create: true, write: true });
  } catch (error) {
    const { message } = error as Error;
    const expected = `${setting} must name a place where this process may write`;
    throw new StoreError(`can't write ${lockPath}: ${message}; ${expected}`);
  }
  const waited = Promise.withResolvers<false>();
  const timer = setTimeout(() => waited.resolve(false), LOCK_WAIT_MS);
  const isHeld = await Promise.race([file.lock(true).then(() => true), waited.promise]);
  clearTimeout(timer);
  if (isHeld) return file;
  // Else the lock would be ours, and never let go of, as soon as the other process ends.
  file.close();
  throw new StoreError(
    `another process uses ${what}: stop it, or give this one another ${setting}`,
  );
}
