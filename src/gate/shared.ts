// What this instance's gate hears from the gates of others (W21.5, W21.7): revocations, sign-outs and
// guesses, and how it looks up those that it missed.
import type { Credentials } from "../instances/records.ts";
import type { UserId } from "../protocol.ts";
import type { AddressLimits } from "./limit.ts";
import type { Revocations } from "./revocations.ts";
import type { SignIns } from "./sign_ins.ts";

export interface SharedOptions {
  revocations: Revocations;
  signIns: SignIns;
  limits: AddressLimits;
  live: LiveHere;
  now(): number;
}

/** The connections to this instance. */
export interface LiveHere {
  /** The sessions of cookies that they came with, by the hashes of their ids. */
  readonly signIns: ReadonlySet<string>;
  revokeHere(uid: UserId, before: number): void;
  signOutHere(signIn: string): void;
}

export class SharedCredentials implements Credentials {
  readonly #options: SharedOptions;

  constructor(options: SharedOptions) {
    this.#options = options;
  }

  revoked(uid: UserId, before: number): void {
    this.#options.revocations.heard(uid, before);
  }

  signedOut(signIn: string): void {
    this.#options.signIns.heard(signIn);
  }

  guessed(network: string): void {
    const { limits, now } = this.#options;
    limits.fail(network, "guess", now());
  }

  async read(): Promise<void> {
    const { revocations, signIns, live, now } = this.#options;
    for (const [uid, before] of await revocations.read(now())) live.revokeHere(uid, before);
    for (const signIn of live.signIns) {
      if (!await signIns.isKept(signIn, now())) live.signOutHere(signIn);
    }
  }
}
