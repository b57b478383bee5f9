// The store of one server: a real one whose calls are done, answered and refused only when told, and
// in any order. What it keeps is known to the truth, from which the next server's is made.
import type { Entry, RoomName, UserId } from "../../src/protocol.ts";
import type { FileStore } from "../../src/store/file_store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { type Draft, type Outcome, StoreError } from "../../src/store/store.ts";
import type { Authored, Head, Keep, MarkStore, Page, PageSize } from "../../src/store/store.ts";
import type { Retained, Store, Stored } from "../../src/store/store.ts";
import type { Dice } from "./dice.ts";
import type { Profile } from "./profile.ts";
import { SqliteMemory } from "./sqlite_memory.ts";
import { type Log, nameless, type Truth } from "./truth.ts";

/** How many calls of all are slow. */
const SLOW = 0.15;

/** A call that is under way: first it is done, then it is answered. */
export interface Call {
  name: "append" | "head" | "replay" | "page" | "active" | "command";
  about: string;
  isDone: boolean;
  /** It is often passed over. */
  isSlow: boolean;
  do(): Promise<void>;
  answer(): void;
  refuse(): void;
}

/** What a schedule steers of a store. */
export interface Disk {
  readonly calls: ReadonlySet<Call>;
  /** Every call that is not done yet will be refused. */
  isFailing: boolean;
  /** All of a room that is kept, past every gate. */
  all(room: RoomName): Promise<{ entries: Entry[]; page: Page }>;
  /** Its server is no more. What it was about to do may or may not be done. */
  die(): Promise<void>;
}

/** What the store of a new life is given for an entry of an old one. */
function draftOf({ epoch, first, drafts, disowned }: Log, index: number): Draft {
  const { ref, ...draft } = drafts[index]!;
  // The ref of what is cut may have been used again.
  const kept = { ...draft, epoch, ...(ref !== undefined && index + 1 >= first && { ref }) };
  return disowned.has(index + 1) ? nameless(kept) : kept;
}

export class SimStore implements Store, Disk {
  readonly marks: MarkStore;
  readonly files: FileStore;
  readonly #memory: Store;
  readonly #truth: Truth;
  readonly #isPrompt: boolean;
  readonly #dice: Dice;
  readonly #violated: (what: string) => void;
  readonly calls = new Set<Call>();
  /** Hears of every entry that is stored, when its append is answered. */
  onStored: (room: RoomName, bytes: number) => void = () => {};
  isFailing = false;
  /** What was found last, for `disown`. */
  #authored: readonly Entry[] = [];

  private constructor(
    memory: Store,
    truth: Truth,
    isPrompt: boolean,
    dice: Dice,
    violated: (what: string) => void,
  ) {
    this.files = memory.files;
    this.marks = {
      mark: async (marks) => {
        await memory.marks.mark(marks);
        for (const mark of marks) truth.marks.set(`${mark.room} ${mark.uid}`, mark);
      },
      marker: (...args) => memory.marks.marker(...args),
      readers: (...args) => memory.marks.readers(...args),
      knows: (...args) => memory.marks.knows(...args),
      unread: (...args) => memory.marks.unread(...args),
      forgetUser: async (uid) => {
        await memory.marks.forgetUser(uid);
        for (const [key, mark] of truth.marks) if (mark.uid === uid) truth.marks.delete(key);
      },
      direct: (...args) => memory.marks.direct(...args),
    };
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
    // Those of which the least is kept come first: what is cut of a later log is none of theirs.
    const kept = ([, { entries, first }]: [string, Log]) => entries.length - first;
    for (const [, log] of [...truth.logs].sort((a, b) => kept(a) - kept(b))) {
      const { first, drafts } = log;
      await memory.append(drafts.map((_, index) => draftOf(log, index)));
      const messages = drafts.length - first + 1;
      for (let isDone = first === 1; !isDone;) {
        ({ isDone } = await memory.retain({ since: -Infinity, messages, bytes: Infinity }));
      }
    }
    await memory.marks.mark([...truth.marks.values()]);
    for (const { kind, key, value, expires } of truth.records.values()) {
      await memory.put(kind, key, value, expires);
    }
    return new SimStore(memory, truth, isPrompt, dice, violated);
  }

  append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]> {
    return this.#append(drafts) as Promise<Outcome<D>[]>;
  }

  #append(drafts: readonly Draft[]): Promise<Outcome[]> {
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
      for (const [index, draft] of drafts.entries()) {
        const outcome = appended[index]!;
        const length = "text" in draft ? draft.text.length : 0;
        if ("isNew" in outcome && outcome.isNew) this.onStored(draft.room, length);
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

  async authored(uid: UserId, after: number): Promise<Authored> {
    const authored = await this.#memory.authored(uid, after);
    this.#authored = authored.entries;
    return authored;
  }

  async disown(uid: UserId, after: number, next: number, user: string): Promise<void> {
    const disowned = this.#authored;
    await this.#memory.disown(uid, after, next, user);
    this.#truth.disown(disowned);
  }

  async retain(keep: Keep): Promise<Retained> {
    const retained = await this.#memory.retain(keep);
    for (const { room, first } of retained.cuts) this.#truth.cut(room, first);
    return retained;
  }

  keep(name: string, fresh: string): Promise<string> {
    return this.#memory.keep(name, fresh);
  }

  async put(kind: string, key: string, value: string, expires: number | null): Promise<void> {
    await this.#memory.put(kind, key, value, expires);
    this.#truth.records.set(`${kind} ${key}`, { kind, key, value, expires });
  }

  async replace(
    kind: string,
    key: string,
    value: string,
    expires: number | null,
  ): Promise<boolean> {
    const isThere = await this.#memory.replace(kind, key, value, expires);
    if (isThere) this.#truth.records.set(`${kind} ${key}`, { kind, key, value, expires });
    return isThere;
  }

  get(kind: string, key: string, now: number): Promise<string | undefined> {
    return this.#memory.get(kind, key, now);
  }

  list(kind: string, now: number): Promise<Stored[]> {
    return this.#memory.list(kind, now);
  }

  async remove(kind: string, key: string): Promise<void> {
    await this.#memory.remove(kind, key);
    this.#truth.records.delete(`${kind} ${key}`);
  }

  check(): Promise<void> {
    return this.#memory.check();
  }

  close(): Promise<void> {
    return this.#memory.close();
  }

  async die(): Promise<void> {
    for (const call of this.calls) {
      if (call.name === "append" && !call.isDone && this.#dice.chance(0.5)) await call.do();
    }
    await this.close();
  }

  async all(room: RoomName): Promise<{ entries: Entry[]; page: Page }> {
    return await allOf(this.#memory, room);
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

/** All of a room that a store keeps. */
export async function allOf(
  store: Store,
  room: RoomName,
): Promise<{ entries: Entry[]; page: Page }> {
  const everything = { limit: 1e9, bytes: 1e15 };
  const { first, seq } = (await store.head(room))!;
  const entries = await store.replay(room, first - 1, seq, everything);
  return { entries: entries!, page: await store.page(room, seq + 1, everything) };
}
