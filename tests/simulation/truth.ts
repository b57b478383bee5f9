// What the logs must hold: a second, simple account of every append, against which the store, the
// wire and the pages are held. Knows every epoch there ever was.
import type { Entry, RoomName } from "../../src/protocol.ts";
import type { Appended, Draft } from "../../src/store/store.ts";

/** What is said; in this world nothing else is put into a log. */
export type ChatDraft = Extract<Draft, { type: "chat" }>;

/** An entry with the ref that it was sent under. */
export type Kept = Omit<ChatDraft, "room" | "epoch"> & { seq: number };

export interface Log {
  epoch: string;
  entries: Kept[];
}

export class Truth {
  #logs = new Map<RoomName, Log>();
  readonly #lineages = new Map<string, readonly Kept[]>();
  /** `room uid ref` → seq. */
  #seqs = new Map<string, number>();

  get logs(): ReadonlyMap<RoomName, Log> {
    return this.#logs;
  }

  /** The log as it is now. */
  log(room: RoomName): Log | undefined {
    return this.#logs.get(room);
  }

  /** All that the room's log ever held in an epoch. */
  entries(room: RoomName, epoch: string): readonly Kept[] {
    return this.#lineages.get(`${room} ${epoch}`) ?? [];
  }

  /** Takes what the store did with a draft; returns what is wrong with that. */
  append(draft: ChatDraft, appended: Appended): string | undefined {
    const { room, epoch, ...rest } = draft;
    const log = this.#logs.get(room) ?? this.#begin(room, { epoch, entries: [] });
    const key = draft.ref === undefined ? undefined : `${room} ${draft.uid} ${draft.ref}`;
    const known = key === undefined ? undefined : this.#seqs.get(key);
    const seq = known ?? log.entries.length + 1;
    const ts = known === undefined
      ? Math.max(draft.ts, log.entries.at(-1)?.ts ?? 0)
      : log.entries[known - 1]!.ts;
    const right: Appended = { epoch: log.epoch, seq, ts, isNew: known === undefined };
    if (known === undefined) {
      log.entries.push({ ...rest, seq, ts });
      if (key !== undefined) this.#seqs.set(key, seq);
    }
    const is = JSON.stringify(appended, ["epoch", "seq", "ts", "isNew"]);
    const must = JSON.stringify(right, ["epoch", "seq", "ts", "isNew"]);
    return is === must ? undefined : `the store answered ${is} and should have ${must}`;
  }

  /** The logs as they are, to come back to. */
  copy(): Map<RoomName, Log> {
    return new Map(
      [...this.#logs].map(([room, { epoch, entries }]) => [room, { epoch, entries: [...entries] }]),
    );
  }

  /** From here on the logs are these; `renew` gives an epoch its successor. */
  replace(logs: ReadonlyMap<RoomName, Log>, renew: (epoch: string) => string): void {
    this.#logs = new Map();
    this.#seqs = new Map();
    for (const [room, { epoch, entries }] of logs) {
      if (entries.length === 0) continue;
      this.#begin(room, { epoch: renew(epoch), entries: [...entries] });
      for (const { uid, ref, seq } of entries) {
        if (ref !== undefined) this.#seqs.set(`${room} ${uid} ${ref}`, seq);
      }
    }
  }

  #begin(room: RoomName, log: Log): Log {
    this.#logs.set(room, log);
    this.#lineages.set(`${room} ${log.epoch}`, log.entries);
    return log;
  }
}

/** Whether an entry on the wire is the one that is kept, and nothing more (W4.2). */
export function isSame(entry: Entry, kept: Kept | undefined): boolean {
  return kept !== undefined && entry.type === "chat" && entry.seq === kept.seq &&
    entry.ts === kept.ts &&
    entry.uid === kept.uid && entry.user === kept.user && entry.text === kept.text &&
    entry.replyTo === kept.replyTo &&
    Object.keys(entry).length === (kept.replyTo === undefined ? 7 : 8);
}

/** What is wrong with entries that should stand in that log from `first` on, or undefined. */
export function differs(
  entries: readonly Entry[],
  log: readonly Kept[],
  first: number,
): string | undefined {
  for (const [index, entry] of entries.entries()) {
    if (entry.seq !== first + index) {
      return `seq ${entry.seq} stands where ${first + index} belongs`;
    }
    if (!isSame(entry, log[entry.seq - 1])) return `entry ${entry.seq} is not the one in the log`;
  }
  return undefined;
}
