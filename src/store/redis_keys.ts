// The names of all keys. What a script touches of a room is in one slot of a cluster: the room's name
// is its hash tag.
import type { RoomName, UserId } from "../protocol.ts";

export class Keys {
  readonly #prefix: string;
  readonly #channels: string;
  /** Rooms by when they last spoke; those of two apart. */
  readonly active: string;
  readonly conversations: string;
  /** What is kept under a name. */
  readonly kept: string;
  /** Kinds of records. */
  readonly kinds: string;
  /** The rooms of all files, with what each counts as; what all do; when rooms last got one. */
  readonly allFiles: [rooms: string, bytes: string, filed: string];

  constructor({ prefix, channels }: { prefix: string; channels: string }) {
    this.#prefix = prefix;
    this.#channels = channels;
    this.active = `${prefix}active`;
    this.conversations = `${prefix}conversations`;
    this.kept = `${prefix}kept`;
    this.kinds = `${prefix}kinds`;
    this.allFiles = [
      this.#of("all", "files"),
      this.#of("bytes", "files"),
      this.#of("filed", "files"),
    ];
  }

  head(room: RoomName): string {
    return this.#of("head", room);
  }

  /**
   * What scripts are given of a room: its head; rows by seq; seqs by ref; who has read how far; who is
   * mentioned where; what the keys of changed messages begin with; who read last, and which guests; its
   * files, those that wait for their message, and those whose bytes are waste.
   */
  log(room: RoomName): string[] {
    const parts = ["head", "log", "refs", "marks", "mentions"].map((part) => this.#of(part, room));
    const more = ["readers", "guests"].map((part) => this.#of(part, room));
    return [...parts, this.message(room), ...more, ...this.files(room)];
  }

  /** Of a room: its files, which wait for their message since when, and whose bytes are waste. */
  files(room: RoomName): [files: string, waiting: string, waste: string] {
    return [this.#of("files", room), this.#of("waiting", room), this.#of("waste", room)];
  }

  message(room: RoomName): string {
    return `${this.#of("message", room)}:`;
  }

  /** Where what is appended to a room is told. */
  channel(room: RoomName): string {
    return `${this.#channels}appended:${room}`;
  }

  /**
   * The rooms in which a user has a marker, and under which name since when. A uid may begin with a
   * brace, and what is empty between braces is no hash tag.
   */
  read(uid: UserId): string {
    return this.#of("read", `@${uid}`);
  }

  named(uid: UserId): string {
    return this.#of("named", `@${uid}`);
  }

  /** A user's direct conversations, by when they last spoke. */
  direct(uid: UserId): string {
    return this.#of("direct", uid);
  }

  /** The records of a kind, and when they expire. */
  records(kind: string): string {
    return this.#of("records", kind);
  }

  expiring(kind: string): string {
    return this.#of("expiring", kind);
  }

  #of(part: string, owner: string): string {
    return `${this.#prefix}${part}:{${owner}}`;
  }
}
