// What the store knows of files (W19): which there are, whose, and which message has them. Their bytes
// are elsewhere, in a folder, as the core sees it.
import type { RoomName, SharedFile, UserId } from "../protocol.ts";

/** A file that was uploaded. */
export interface Upload extends SharedFile {
  room: RoomName;
  uid: UserId;
  /** When it came, in milliseconds since 1970. */
  at: number;
}

/** A file that is kept; `said` is the time of the message that has it. */
export type KeptFile = Upload & { said?: number };

/** What a file counts as, of all that may be kept, in bytes: small ones have a block on the disk too. */
export const LEAST_BYTES = 4096;

/**
 * A draft claims its `files` when it is appended, and a message lets go of them when it is deleted or
 * retention takes it: in the same commit. What is let go of is not found any more; its bytes are waste.
 */
export interface FileStore {
  /** Whether other processes have files in it too: then these come and go unseen. */
  readonly isShared?: boolean;
  /** Notes one that is in no message yet. Resolves when that is on the disk. */
  add(upload: Upload): Promise<void>;
  find(id: string): Promise<KeptFile | undefined>;
  /** Lets go of one that is in no message; `by` must have uploaded it there. Whether there was one. */
  drop(id: string, room: RoomName, by: UserId): Promise<boolean>;
  /** Lets go of all that a user uploaded and that are in no message. */
  dropAll(by: UserId): Promise<void>;
  /** Those of the ids that are in no message. */
  waiting(ids: readonly string[]): Promise<string[]>;
  /**
   * Lets go of all that came before a time and are in no message. Gives some of those whose bytes are
   * waste, until `forget` says that they are gone.
   */
  waste(before: number): Promise<Pick<SharedFile, "id" | "bytes">[]>;
  forget(ids: readonly string[]): Promise<void>;
  /** Those of the ids that it has never heard of, or has forgotten. */
  unknown(ids: readonly string[]): Promise<string[]>;
  /** What all count as, those that are waste included. */
  bytes(): Promise<number>;
}

/** Where the bytes are, each file's under its id. */
export interface Folder {
  begin(id: string): Promise<Part>;
  /** Opens a file to be read from `start` to before `end`; undefined: it is not there. */
  read(id: string, start: number, end: number): Promise<Reading | undefined>;
  /** Also where there is none. */
  remove(id: string): Promise<void>;
  /** The ids of all that was written to last before a time. */
  olderThan(time: number): AsyncIterable<string>;
}

/** A file that is being written. One of `keep` and `drop` ends it. */
export interface Part {
  write(bytes: Uint8Array): Promise<void>;
  /** Its first bytes, at most so many. */
  head(length: number): Promise<Uint8Array>;
  /** Resolves when it is on the disk, whole and under its id. */
  keep(): Promise<void>;
  /** Leaves nothing of it, also after a `keep`. */
  drop(): Promise<void>;
}

/** A part of a file that is read. */
export interface Reading {
  /** The next bytes; null: that was all. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): void;
}
