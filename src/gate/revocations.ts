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
    await revocations.read(now);
    return revocations;
  }

  /** Reads what is kept. Returns what was not known here: other instances did it. */
  async read(now: number): Promise<[UserId, number][]> {
    const found: [UserId, number][] = [];
    for (const { key, value } of await this.#store.list(KIND, now)) {
      if (this.heard(key, Number(value))) found.push([key, Number(value)]);
    }
    return found;
  }

  /** It was done on another instance. False: that was known. */
  heard(uid: UserId, before: number): boolean {
    if (before <= (this.#before.get(uid) ?? 0)) return false;
    this.#before.set(uid, before);
    return true;
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
