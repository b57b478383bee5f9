// Copies of files for backups: the same bytes under another name where that is possible, because a file
// never changes while it is there.
import { isFileId } from "../protocol.ts";

/** The ids of all that are in a folder; none where there is no folder. */
export function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).filter(isFileId);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** How many of these are not in a folder. */
export function missingFrom(folder: string, ids: readonly string[]): number {
  const there = new Set(filesIn(folder));
  return ids.filter((id) => !there.has(id)).length;
}

/** Brings those that are there into another folder, made where something comes into it. */
export async function copyFiles(ids: readonly string[], from: string, to: string): Promise<void> {
  const there = new Set(filesIn(from));
  const known = new Set(filesIn(to));
  const coming = ids.filter((id) => there.has(id) && !known.has(id));
  if (coming.length === 0) return;
  await Deno.mkdir(to, { recursive: true, mode: 0o700 });
  for (const id of coming) await copy(`${from}/${id}`, `${to}/${id}`);
}

async function copy(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch {
    // Another disk, or one without links. Whole under its name, or not there.
    const part = `${to}.part`;
    try {
      await Deno.copyFile(from, part);
      using file = await Deno.open(part, { write: true });
      await file.syncData();
      await Deno.rename(part, to);
    } catch (error) {
      await Deno.remove(part).catch(() => {});
      // It went with its message a moment ago.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
