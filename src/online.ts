// The connections of the users who are connected now, by user. Knows nothing of rooms.
import type { UserId } from "./protocol.ts";

export class Online<C extends { readonly uid: UserId }> {
  readonly #byUid = new Map<UserId, C[]>();
  readonly #changed: ((uid: UserId) => void) | undefined;

  /** `changed` hears of every user whose first connection came or whose last one went. */
  constructor(changed?: (uid: UserId) => void) {
    this.#changed = changed;
  }

  add(connection: C): void {
    const held = this.#byUid.get(connection.uid);
    if (held) return void held.push(connection);
    this.#byUid.set(connection.uid, [connection]);
    this.#changed?.(connection.uid);
  }

  remove(connection: C): void {
    const left = this.of(connection.uid).filter((one) => one !== connection);
    if (left.length > 0) return void this.#byUid.set(connection.uid, left);
    this.#byUid.delete(connection.uid);
    this.#changed?.(connection.uid);
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
