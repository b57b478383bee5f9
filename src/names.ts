// The names of the users who are connected now: no two users have the same one (W8.2).
import type { UserId } from "./protocol.ts";

/** Characters in a user name (W2.2). */
const MAX_CHARACTERS = 32;

interface Held {
  user: string;
  connections: number;
}

export class Names {
  readonly #byUid = new Map<UserId, Held>();
  readonly #taken = new Map<string, UserId>();

  /**
   * A connection of the user came. Returns the name it goes by: the one its other connections have,
   * else the wished one, else that with `-2`, `-3` … behind it.
   */
  take(uid: UserId, wished: string): string {
    const held = this.#byUid.get(uid);
    if (held) {
      held.connections++;
      return held.user;
    }
    const user = this.#free(wished);
    this.#byUid.set(uid, { user, connections: 1 });
    this.#taken.set(fold(user), uid);
    return user;
  }

  /** A connection of the user went; with the last one its name is free. */
  release(uid: UserId): void {
    const held = this.#byUid.get(uid)!;
    held.connections--;
    if (held.connections > 0) return;
    this.#byUid.delete(uid);
    this.#taken.delete(fold(held.user));
  }

  /** Users connected now. */
  get count(): number {
    return this.#byUid.size;
  }

  #free(wished: string): string {
    let name = wished;
    for (let number = 2; this.#taken.has(fold(name)); number++) {
      const suffix = `-${number}`;
      name = [...wished].slice(0, MAX_CHARACTERS - suffix.length).join("") + suffix;
    }
    return name;
  }
}

/** What makes two names the same to a reader. Both ways, because ß and ς fold only upwards. */
function fold(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase();
}
