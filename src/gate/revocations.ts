// Whose credentials were taken back: what was issued to a uid before a moment is void (W15.10).
import type { UserId } from "../protocol.ts";
import type { Records } from "../store/store.ts";

const KIND = "revoked";

export class Revocations {
  readonly #store: Records;
  /** By uid: what was issued before this time is void. Kept whole, so that asking costs nothing. */
  readonly #before = new Map<UserId, number>();

  constructor(store: Records) {
    this.#store = store;
  }

  static async open(store: Records, now: number): Promise<Revocations> {
    const revocations = new Revocations(store);
    for (const { key, value } of await store.list(KIND, now)) {
      revocations.#before.set(key, Number(value));
    }
    return revocations;
  }

  /** Resolves when it is kept. It holds from the call on. */
  async revoke(uid: UserId, now: number): Promise<void> {
    this.#before.set(uid, now);
    await this.#store.put(KIND, uid, String(now), null);
  }

  /** The moment before which what the uid was given is void, if any. */
  before(uid: UserId): number | undefined {
    return this.#before.get(uid);
  }
}
