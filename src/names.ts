// The names of the users who are connected now (W8.2): no two guests have the same one, and none has
// that of a token user who was there before.
import { isGuest } from "./identity.ts";
import type { UserId } from "./protocol.ts";
import { MAX_NAME_CHARACTERS } from "./user_name.ts";

interface Held {
  user: string;
  connections: number;
}

export class Names {
  readonly #byUid = new Map<UserId, Held>();
  /** Folded names, each with the users who have it. */
  readonly #taken = new Map<string, readonly UserId[]>();

  /**
   * A connection of the user came. Returns the name it goes by: the one its other connections have,
   * else the wished one, else, for a guest, that with `-2`, `-3` … behind it. A token user has the
   * name of its token, whoever else has it: it was given it by somebody.
   */
  take(uid: UserId, wished: string): string {
    const held = this.#byUid.get(uid);
    if (held) {
      held.connections++;
      return held.user;
    }
    const user = isGuest(uid) ? this.#free(wished) : wished;
    this.#byUid.set(uid, { user, connections: 1 });
    this.#taken.set(fold(user), [...this.find(user), uid]);
    return user;
  }

  /** A connection of the user went; with the last one its name is free. */
  release(uid: UserId): void {
    const held = this.#byUid.get(uid)!;
    held.connections--;
    if (held.connections > 0) return;
    this.#byUid.delete(uid);
    this.#untake(held.user, uid);
  }

  /** Gives a connected guest another name. False: somebody else has it. */
  change(uid: UserId, wished: string): boolean {
    const held = this.#byUid.get(uid)!;
    if (this.find(wished).some((owner) => owner !== uid)) return false;
    this.#untake(held.user, uid);
    this.#taken.set(fold(wished), [uid]);
    held.user = wished;
    return true;
  }

  /** Who has this name: several, where they are token users. */
  find(name: string): readonly UserId[] {
    return this.findFolded(fold(name));
  }

  /** The same of a name that is folded already. */
  findFolded(name: string): readonly UserId[] {
    return this.#taken.get(name) ?? [];
  }

  /** Users connected now. */
  get count(): number {
    return this.#byUid.size;
  }

  #untake(name: string, uid: UserId): void {
    const others = this.find(name).filter((owner) => owner !== uid);
    if (others.length > 0) this.#taken.set(fold(name), others);
    else this.#taken.delete(fold(name));
  }

  #free(wished: string): string {
    let name = wished;
    for (let number = 2; this.#taken.has(fold(name)); number++) {
      const suffix = `-${number}`;
      name = [...wished].slice(0, MAX_NAME_CHARACTERS - suffix.length).join("") + suffix;
    }
    return name;
  }
}

const ASCII = /^[\0-\x7f]*$/;

/** What makes two names the same to a reader. Both ways, because ß and ς fold only upwards. */
export function fold(name: string): string {
  if (ASCII.test(name)) return name.toUpperCase();
  return name.normalize("NFKC").toLowerCase().toUpperCase();
}
