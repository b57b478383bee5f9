// The folder that holds the bytes of files (W19), each under its id. Knows nothing of what they are, or
// of who may have them.
import { isFileId } from "../protocol.ts";
import type { Folder, Part, Reading } from "./file_store.ts";
import { StoreError } from "./store.ts";

/** What is not whole yet is called so. */
const PART = ".part";
/** Bytes that are read at once. */
const CHUNK_BYTES = 65_536;

export class DiskFolder implements Folder {
  readonly path: string;
  /** Done when it is not used any more. */
  readonly #ended: () => unknown;

  constructor(path: string, ended: () => unknown = () => {}) {
    this.path = path;
    this.#ended = ended;
  }

  /** One that goes when it is closed. Rejects with a `StoreError`. */
  static async temporary(): Promise<DiskFolder> {
    try {
      const path = await Deno.makeTempDir({ prefix: "snug-files-" });
      return new DiskFolder(path, () => Deno.remove(path, { recursive: true }));
    } catch (error) {
      throw new StoreError(`can't make a folder for files: ${(error as Error).message}`);
    }
  }

  async begin(id: string): Promise<Part> {
    const options = { read: true, write: true, createNew: true, mode: 0o600 };
    return new DiskPart(this.path, id, await Deno.open(`${this.path}/${id}${PART}`, options));
  }

  async read(id: string, start: number, end: number): Promise<Reading | undefined> {
    try {
      const file = await Deno.open(`${this.path}/${id}`);
      await file.seek(start, Deno.SeekMode.Start);
      return new DiskReading(file, end - start);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async remove(id: string): Promise<void> {
    for (const end of ["", PART]) await removeIfThere(`${this.path}/${id}${end}`);
  }

  /** Whatever else is in the folder is left alone. */
  async *olderThan(time: number): AsyncGenerator<string> {
    for await (const { name, isFile } of Deno.readDir(this.path)) {
      const id = name.replace(PART, "");
      if (!isFile || !isFileId(id)) continue;
      const { mtime } = await Deno.stat(`${this.path}/${name}`).catch(() => ({ mtime: null }));
      if (mtime && mtime.getTime() < time) yield id;
    }
  }

  async close(): Promise<void> {
    await this.#ended();
  }
}

class DiskPart implements Part {
  readonly #folder: string;
  readonly #path: string;
  readonly #file: Deno.FsFile;

  constructor(folder: string, id: string, file: Deno.FsFile) {
    this.#folder = folder;
    this.#path = `${folder}/${id}`;
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
  }

  async head(length: number): Promise<Uint8Array> {
    await this.#file.seek(0, Deno.SeekMode.Start);
    const head = new Uint8Array(length);
    let at = 0;
    for (let read: number | null = 0; read !== null && at < length; at += read ?? 0) {
      read = await this.#file.read(head.subarray(at));
    }
    return head.subarray(0, at);
  }

  async keep(): Promise<void> {
    await this.#file.syncData();
    this.#file.close();
    await Deno.rename(this.#path + PART, this.#path);
    // There a folder can't be opened, and its entries are on the disk as it is.
    if (Deno.build.os === "windows") return;
    using folder = await Deno.open(this.#folder);
    await folder.sync();
  }

  async drop(): Promise<void> {
    try {
      this.#file.close();
    } catch {
      // It was closed to be kept, and could not be.
    }
    for (const end of ["", PART]) await removeIfThere(this.#path + end);
  }
}

class DiskReading implements Reading {
  readonly #file: Deno.FsFile;
  #left: number;

  constructor(file: Deno.FsFile, bytes: number) {
    this.#file = file;
    this.#left = bytes;
  }

  async next(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#left === 0) return null;
    const chunk = new Uint8Array(Math.min(this.#left, CHUNK_BYTES));
    const read = await this.#file.read(chunk);
    if (read === null) throw new Error("a file is shorter than it was");
    this.#left -= read;
    return chunk.subarray(0, read);
  }

  close(): void {
    this.#file.close();
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
