// The sessions behind the cookie (W15.9): an opaque id, of which only the SHA-256 is stored, with the
// identity that it stands for. Good for 30 days after its last use, and never longer than its token.
import { createHash, randomBytes } from "node:crypto";
import type { Identity } from "../identity.ts";
import type { Records } from "../store/store.ts";

const KIND = "session";
const DAY_MS = 24 * 3_600_000;
const LIFETIME_MS = 30 * DAY_MS;
/** Sign-outs of just now that are remembered: a connection may have been on its way in. */
const REMEMBERED = 1000;

/** What a session keeps of an identity. */
interface Kept extends Omit<Identity, "seal" | "signIn" | "isFresh"> {
  /** Names the credential it came from; when that is not in force any more, the session ends. */
  binding: string;
}

export interface SignIn {
  identity: Identity;
  binding: string;
  /** When it ends unless it is used, in milliseconds. */
  expires: number;
}

export class SignIns {
  readonly #store: Records;
  readonly #ended = new Set<string>();
  /** How many were started so far. */
  started = 0;

  constructor(store: Records) {
    this.#store = store;
  }

  /** Starts one. The id is told here and never again. */
  async start(identity: Identity, binding: string, now: number) {
    const { seal: _, signIn: __, isFresh: ___, ...rest } = identity;
    const id = randomBytes(32).toString("base64url");
    const expires = await this.#keep(hash(id), { ...rest, binding }, now);
    this.started++;
    return { id, expires };
  }

  async find(id: string, now: number): Promise<SignIn | undefined> {
    const key = hash(id);
    const value = await this.#store.get(KIND, key, now);
    // One that was ended while it was looked up must not be kept again.
    if (value === undefined || this.#ended.has(key)) return undefined;
    const { binding, used, ...identity } = JSON.parse(value) as Kept & { used: number };
    const kept: Kept = { ...identity, binding };
    let expires = endOf(kept, used);
    // A store that can't write now need not keep anybody out.
    if (now - used > DAY_MS) expires = await this.#keep(key, kept, now).catch(() => expires);
    return { identity: { ...identity, seal: null, signIn: key }, binding, expires };
  }

  /** Ends one. Resolves with the hash of its id when it is gone. */
  async end(id: string): Promise<string> {
    const key = hash(id);
    this.#ended.add(key);
    // Before the store is asked, which may fail at each of them.
    if (this.#ended.size > REMEMBERED) this.#ended.delete(this.#ended.values().next().value!);
    await this.#store.remove(KIND, key);
    return key;
  }

  /** Whether it was ended just now. */
  hasEnded(signIn: string): boolean {
    return this.#ended.has(signIn);
  }

  async #keep(key: string, kept: Kept, now: number): Promise<number> {
    const expires = endOf(kept, now);
    await this.#store.put(KIND, key, JSON.stringify({ ...kept, used: now }), expires);
    return expires;
  }
}

function endOf({ expires }: Kept, used: number): number {
  return Math.min(used + LIFETIME_MS, expires ?? Infinity);
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("base64url");
}
