// Files on their way in, and out again when nobody needs them any more (W19): how many bytes there may
// be, and that neither a lost connection nor a crash leaves any for ever. The store knows which files
// there are; the folder has their bytes.
import type { Counts } from "./counts.ts";
import { cleanName } from "./file_name.ts";
import { isPicture, TextWatch, typeOf } from "./file_type.ts";
import { PICTURE_HEAD_BYTES, sizeOf } from "./picture_size.ts";
import { MAX_FILES, type RoomName, type SharedFile, type UserId } from "./protocol.ts";
import { type FileStore, type KeptFile, LEAST_BYTES } from "./store/file_store.ts";
import type { Folder, Part, Reading } from "./store/file_store.ts";
import { StoreError } from "./store/store.ts";
import { UnsentFiles } from "./unsent_files.ts";

/** How often it is looked for what nobody needs any more, in milliseconds. */
export const COLLECT_MS = 2000;
/** How long an upload may wait for its message (W19.7), and a file in the folder for its upload's end. */
const WAIT_MS = 3_600_000;
/** Files in the folder that the store is asked about at once. */
const ASKED = 512;

export interface FilesOptions {
  store: FileStore;
  /** Without one no file is taken. */
  folder: Folder | undefined;
  /** Of one file, and of all, in bytes; 0: none is taken. */
  limits: { file: number; all: number };
  counts: Counts;
  now(): number;
  makeId(): string;
  /** Hears of what the folder could not do. */
  failed(error: unknown): void;
}

/** What the system says where the disk is full, or the user's part of it. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** Why there is no place for a file: all that there is has been taken, or its account's part of it. */
type NoPlace = "full" | "unsent";
/** Why a file was not taken: nothing came, too much came, or there is no place for it. */
export type NotTaken = "empty" | "long" | NoPlace;
export type Taken = { ok: true; file: SharedFile } | { ok: false; why: NotTaken };

/** Where a file comes to, and from whom; `account` answers for it until a message has it. */
export interface Source {
  room: RoomName;
  uid: UserId;
  name: string;
  account: string;
}

export class Files {
  readonly #options: FilesOptions;
  readonly #unsent: UnsentFiles;
  /** What all count as that are kept, and those on their way in here. */
  #kept = 0;
  #coming = 0;
  #isCollecting = false;
  /** Whether something failed in this collecting, and in the one before. */
  readonly #failing = { now: false, before: false };
  #sweptAt = -Infinity;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#unsent = new UnsentFiles(options.store);
  }

  /** The most that one may have, in bytes; 0: none is taken. */
  get maxBytes(): number {
    const { folder, limits: { file, all } } = this.#options;
    return folder ? Math.min(file, all) : 0;
  }

  /** The most that an account may have in no message, in bytes: what one message may. */
  get maxUnsentBytes(): number {
    return MAX_FILES * Math.max(this.maxBytes, LEAST_BYTES);
  }

  /** Learns from the store what there is. Rejects with a `StoreError`. */
  async restore(): Promise<void> {
    this.#kept = await this.#options.store.bytes();
    this.#tell();
  }

  /**
   * Takes a file in, where one may be taken, and resolves when it is on the disk. What throws in
   * `chunks` is thrown again; what does not end well leaves nothing.
   */
  async take(
    { room, uid, name, account }: Source,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<Taken> {
    const id = this.#options.makeId();
    const place = new Place((bytes) => this.#reserve(account, bytes));
    let part: Part | undefined;
    let isTaken = false;
    try {
      if (this.#options.store.isShared) await this.restore();
      const why = await place.grow(0);
      if (why) return { ok: false, why };
      part = await this.#options.folder!.begin(id);
      const received = await this.#receive(part, place, chunks);
      if (!received.ok) return received;
      const head = await part.head(PICTURE_HEAD_BYTES);
      const type = typeOf(head, received.isText);
      const size = isPicture(type) ? sizeOf(type, head) : undefined;
      const file = { id, name: cleanName(name), type, bytes: place.bytes, ...size };
      await part.keep();
      const at = this.#options.now();
      await this.#options.store.add({ ...file, room, uid, at });
      isTaken = true;
      this.#unsent.keep(account, id, { bytes: place.counted, at });
      this.#options.counts.uploads++;
      return { ok: true, file };
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      this.#options.failed(error);
      if (!FULL.has(code)) throw new StoreError(`files can't be written: ${code}`);
      return { ok: false, why: "full" };
    } finally {
      if (isTaken) {
        this.#kept += place.counted;
      } else {
        await part?.drop().catch((error) => this.#options.failed(error));
        this.#unsent.shrink(account, place.counted);
      }
      this.#coming -= place.counted;
      this.#tell();
    }
  }

  find(id: string): Promise<KeptFile | undefined> {
    return this.#options.store.find(id);
  }

  /** The bytes from `start` to before `end`; undefined: the file is not there any more. */
  async read(id: string, start: number, end: number): Promise<Reading | undefined> {
    return await this.#options.folder?.read(id, start, end);
  }

  /** Lets go of one that is in no message. Whether there was one, of that uploader in that room. */
  drop(id: string, room: RoomName, by: UserId): Promise<boolean> {
    return this.#options.store.drop(id, room, by);
  }

  /** Removes the bytes that nobody needs any more; now and then also those that nobody knows of. */
  async collect(): Promise<void> {
    // What others have a folder for is theirs to remove.
    if (this.#isCollecting || !this.#options.folder) return;
    this.#isCollecting = true;
    this.#failing.before = this.#failing.now;
    this.#failing.now = false;
    const now = this.#options.now();
    try {
      while (await this.#collectSome(now - WAIT_MS));
      if (now - this.#sweptAt >= WAIT_MS) {
        this.#sweptAt = now;
        this.#unsent.forget(now - WAIT_MS);
        await this.#sweep(now - WAIT_MS);
      }
      if (this.#options.store.isShared) await this.restore();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isCollecting = false;
    }
  }

  async #receive(part: Part, place: Place, chunks: AsyncIterable<Uint8Array>) {
    const text = new TextWatch();
    for await (const chunk of chunks) {
      if (place.bytes + chunk.length > this.maxBytes) return { ok: false, why: "long" } as const;
      const why = await place.grow(chunk.length);
      if (why) return { ok: false, why } as const;
      text.write(chunk);
      await part.write(chunk);
    }
    if (place.bytes === 0) return { ok: false, why: "empty" } as const;
    return { ok: true, isText: text.end() } as const;
  }

  /** The bytes go first: what is killed in between is done again. */
  async #collectSome(before: number): Promise<boolean> {
    const { store } = this.#options;
    const gone = [];
    for (const file of await store.waste(before)) if (await this.#remove(file.id)) gone.push(file);
    if (gone.length === 0) return false;
    await store.forget(gone.map(({ id }) => id));
    for (const { bytes } of gone) this.#kept -= Math.max(bytes, LEAST_BYTES);
    this.#tell();
    return true;
  }

  /** What was killed while it came, or is newer than a store that was put back. */
  async #sweep(before: number): Promise<void> {
    let asked: string[] = [];
    for await (const id of this.#options.folder!.olderThan(before)) {
      if (asked.push(id) < ASKED) continue;
      await this.#removeUnknown(asked);
      asked = [];
    }
    await this.#removeUnknown(asked);
  }

  async #removeUnknown(ids: readonly string[]): Promise<void> {
    for (const id of await this.#options.store.unknown(ids)) await this.#remove(id);
  }

  /** Whether it is gone. One that stays keeps no other from going. */
  async #remove(id: string): Promise<boolean> {
    try {
      await this.#options.folder!.remove(id);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Tells the first failure, and no other until all goes well again. */
  #fail(error: unknown) {
    if (!this.#failing.now && !this.#failing.before) this.#options.failed(error);
    this.#failing.now = true;
  }

  /** Why there is no place for so many bytes more; undefined: they have one now. */
  async #reserve(account: string, bytes: number): Promise<NoPlace | undefined> {
    if (!await this.#unsent.grow(account, bytes, this.maxUnsentBytes)) return "unsent";
    if (this.#kept + this.#coming + bytes > this.#options.limits.all) {
      this.#unsent.shrink(account, bytes);
      return "full";
    }
    this.#coming += bytes;
    this.#tell();
  }

  #tell(): void {
    this.#options.counts.filesBytes = this.#kept + this.#coming;
  }
}

/** What one upload takes of what there is for all. */
class Place {
  readonly #reserve: (bytes: number) => Promise<NoPlace | undefined>;
  bytes = 0;
  counted = 0;

  constructor(reserve: (bytes: number) => Promise<NoPlace | undefined>) {
    this.#reserve = reserve;
  }

  /** Why there is no place for so many bytes more, if so. */
  async grow(bytes: number): Promise<NoPlace | undefined> {
    const counted = Math.max(this.bytes + bytes, LEAST_BYTES);
    const why = await this.#reserve(counted - this.counted);
    if (why) return why;
    this.bytes += bytes;
    this.counted = counted;
  }
}

/** What the system calls it. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
