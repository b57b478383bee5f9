// Who was in a room lately, and as whom: those who may be mentioned though they are not there
// (W10.12). Bounded: the oldest is forgotten.
import { fold } from "./names.ts";
import type { UserId } from "./protocol.ts";

/** Users who are known of a room. */
export const MAX_LATELY = 500;

export class Lately {
  /** By uid, the folded name. */
  readonly #users = new Map<UserId, string>();
  readonly #byName = new Map<string, UserId>();

  /** The user was here a moment ago. */
  add(uid: UserId, user: string): void {
    this.remove(uid);
    const name = fold(user);
    this.#users.set(uid, name);
    this.#byName.set(name, uid);
    if (this.#users.size > MAX_LATELY) this.remove(this.#users.keys().next().value!);
  }

  remove(uid: UserId): void {
    const name = this.#users.get(uid);
    if (name === undefined) return;
    this.#users.delete(uid);
    if (this.#byName.get(name) === uid) this.#byName.delete(name);
  }

  has(uid: UserId): boolean {
    return this.#users.has(uid);
  }

  /** Whose folded name it was last. */
  find(name: string): readonly UserId[] {
    const uid = this.#byName.get(name);
    return uid === undefined ? [] : [uid];
  }
}
