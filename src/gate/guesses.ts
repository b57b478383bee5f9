// Who shows too much that is bad is not listened to for a time (W15.11), before anything is looked at.
import type { AddressLimits, Failure } from "./limit.ts";
import { refuse, type Refused } from "./refusal.ts";

/** What ends in a signature: a guest's session, a JWT. Everything else may be somebody's guess. */
const UNGUESSABLE = /^[\w-]+(?:\.[\w-]+)?\.[\w-]{43,}$/;

export interface GuessesOptions {
  limits: AddressLimits;
  now(): number;
  /** Hears of an address that guesses, and for how long it is not listened to. */
  penalized(address: string, ms: number): void;
  /** Hears of a bad token that was somebody's guess, to tell other instances. */
  guessed(network: string): void;
}

export class Guesses {
  readonly #options: GuessesOptions;

  constructor(options: GuessesOptions) {
    this.#options = options;
  }

  /** Looks at what somebody shows, unless too much of that was bad, and counts it where it is. */
  judge<Good extends { ok: true }>(
    { address, network }: { address: string; network: string },
    failure: Failure,
    look: () => Good | Refused | Promise<Good | Refused>,
  ): Good | Refused | Promise<Good | Refused> {
    const { limits, now, penalized, guessed } = this.#options;
    const penaltyMs = limits.penaltyMs(network, failure, now());
    if (penaltyMs > 0) {
      return refuse(429, "RATE_LIMITED", "too many bad tokens from this address", penaltyMs);
    }
    const count = (judged: Good | Refused) => {
      if (judged.ok || !judged.isBad) return judged;
      const beginsMs = limits.fail(network, failure, now());
      if (failure === "guess") guessed(network);
      if (beginsMs > 0) penalized(address, beginsMs);
      return judged;
    };
    const judged = look();
    return judged instanceof Promise ? judged.then(count) : count(judged);
  }
}

/** How a credential is bad, if it is. */
export function failureOf(credential: string): Failure {
  return UNGUESSABLE.test(credential) ? "forgery" : "guess";
}
