// What instances share through the store: bans, mutes, revocations, sign-outs, hooks. Told at once, and
// read again when a word may have been missed.
import type { Hub } from "../hub.ts";
import type { UserId } from "../protocol.ts";
import type { StoreError } from "../store/store.ts";
import { sanction } from "./orders.ts";

/** How often they are read though nothing seems to be missing, in milliseconds. */
const READ_MS = 60_000;
/** When a store that failed is asked again, in milliseconds. */
const RETRY_MS = 1000;

/** What the gate knows of credentials. */
export interface Credentials {
  revoked(uid: UserId, before: number): void;
  signedOut(signIn: string): void;
  /** A bad token came from an address. */
  guessed(network: string): void;
  /** Reads what was revoked and signed out, and ends what that ends. Rejects with a `StoreError`. */
  read(): Promise<void>;
}

export class Records {
  readonly #hub: Hub;
  credentials: Credentials | undefined;
  /** Reads which hooks there are. Rejects with a `StoreError`. */
  hooks: { read(now: number): Promise<void> } | undefined;
  /** A word may have been missed. */
  isBehind = false;
  #readAt = -Infinity;
  #isReading = false;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  sweep(now: number): void {
    const waitMs = this.isBehind ? RETRY_MS : READ_MS;
    if (this.#isReading || Math.abs(now - this.#readAt) < waitMs) return;
    this.#readAt = now;
    this.isBehind = false;
    this.#isReading = true;
    this.#read(now).catch((error) => this.#failed(error)).finally(() => this.#isReading = false);
  }

  /** One was made or revoked. */
  readHooks(now: number): void {
    this.hooks?.read(now).catch((error) => this.#failed(error));
  }

  #failed(error: StoreError): void {
    this.isBehind = true;
    this.#hub.storeFailed(error);
  }

  async #read(now: number): Promise<void> {
    for (const found of await this.#hub.sanctions.restore(now)) sanction(this.#hub, found);
    await this.credentials?.read();
    await this.hooks?.read(now);
  }
}
