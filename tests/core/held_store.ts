// A store whose calls can be held back and made to fail. Keeps what it is given in a MemoryStore.
import type { Entry, RoomName, UserId } from "../../src/protocol.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { type Draft, type Outcome, StoreError } from "../../src/store/store.ts";
import type { Authored, Head, Keep, MarkStore, Page, PageSize } from "../../src/store/store.ts";
import type { Retained, Store, Stored } from "../../src/store/store.ts";

export type Call =
  | "append"
  | "head"
  | "replay"
  | "page"
  | "active"
  | "authored"
  | "retain"
  | "put"
  | "replace"
  | "get"
  | "list"
  | "remove"
  | "check"
  | "mark"
  | "marker"
  | "unread";
/** Held before the store does the call, or after it, before its answer. */
type Where = "before" | "after";

export class HeldStore implements Store {
  readonly #memory = new MemoryStore();
  readonly marks: MarkStore = {
    mark: (...args) => this.#do("mark", () => this.#memory.marks.mark(...args)),
    marker: (...args) => this.#do("marker", () => this.#memory.marks.marker(...args)),
    unread: (...args) => this.#do("unread", () => this.#memory.marks.unread(...args)),
    readers: (...args) => this.#memory.marks.readers(...args),
    knows: (...args) => this.#memory.marks.knows(...args),
    forgetUser: (...args) => this.#memory.marks.forgetUser(...args),
    direct: (...args) => this.#memory.marks.direct(...args),
  };
  readonly files = this.#memory.files;
  readonly #held = new Map<Call, Where>();
  readonly #failing = new Map<Call, unknown>();
  #stopped: { call: Call; go: () => void }[] = [];
  /** Calls so far, and the drafts in each of `append`. */
  readonly calls: Call[] = [];
  readonly appends: number[] = [];

  /** Holds back every further call of this kind. */
  hold(call: Call, where: Where = "before"): void {
    this.#held.set(call, where);
  }

  /** Lets the oldest `count` calls of this kind go on. Without a `count` none is held any more. */
  release(call: Call, count = Infinity): void {
    if (count === Infinity) this.#held.delete(call);
    const going = this.#stopped.filter((stopped) => stopped.call === call).slice(0, count);
    this.#stopped = this.#stopped.filter((stopped) => !going.includes(stopped));
    for (const { go } of going) go();
  }

  /** Lets everything go on, and nothing fails any more. */
  recover(): void {
    this.#failing.clear();
    for (const call of [...this.#held.keys()]) this.release(call);
  }

  /** Calls held back now. */
  waiting(call: Call): number {
    return this.#stopped.filter((stopped) => stopped.call === call).length;
  }

  /** Makes every further call of this kind fail, until `recover`. */
  fail(call: Call, error: unknown = new StoreError("the disk is full")): void {
    this.#failing.set(call, error);
  }

  append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]> {
    this.appends.push(drafts.length);
    return this.#do("append", () => this.#memory.append(drafts));
  }

  head(room: RoomName): Promise<Head | undefined> {
    return this.#do("head", () => this.#memory.head(room));
  }

  replay(room: RoomName, after: number, upTo: number, size: PageSize) {
    return this.#do(
      "replay",
      (): Promise<Entry[] | undefined> => this.#memory.replay(room, after, upTo, size),
    );
  }

  page(room: RoomName, before: number, size: PageSize, uid?: UserId): Promise<Page> {
    return this.#do("page", () => this.#memory.page(room, before, size, uid));
  }

  active(since: number, limit: number) {
    return this.#do("active", () => this.#memory.active(since, limit));
  }

  authored(uid: UserId, after: number): Promise<Authored> {
    return this.#do("authored", () => this.#memory.authored(uid, after));
  }

  disown(uid: UserId, after: number, next: number, user: string): Promise<void> {
    return this.#memory.disown(uid, after, next, user);
  }

  put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    return this.#do("put", () => this.#memory.put(kind, key, value, expires));
  }

  replace(kind: string, key: string, value: string, expires: number | null): Promise<boolean> {
    return this.#do("replace", () => this.#memory.replace(kind, key, value, expires));
  }

  get(kind: string, key: string, now: number): Promise<string | undefined> {
    return this.#do("get", () => this.#memory.get(kind, key, now));
  }

  list(kind: string, now: number): Promise<Stored[]> {
    return this.#do("list", () => this.#memory.list(kind, now));
  }

  remove(kind: string, key: string): Promise<void> {
    return this.#do("remove", () => this.#memory.remove(kind, key));
  }

  check(): Promise<void> {
    return this.#do("check", () => this.#memory.check());
  }

  retain(keep: Keep): Promise<Retained> {
    return this.#do("retain", () => this.#memory.retain(keep));
  }

  keep(name: string, fresh: string): Promise<string> {
    return this.#memory.keep(name, fresh);
  }

  close(): Promise<void> {
    return this.#memory.close();
  }

  async #do<T>(call: Call, run: () => Promise<T>): Promise<T> {
    this.calls.push(call);
    if (this.#held.get(call) === "before") await this.#stop(call);
    if (this.#failing.has(call)) throw this.#failing.get(call);
    const result = await run();
    if (this.#held.get(call) === "after") await this.#stop(call);
    return result;
  }

  #stop(call: Call): Promise<void> {
    return new Promise((go) => this.#stopped.push({ call, go }));
  }
}
