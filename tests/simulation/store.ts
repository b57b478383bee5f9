// The store of one server: a real one whose calls are done, answered and refused only when told, and
// in any order. What it keeps is known to the truth, from which the next server's is made.
import type { Entry, RoomName, UserId } from "../../src/protocol.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { type Appended, type Draft, type Outcome, StoreError } from "../../src/store/store.ts";
import type { Authored, Head, Keep, MarkStore, Page, PageSize } from "../../src/store/store.ts";
import type { Retained, Store, Stored } from "../../src/store/store.ts";
import type { Dice } from "./dice.ts";
import type { Profile } from "./profile.ts";
import { SqliteMemory } from "./sqlite_memory.ts";
import type { ChatDraft, Truth } from "./truth.ts";

/** How many calls of all are slow. */
const SLOW = 0.15;

/** A call that is under way: first it is done, then it is answered. */
export interface Call {
  name: "append" | "head" | "replay" | "page" | "active";
  about: string;
  isDone: boolean;
  /** It is often passed over. */
  isSlow: boolean;
  do(): Promise<void>;
  answer(): void;
  refuse(): void;
}

export class SimStore implements Store {
  readonly marks: MarkStore;
  readonly #memory: Store;
  readonly #truth: Truth;
  readonly #isPrompt: boolean;
  readonly #dice: Dice;
  readonly #violated: (what: string) => void;
  readonly calls = new Set<Call>();
  /** Hears of every entry that is stored, when its append is answered. */
  onStored: (room: RoomName, bytes: number) => void = () => {};
  /** Every call that is not done yet will be refused. */
  isFailing = false;

  private constructor(
    memory: Store,
    truth: Truth,
    isPrompt: boolean,
    dice: Dice,
    violated: (what: string) => void,
  ) {
    this.marks = memory.marks;
    this.#memory = memory;
    this.#truth = truth;
    this.#isPrompt = isPrompt;
    this.#dice = dice;
    this.#violated = violated;
  }

  /** A store that holds what the truth holds. A prompt one answers at once, unless it fails. */
  static async open(
    truth: Truth,
    { isPrompt, isSqlite }: Profile,
    dice: Dice,
    violated: (what: string) => void,
  ): Promise<SimStore> {
    const memory = isSqlite ? new SqliteMemory() : new MemoryStore();
    for (const [room, { epoch, entries }] of truth.logs) {
      await memory.append(entries.map(({ seq: _, ...entry }) => ({ ...entry, room, epoch })));
    }
    return new SimStore(memory, truth, isPrompt, dice, violated);
  }

  append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]> {
    return this.#append(drafts as readonly ChatDraft[]) as Promise<Outcome<D>[]>;
  }

  #append(drafts: readonly ChatDraft[]): Promise<Appended[]> {
    const about = drafts.map(({ room }) => room).join(" ");
    const answered = this.#call("append", about, async () => {
      const appended = await this.#memory.append(drafts);
      for (const [index, draft] of drafts.entries()) {
        const problem = this.#truth.append(draft, appended[index]!);
        if (problem) this.#violated(problem);
      }
      return appended;
    }, () => this.#memory instanceof SqliteMemory && this.#memory.failAppend(drafts));
    answered.then((appended) => {
      for (const [index, { room, text }] of drafts.entries()) {
        if (appended[index]!.isNew) this.onStored(room, text.length);
      }
    }, () => {});
    return answered;
  }

  head(room: RoomName): Promise<Head | undefined> {
    return this.#call("head", room, () => this.#memory.head(room));
  }

  replay(room: RoomName, after: number, upTo: number, size: PageSize) {
    return this.#call(
      "replay",
      `${room} ${after}-${upTo}`,
      (): Promise<Entry[] | undefined> => this.#memory.replay(room, after, upTo, size),
    );
  }

  page(room: RoomName, before: number, size: PageSize, uid?: UserId): Promise<Page> {
    return this.#call(
      "page",
      `${room} <${before}`,
      () => this.#memory.page(room, before, size, uid),
    );
  }

  active(since: number, limit: number) {
    return this.#call("active", "", () => this.#memory.active(since, limit));
  }

  authored(uid: UserId, after: number): Promise<Authored> {
    return this.#memory.authored(uid, after);
  }

  disown(uid: UserId, after: number, next: number, user: string): Promise<void> {
    return this.#memory.disown(uid, after, next, user);
  }

  retain(keep: Keep): Promise<Retained> {
    return this.#memory.retain(keep);
  }

  keep(name: string, fresh: string): Promise<string> {
    return this.#memory.keep(name, fresh);
  }

  put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    return this.#memory.put(kind, key, value, expires);
  }

  get(kind: string, key: string, now: number): Promise<string | undefined> {
    return this.#memory.get(kind, key, now);
  }

  list(kind: string, now: number): Promise<Stored[]> {
    return this.#memory.list(kind, now);
  }

  remove(kind: string, key: string): Promise<void> {
    return this.#memory.remove(kind, key);
  }

  check(): Promise<void> {
    return this.#memory.check();
  }

  close(): Promise<void> {
    return this.#memory.close();
  }

  /** All of a room, past every gate. */
  async all(room: RoomName): Promise<Entry[]> {
    const everything = { limit: Infinity, bytes: Infinity };
    return (await this.#memory.page(room, Number.MAX_SAFE_INTEGER, everything)).messages;
  }

  #call<T>(
    name: Call["name"],
    about: string,
    run: () => Promise<T>,
    fail: () => void = () => {},
  ): Promise<T> {
    if (this.#isPrompt && !this.isFailing) return run();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let result: T;
    const call: Call = {
      name,
      about,
      isDone: false,
      isSlow: this.#dice.chance(SLOW),
      do: async () => {
        try {
          result = await run();
          call.isDone = true;
        } catch (error) {
          this.calls.delete(call);
          this.#violated(`the store failed: ${(error as Error).message}`);
        }
      },
      answer: () => {
        this.calls.delete(call);
        resolve(result);
      },
      refuse: () => {
        this.calls.delete(call);
        fail();
        reject(new StoreError("the disk is full"));
      },
    };
    this.calls.add(call);
    return promise;
  }
}
