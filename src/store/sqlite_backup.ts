// Copies of the SQLite file: one that is taken while a server may be at work, and one that comes
// back in its place.
import { backup, DatabaseSync } from "node:sqlite";
import { type Findings, findings } from "./sqlite_check.ts";
import { openLock } from "./sqlite_lock.ts";
import { closeDatabase, newEpochs, openDatabase, openToRead } from "./sqlite_schema.ts";
import { StoreError } from "./store.ts";

/** All pages in one step: of one moment, and not begun again whenever somebody writes. */
const AT_ONCE = { rate: -1 };

/** What has to be done beside the database before the copy takes its place. */
export type Beside = (found: Findings) => Promise<void>;

/**
 * Writes the database of one moment to `file`, which must not be there. It is there whole and on
 * the disk, or not at all. Rejects with a `StoreError`.
 */
export async function backUp(path: string, file: string, beside: Beside): Promise<Findings> {
  await mustBeThere(path);
  await reserve(file);
  const part = `${file}.part`;
  try {
    const found = await copy(path, part);
    await beside(found);
    await Deno.rename(part, file);
    return found;
  } catch (error) {
    await Deno.remove(file);
    throw new StoreError(`can't back up ${path} to ${file}: ${(error as Error).message}`);
  } finally {
    await Deno.remove(part).catch(() => {});
  }
}

export interface Restored {
  found: Findings;
  /** Where what was there is kept; undefined: there was nothing. */
  kept: string | undefined;
}

/**
 * Puts a backup in the place of the database, with new epochs. What was there is kept beside it.
 * Rejects with a `StoreError`.
 */
export async function restore(
  path: string,
  file: string,
  now: Date,
  beside: (found: Findings, aside: string) => Promise<void>,
): Promise<Restored> {
  await mustBeThere(file);
  const lock = await openLock(path);
  const part = `${path}.part`;
  try {
    const found = await copy(file, part);
    const db = openDatabase(part, "full");
    newEpochs(db);
    closeDatabase(db);
    const aside = `${path}.before-${now.toISOString().replaceAll(":", "")}`;
    await beside(found, aside);
    const kept = await putAside(path, aside);
    await Deno.rename(part, path);
    return { found, kept };
  } catch (error) {
    throw new StoreError(`can't restore ${file} to ${path}: ${(error as Error).message}`);
  } finally {
    for (const end of ["", "-wal", "-shm"]) await Deno.remove(part + end).catch(() => {});
    lock.close();
  }
}

/** Gives all logs of the database new epochs. Returns how many there are. Rejects with a `StoreError`. */
export async function renew(path: string): Promise<number> {
  await mustBeThere(path);
  const lock = await openLock(path);
  try {
    const db = openDatabase(path, "full");
    try {
      return newEpochs(db);
    } finally {
      closeDatabase(db);
    }
  } catch (error) {
    throw new StoreError(`can't renew ${path}: ${(error as Error).message}`);
  } finally {
    lock.close();
  }
}

/** A sound copy, in one file that is on the disk. Throws where the source is damaged. */
async function copy(from: string, to: string): Promise<Findings> {
  // It holds what sessions are signed with: nobody else may read it.
  using file = await Deno.open(to, { create: true, write: true, truncate: true, mode: 0o600 });
  const { db: source } = openToRead(from);
  try {
    await backup(source, to, AT_ONCE);
  } finally {
    source.close();
  }
  const found = findings(to);
  const [problem] = found.problems;
  if (problem !== undefined) throw new Error(`it is damaged: ${problem}`);
  const db = new DatabaseSync(to);
  try {
    db.exec("pragma journal_mode = delete");
  } finally {
    db.close();
  }
  await file.syncData();
  return found;
}

/** The database goes first, so that nothing ever finds it without its write-ahead log. */
async function putAside(path: string, aside: string): Promise<string | undefined> {
  let kept: string | undefined;
  for (const end of ["", "-wal"]) {
    try {
      await Deno.rename(path + end, aside + end);
      kept ??= aside + end;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  await Deno.remove(`${path}-shm`).catch(() => {});
  return kept;
}

async function reserve(file: string): Promise<void> {
  try {
    (await Deno.open(file, { write: true, createNew: true, mode: 0o600 })).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new StoreError(`${file} is there already; a backup never takes a file's place`);
    }
    throw new StoreError(`can't write ${file}: ${(error as Error).message}`);
  }
}

/** Rejects where there is no file to read. */
async function mustBeThere(path: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isFile) return;
  } catch (error) {
    throw new StoreError(`can't read ${path}: ${(error as Error).message}`);
  }
  throw new StoreError(`can't read ${path}: it is no file`);
}
