// The durable log behind the rooms, as the core sees it. One contract suite
// (tests/store/contract.ts) holds every implementation to what is written here.
import type { Bus } from "../bus.ts";
import type { Entry, Member, Message, RoomName, SharedFile, UserId } from "../protocol.ts";
import type { FileStore } from "./file_store.ts";
import type { Search } from "./search.ts";

/**
 * What an entry says. `of` is the seq of a chat entry; for who asks, those from before the time
 * `from` are not there. A reaction that is not `on` takes back one that was. `mentions`: counted by
 * `MarkStore.unread` for those who have a marker in the room. `files`: ids of what its sender uploaded
 * to the room, which no other message has.
 */
export type Body =
  | {
    type: "chat";
    text: string;
    replyTo?: number;
    mentions?: readonly UserId[];
    files?: readonly string[];
  }
  | { type: "edited"; of: number; from?: number; text: string }
  | { type: "deleted"; of: number; from?: number; isModerator?: boolean }
  | { type: "reaction"; of: number; from?: number; emoji: string; on: boolean }
  | { type: "topic"; text: string };

/** An entry on its way into a log: it has no `seq` yet. */
export type Draft = Sender & Body;
/** One that is about an entry there is. */
export type Change = Extract<Draft, { of: number }>;

interface Sender {
  room: RoomName;
  /** The epoch that the log gets if this is its first entry (W14.1). */
  epoch: string;
  /** Milliseconds by the server's clock; raised to that of the entry before if smaller (W4.1). */
  ts: number;
  uid: UserId;
  user: string;
  /** Makes a retry safe (W7.2). */
  ref?: string;
}

/**
 * Where a draft stands in its log. `isNew` is false where it added nothing: a retry, or a reaction
 * that was there.
 */
export interface Appended {
  epoch: string;
  seq: number;
  ts: number;
  isNew: boolean;
  /** Of a deletion of somebody else's message: whose it was. */
  author?: UserId;
  /** Of a new message: what its `files` are. */
  files?: SharedFile[];
}

/**
 * Why a draft added nothing: there is no such message (any more), it is somebody else's, or it has
 * `MAX_EMOJI` already; or one of its files may not go into it.
 */
export interface Refused {
  refused: "missing" | "foreign" | "many" | "file";
}

/** What became of a draft: only one about another entry, or with files, is ever refused. */
export type Outcome<D extends Draft = Draft> = D extends
  { of: number } | { files: readonly string[] } ? Appended | Refused
  : Appended;

/** Different emoji on a message at once (W4.7). */
export const MAX_EMOJI = 32;
/** So many who reacted with an emoji are named (W5.10). */
export const MAX_NAMED = 5;

/** What a room's log holds: entries `first` to `seq`; none where `first` is `seq + 1`. */
export interface Head {
  epoch: string;
  seq: number;
  first: number;
  topic: string;
}

/** With when its newest was said, as far as that is known. */
export type TimedHead = Head & { ts?: number };

/** A run of messages in present form, oldest first. */
export interface Page {
  messages: Message[];
  /** Whether older messages are kept. */
  more: boolean;
  /** The newest seq and the topic of the log at which it was read. */
  seq: number;
  topic: string;
}

/** What may stay in the logs, at most; Infinity where something has no limit. */
export interface Keep {
  /** Entries from this time on, in milliseconds since 1970. */
  since: number;
  /** The newest so many of each room. */
  messages: number;
  /** Bytes of the whole store, where it has a size: the oldest entries of all rooms go first. */
  bytes: number;
}

/** What a step of retention did. */
export interface Retained {
  /** The logs that are shorter than when they were last told, and the oldest seq they hold now. */
  cuts: { room: RoomName; first: number }[];
  /** Whether all that is left may stay. */
  isDone: boolean;
}

/** How much a read may bring. A page has at least one entry, whatever its size. */
export interface PageSize {
  limit: number;
  /** Bytes of the entries as JSON, one to a line. */
  bytes: number;
}

/**
 * Small facts beside the logs, such as bans and sessions: a value under a kind and a key, until
 * `expires` (milliseconds since 1970; null: for good). What has expired is not found any more.
 */
export interface Records {
  /** Resolves when it is on the disk; replaces what was there. */
  put(kind: string, key: string, value: string, expires: number | null): Promise<void>;
  /** The same where there is one, and nothing else. Whether there was. */
  replace(kind: string, key: string, value: string, expires: number | null): Promise<boolean>;
  get(kind: string, key: string, now: number): Promise<string | undefined>;
  /** All of a kind, ordered by key. */
  list(kind: string, now: number): Promise<Stored[]>;
  /** Resolves when it is gone from the disk, also where there was none. */
  remove(kind: string, key: string): Promise<void>;
}

/** A fact as it is kept. */
export interface Stored {
  key: string;
  value: string;
  expires: number | null;
}

/** How far somebody has read a room, and under which name. */
export interface Mark {
  uid: UserId;
  user: string;
  room: RoomName;
  seq: number;
  /** When it grew, in milliseconds since 1970. */
  at: number;
}

/** A room whose unread entries are counted: from the marker on, or from a later seq. */
export interface Unread {
  room: RoomName;
  /** How far it was read, beside what the store knows. */
  after?: number;
  /** The oldest entry that counts. */
  first?: number;
}

/** A part of what a user said. */
export interface Authored {
  /** In the order in which they were stored, those of each room; of whichever rooms. */
  entries: Entry[];
  /** Where the next part begins; without it nothing is there after this one. */
  next?: number;
}

/** How much is unread: chat entries of others, and mentions. Each counts to 100. */
export interface Count {
  unread: number;
  mentions: number;
}

/** A direct conversation of somebody; `user` is the other's name where they left a marker. */
export interface Direct {
  room: RoomName;
  seq: number;
  topic: string;
  user?: string;
}

/** What users have read, and what is meant for them. A guest's is kept for 30 days after `at`. */
export interface MarkStore {
  /** Raises markers; a smaller seq does nothing. Resolves when they are on the disk. */
  mark(marks: readonly Mark[]): Promise<void>;
  /** How far the user has read, at most the head; 0: there is no marker. */
  marker(uid: UserId, room: RoomName): Promise<number>;
  /** Who has a marker in the room, those that grew last first. */
  readers(room: RoomName, limit: number): Promise<Member[]>;
  /** Whether the user has a marker anywhere. */
  knows(uid: UserId): Promise<boolean>;
  /** For each room what is unread; undefined where there is neither a marker nor an `after`. */
  unread(uid: UserId, rooms: readonly Unread[]): Promise<(Count | undefined)[]>;
  /** Drops the user's markers, and what is meant for them. */
  forgetUser(uid: UserId): Promise<void>;
  /** The user's direct conversations that have entries, newest first. */
  direct(uid: UserId, limit: number): Promise<Direct[]>;
}

/** A room of this process, as a feed tells it of what others append. Its methods must not throw. */
export interface Follower {
  /**
   * Up to where the log is known to go; what the room's members were given last, and when that was
   * said (0: it is not known).
   */
  readonly position: { epoch: string; seq: number; given: { seq: number; ts: number } };
  /**
   * Entries that another process appended, rising, and when the one before them was said (0: there is
   * none); some before them may be missing.
   */
  heard(epoch: string, entries: readonly Entry[], after: number): void;
  /** The log's head, asked for when the position had that seq: meanwhile more may have been heard. */
  told(head: Readonly<Head>, seq: number): void;
  /** That could not be asked. */
  failed(error: StoreError): void;
}

/** Where several processes share a store: what the others append. */
export interface Feed {
  /**
   * Tells of the room from here on. What is not told is found out by asking for its head, again and
   * again. Resolves with the head, or with that of the log that would begin now, which is the same in
   * all processes. Rejects with a `StoreError`, and tells nothing then.
   */
  follow(room: RoomName, follower: Follower): Promise<TimedHead>;
  unfollow(room: RoomName): void;
}

export interface Store extends Records {
  readonly marks: MarkStore;
  readonly files: FileStore;
  /** Where other processes append to it too. */
  readonly feed?: Feed;
  /** Where there are other processes: how they talk to each other. */
  readonly bus?: Bus;
  /** Sentences on what it keeps, and what not, for the operator. */
  readonly advice?: readonly string[];
  /** Where it can be searched. */
  readonly search?: Search;
  /**
   * Appends the drafts in their order, gapless: all that are not refused, or none. MUST resolve only
   * when they are on the disk. Each is judged by what the log holds when its turn comes (W4.9). A `ref` that the same user already used in the room, in the log or earlier in the same
   * call, adds nothing and gives the position it got then. Rejects with a `StoreError` and MUST then
   * have kept none of them.
   */
  append<D extends Draft>(drafts: readonly D[]): Promise<Outcome<D>[]>;
  /** The room's log, or undefined where there is none. */
  head(room: RoomName): Promise<Head | undefined>;
  /** All entries with `after < seq <= upTo`; undefined: more than `size`, or no longer all kept. */
  replay(room: RoomName, after: number, upTo: number, size: PageSize): Promise<Entry[] | undefined>;
  /** The newest messages with `seq < before`, as `uid` sees them. */
  page(room: RoomName, before: number, size: PageSize, uid?: UserId): Promise<Page>;
  /** What the user said, a part at a time: `after` is where one begins, 0 or the `next` of another. */
  authored(uid: UserId, after: number): Promise<Authored>;
  /**
   * Puts another name under the user's entries of the part from `after` to its `next`, and takes the
   * texts of topics and edits out of it. Resolves when it is on the disk.
   */
  disown(uid: UserId, after: number, next: number, user: string): Promise<void>;
  /** Rooms with an entry at or after `since` (milliseconds), newest first; no direct ones. */
  active(since: number, limit: number): Promise<{ room: RoomName; seq: number; topic: string }[]>;
  /**
   * Takes some of the entries that may not stay out of their logs, always the oldest of a log, and
   * their refs with them: a step so short that nobody is held up. Answered in turn with the reads.
   */
  retain(keep: Keep): Promise<Retained>;
  /** The value kept under a name; the first call for a name keeps `fresh`. */
  keep(name: string, fresh: string): Promise<string>;
  /** Writes something that nobody reads. Rejects with a `StoreError` where it can't. */
  check(): Promise<void>;
  /** Where it may go without a word: whether it answers, soon. Rejects with a `StoreError`. */
  ping?(): Promise<void>;
  close(): Promise<void>;
}

/** The store could not do it: a full or failing disk, a lost connection. A sentence for operators. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** It never will, however often it is tried: a wrong password, a Redis that is too old. */
export class StoreRefusal extends StoreError {}
