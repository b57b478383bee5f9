// The store in one SQLite file: a worker owns the file, a lock keeps a second process out.
import type { Entry, RoomName, UserId } from "../protocol.ts";
import type { Answer, Call, Calls } from "./sqlite_worker.ts";
import type { FileStore } from "./file_store.ts";
import { openLock } from "./sqlite_lock.ts";
import type { Sync } from "./sqlite_log.ts";
import type { Authored, Draft, Head, Keep, MarkStore, Outcome, Page, PageSize } from "./store.ts";
import type { Retained, Stored } from "./store.ts";
import { Searches } from "./sqlite_searches.ts";
import { type Store, StoreError } from "./store.ts";

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Opens the file, making it and its folder where missing. Rejects with a `StoreError` whose sentence
 * says what is wrong: unwritable, damaged, or in use by another process.
 */
export async function openSqlite(path: string, sync: Sync): Promise<Store> {
  const lock = await openLock(path);
  const store = new SqliteStore(lock, path, sync);
  try {
    await store.open();
  } catch (error) {
    store.abandon();
    throw new StoreError(`can't use the database ${path}: ${(error as Error).message}`);
  }
  return store;
}

class SqliteStore implements Store {
  readonly marks: MarkStore = {
    mark: (...args) => this.#call("mark", ...args),
    marker: (...args) => this.#call("marker", ...args),
    readers: (...args) => this.#call("readers", ...args),
    knows: (...args) => this.#call("knows", ...args),
    unread: (...args) => this.#call("unread", ...args),
    forgetUser: (...args) => this.#call("forgetUser", ...args),
    direct: (...args) => this.#call("direct", ...args),
  };
  readonly files: FileStore = {
    add: (upload) => this.#call("addFile", upload),
    find: (id) => this.#call("findFile", id),
    drop: (...args) => this.#call("dropFile", ...args),
    dropAll: (by) => this.#call("dropFiles", by),
    waiting: (ids) => this.#call("waitingFiles", ids),
    waste: (before) => this.#call("wasteOfFiles", before),
    forget: (ids) => this.#call("forgetFiles", ids),
    unknown: (ids) => this.#call("unknownFiles", ids),
    bytes: () => this.#call("bytesOfFiles"),
  };
  readonly search = new Searches((...args) => this.#call("find", ...args));
  readonly #lock: Deno.FsFile;
  readonly #path: string;
  readonly #sync: Sync;
  #worker: Worker | undefined;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closed: StoreError | undefined;

  constructor(lock: Deno.FsFile, path: string, sync: Sync) {
    this.#lock = lock;
    this.#path = path;
    this.#sync = sync;
  }

  /** Starts a worker on the file: at the start, and when the one before it died. */
  open(): Promise<void> {
    const worker = new Worker(new URL("./sqlite_worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#settle(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#reject(new StoreError(`the database worker stopped: ${event.message}`));
      // What is asked from here on waits for it, or is told why it could not start.
      this.open().catch(() => {});
    };
    this.#worker = worker;
    return this.#send("open", [this.#path, this.#sync]) as Promise<void>;
  }

  append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]> {
    return this.#call("append", drafts) as Promise<Outcome<D>[]>;
  }

  head(room: RoomName): Promise<Head | undefined> {
    return this.#call("head", room);
  }

  replay(
    room: RoomName,
    after: number,
    upTo: number,
    size: PageSize,
  ): Promise<Entry[] | undefined> {
    return this.#call("replay", room, after, upTo, size);
  }

  page(room: RoomName, before: number, size: PageSize, uid?: UserId): Promise<Page> {
    return this.#call("page", room, before, size, uid);
  }

  authored(uid: UserId, after: number): Promise<Authored> {
    return this.#call("authored", uid, after);
  }

  disown(uid: UserId, after: number, next: number, user: string): Promise<void> {
    return this.#call("disown", uid, after, next, user);
  }

  active(since: number, limit: number): Promise<{ room: RoomName; seq: number; topic: string }[]> {
    return this.#call("active", since, limit);
  }

  retain(keep: Keep): Promise<Retained> {
    return this.#call("retain", keep);
  }

  keep(name: string, fresh: string): Promise<string> {
    return this.#call("keep", name, fresh);
  }

  put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    return this.#call("put", kind, key, value, expires);
  }

  replace(kind: string, key: string, value: string, expires: number | null): Promise<boolean> {
    return this.#call("replace", kind, key, value, expires);
  }

  get(kind: string, key: string, now: number): Promise<string | undefined> {
    return this.#call("get", kind, key, now);
  }

  list(kind: string, now: number): Promise<Stored[]> {
    return this.#call("list", kind, now);
  }

  remove(kind: string, key: string): Promise<void> {
    return this.#call("remove", kind, key);
  }

  check(): Promise<void> {
    return this.#call("check");
  }

  async close(): Promise<void> {
    try {
      await this.#call("close");
    } finally {
      this.abandon();
    }
  }

  /** Ends the worker and lets go of the file as it is. */
  abandon(): void {
    this.#worker?.terminate();
    this.#lock.close();
    this.#closed = new StoreError("the database is closed");
    this.#reject(this.#closed);
  }

  #call<M extends keyof Calls>(
    method: M,
    ...args: Parameters<Calls[M]>
  ): Promise<ReturnType<Calls[M]>> {
    return this.#send(method, args) as Promise<ReturnType<Calls[M]>>;
  }

  #send(method: Call["method"], args: unknown[]): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    this.#worker!.postMessage({ id, method, args } satisfies Call);
    return promise;
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ("error" in answer) pending?.reject(new StoreError(answer.error));
    else pending?.resolve(answer.value);
  }

  #reject(failure: StoreError): void {
    for (const pending of this.#pending.values()) pending.reject(failure);
    this.#pending.clear();
  }
}
