// The connections of the users who are connected now, by user. Knows nothing of rooms.
import type { Identity } from "./identity.ts";
import type { UserId } from "./protocol.ts";

/** A connection, as far as it is known here. */
interface Connected {
  readonly uid: UserId;
  readonly identity: Pick<Identity, "isAdmin">;
}

export class Online<C extends Connected> {
  readonly #byUid = new Map<UserId, C[]>();
  readonly #changed: ((uid: UserId) => void) | undefined;

  /**
   * `changed` hears of every user whose first connection came or whose last one went, and whenever one of
   * an administrator did.
   */
  constructor(changed?: (uid: UserId) => void) {
    this.#changed = changed;
  }

  add(connection: C): void {
    const held = this.#byUid.get(connection.uid);
    if (held) held.push(connection);
    else this.#byUid.set(connection.uid, [connection]);
    if (!held || connection.identity.isAdmin) this.#changed?.(connection.uid);
  }

  remove(connection: C): void {
    const left = this.of(connection.uid).filter((one) => one !== connection);
    if (left.length > 0) this.#byUid.set(connection.uid, left);
    else this.#byUid.delete(connection.uid);
    if (left.length === 0 || connection.identity.isAdmin) this.#changed?.(connection.uid);
  }

  /** The connections of a user. */
  of(uid: UserId): readonly C[] {
    return this.#byUid.get(uid) ?? [];
  }

  /** All connections of all users. */
  get all(): Iterable<C> {
    return [...this.#byUid.values()].flat();
  }

  has(uid: UserId): boolean {
    return this.#byUid.has(uid);
  }

  /** Those who are connected. */
  get users(): Iterable<UserId> {
    return this.#byUid.keys();
  }

  /** Users who are connected. */
  get count(): number {
    return this.#byUid.size;
  }
}
