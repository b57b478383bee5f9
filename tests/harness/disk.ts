// A disk that is slow, full or broken when a test says so: a library (disk.c) that is loaded into the
// server's process, between SQLite and the system. Tests that use it need "cc".
import { tempFolder } from "./temp.ts";
import { within } from "./within.ts";

const SOURCE = new URL("./disk.c", import.meta.url).pathname;
const LIMIT_MS = 20_000;
const ERRNO = { ENOSPC: "28", EIO: "5" };

/** A folder for a database and the disk that it is on. */
export async function openDisk(): Promise<Disk & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const args = ["-shared", "-fPIC", "-O1", "-o", `${path}/disk.so`, SOURCE, "-ldl"];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (!success) throw new Error(`cc: ${new TextDecoder().decode(stderr)}`);
  const owned = stack.move();
  const dispose = () => owned.disposeAsync();
  return Object.assign(new Disk(path), { [Symbol.asyncDispose]: dispose });
}

export class Disk {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** What a process needs in its environment to have its files `snug.db…` on this disk. */
  get env(): Record<string, string> {
    return { LD_PRELOAD: `${this.folder}/disk.so`, DISK: this.folder };
  }

  /** The file of the database: only under this name it is on the disk. */
  get path(): string {
    return `${this.folder}/snug.db`;
  }

  get url(): string {
    return `sqlite:${this.path}`;
  }

  /** No sync returns until `release`. */
  hold(): void {
    Deno.writeTextFileSync(`${this.folder}/hold`, "");
  }

  release(): void {
    Deno.removeSync(`${this.folder}/hold`);
  }

  /** Writes and syncs fail, or syncs alone, until `heal`. */
  fail(how: keyof typeof ERRNO, what: "all" | "syncs" = "all"): void {
    Deno.writeTextFileSync(`${this.folder}/${what === "all" ? "fail" : "fail-sync"}`, ERRNO[how]);
  }

  heal(): void {
    for (const { name } of Deno.readDirSync(this.folder)) {
      if (name.startsWith("fail")) Deno.removeSync(`${this.folder}/${name}`);
    }
  }

  /** Syncs of this file that have returned. */
  synced(name: string): number {
    return this.#lines().filter((line) => line === `end ${name}`).length;
  }

  /** Waits until a sync is under way. */
  async isHeld(): Promise<void> {
    const looking = new AbortController();
    const look = async () => {
      while (!looking.signal.aborted && !this.#lines().at(-1)?.startsWith("begin")) {
        await new Promise((done) => setTimeout(done, 5));
      }
    };
    try {
      await within(LIMIT_MS, "a sync under way", look());
    } finally {
      looking.abort();
    }
  }

  #lines(): string[] {
    try {
      return Deno.readTextFileSync(`${this.folder}/log`).trimEnd().split("\n");
    } catch {
      return [];
    }
  }
}
