// The folder of files that all processes on one store use, each store's a folder of its own in it: no
// sweep finds what is another's, and a process that was given another folder is found out.
import { randomBytes } from "node:crypto";
import { DiskFolder } from "./folder.ts";
import { type Store, StoreError } from "./store.ts";

/** Under what name the store keeps that of its folder. */
const NAME = "files";

/** Made by who comes first. Rejects with a `StoreError` where it can't be used, or is another one. */
export async function openSharedFolder(
  dir: string,
  store: Pick<Store, "keep">,
): Promise<DiskFolder> {
  const fresh = randomBytes(8).toString("hex");
  const path = (name: string) => `${dir.replace(/\/+$/, "")}/${name}`;
  // It is there before anybody may look for it.
  await Deno.mkdir(path(fresh), { recursive: true }).catch((error) => refuse(path(fresh), error));
  const name = await store.keep(NAME, fresh);
  if (name !== fresh) await Deno.remove(path(fresh));
  await tryToWrite(path(name));
  return new DiskFolder(path(name));
}

async function tryToWrite(path: string): Promise<void> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: path, prefix: ".tried-" }));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) refuse(path, error as Error);
    throw new StoreError(
      `the files of this Redis are in ${path}, which is not there: FILES_DIR must be the same ` +
        "folder for all servers; make that one to go on without the files that were there",
    );
  }
}

function refuse(path: string, { message }: Error): never {
  throw new StoreError(`can't write to the folder ${path} in FILES_DIR: ${message}`);
}
