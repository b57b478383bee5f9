// An SQLite file of a test: opened as often as the test likes, gone at its end.
import type { Sync } from "../../src/store/sqlite_log.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { type Process, startLimited, startProcess } from "../harness/process.ts";
import { tempFolder } from "../harness/temp.ts";
import { within } from "../harness/within.ts";

const HOLDER = new URL("./holder.ts", import.meta.url).href;

/** A folder and the path of a database in it, which does not exist yet. */
export async function tempDatabase(): Promise<Database & AsyncDisposable> {
  const folder = await tempFolder();
  const dispose = () => folder[Symbol.asyncDispose]();
  return Object.assign(new Database(folder.path), { [Symbol.asyncDispose]: dispose });
}

export class Database {
  readonly folder: string;
  readonly path: string;

  constructor(folder: string, name = "snug.db") {
    this.folder = folder;
    this.path = `${folder}/${name}`;
  }

  get url(): string {
    return `sqlite:${this.path}`;
  }

  /** Opens it here, works with it, and closes it. */
  async use<T>(work: (store: Store) => Promise<T>, sync: Sync = "full"): Promise<T> {
    const store = await openStore(this.url, sync);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** Opens it in a process of its own (holder.ts). */
  hold(sync: Sync = "full", env: Record<string, string> = {}): Process {
    const args = this.#holder(sync);
    return startProcess(Deno.execPath(), { args, env: { ...Deno.env.toObject(), ...env } });
  }

  /** As `hold`, on a disk where no file can grow above so many bytes. */
  holdOnSmallDisk(bytes: number): Process {
    return startLimited(bytes, [Deno.execPath(), ...this.#holder("full")]);
  }

  /** The file's bytes, without its write-ahead log. */
  bytes(): Promise<Uint8Array> {
    return Deno.readFile(this.path);
  }

  /** What is in its folder, by name. */
  async files(): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(this.folder));
    return entries.map(({ name }) => name).toSorted();
  }

  #holder(sync: Sync): string[] {
    return ["run", "--quiet", "--allow-all", HOLDER, this.url, sync];
  }
}

/** Looks again and again until it is so, or fails after the limit. */
export async function eventually(what: string, limitMs: number, isSo: () => Promise<boolean>) {
  const looking = new AbortController();
  const look = async () => {
    while (!looking.signal.aborted && !await isSo()) await new Promise((r) => setTimeout(r, 5));
  };
  try {
    await within(limitMs, what, look());
  } finally {
    looking.abort();
  }
}
