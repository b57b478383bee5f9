// The names of all keys. What a script touches of a room is in one slot of a cluster: the room's name
// is its hash tag.
import type { RoomName, UserId } from "../protocol.ts";

export class Keys {
  readonly #prefix: string;
  /** Rooms by when they last spoke; those of two apart. */
  readonly active: string;
  readonly conversations: string;
  /** What is kept under a name. */
  readonly kept: string;
  /** Kinds of records. */
  readonly kinds: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
    this.active = `${prefix}active`;
    this.conversations = `${prefix}conversations`;
    this.kept = `${prefix}kept`;
    this.kinds = `${prefix}kinds`;
  }

  head(room: RoomName): string {
    return this.#of("head", room);
  }

  /**
   * What scripts are given of a room: its head; rows by seq; seqs by ref; who has read how far; who is
   * mentioned where; what the keys of changed messages begin with; who read last, and which guests.
   */
  log(room: RoomName): string[] {
    const parts = ["head", "log", "refs", "marks", "mentions"].map((part) => this.#of(part, room));
    return [...parts, this.message(room), this.#of("readers", room), this.#of("guests", room)];
  }

  message(room: RoomName): string {
    return `${this.#of("message", room)}:`;
  }

  /** Where what is appended to a room is told. */
  channel(room: RoomName): string {
    return this.#of("appended", room);
  }

  /** The rooms in which a user has a marker, and under which name since when. */
  read(uid: UserId): string {
    return this.#of("read", uid);
  }

  named(uid: UserId): string {
    return this.#of("named", uid);
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
