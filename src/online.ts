// The connections of the users who are connected now, by user. Knows nothing of rooms.
import type { UserId } from "./protocol.ts";

export class Online<C extends { readonly uid: UserId }> {
  readonly #byUid = new Map<UserId, C[]>();

  add(connection: C): void {
    const held = this.#byUid.get(connection.uid);
    if (held) held.push(connection);
    else this.#byUid.set(connection.uid, [connection]);
  }

  remove(connection: C): void {
    const left = this.of(connection.uid).filter((one) => one !== connection);
    if (left.length > 0) this.#byUid.set(connection.uid, left);
    else this.#byUid.delete(connection.uid);
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

  /** Users who are connected. */
  get count(): number {
    return this.#byUid.size;
  }
}
