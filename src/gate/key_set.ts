// The public keys behind JWT_JWKS_URL: fetched when a token first needs them, again when one names
// a key that is not there, and now and then. What was fetched goes on where a fetch fails.
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";

/** Keys older than this are fetched again, beside the work. */
const FRESH_MS = 10 * 60_000;
/** No two fetches are nearer than this: a token with a made-up key must not cause one each. */
const COOLDOWN_MS = 30_000;
const COOLDOWN_FAILED_MS = 5000;
const TIMEOUT_MS = 5000;

/** There are no keys, and they can't be fetched now. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
  readonly retryAfterMs = COOLDOWN_FAILED_MS;
}

export interface KeySetOptions {
  url: string;
  now(): number;
  /** Hears of the first failure of several, and that it is over: undefined. */
  failed(error: unknown): void;
}

export class KeySet {
  readonly #options: KeySetOptions;
  #find: JWTVerifyGetKey | undefined;
  #fetching: Promise<void> | undefined;
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #isFailing = false;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The key that a token's header names. Rejects with `KeysUnavailable`, or with jose's error. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (!this.#find) await this.#fetchIfDue();
    else if (this.#options.now() - this.#fetchedAt > FRESH_MS) this.#fetchIfDue();
    if (!this.#find) throw new KeysUnavailable();
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#fetchIfDue();
      // The key may be one of those that could not be fetched.
      if (this.#isFailing) throw new KeysUnavailable();
      return await this.#find(header, token);
    }
  };

  #fetchIfDue(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    const now = this.#options.now();
    const cooldown = this.#isFailing ? COOLDOWN_FAILED_MS : COOLDOWN_MS;
    if (now - this.#triedAt < cooldown) return Promise.resolve();
    this.#triedAt = now;
    this.#fetching = this.#fetch(now).finally(() => this.#fetching = undefined);
    return this.#fetching;
  }

  async #fetch(now: number): Promise<void> {
    try {
      const response = await fetch(this.#options.url, {
        headers: { accept: "application/jwk-set+json, application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`it answered ${response.status}`);
      }
      const set = await response.json();
      if (!(set?.keys?.length > 0)) throw new Error("it holds no keys");
      this.#find = createLocalJWKSet(set);
      this.#fetchedAt = now;
      if (this.#isFailing) this.#options.failed(undefined);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.failed(error);
      this.#isFailing = true;
    }
  }
}
