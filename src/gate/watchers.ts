// Who may read the metrics: a program of this machine that asks directly, or who has their token.
import type { AddressLimits } from "./limit.ts";
import { network } from "../network.ts";
import { findInHeaders } from "./credential.ts";
import { hostOf, isHostAllowed } from "./origin.ts";
import type { Proxies } from "./proxies.ts";
import { type HttpRefusal, refuse } from "./refusal.ts";
import { isToken } from "./token.ts";

export interface WatchersOptions {
  proxies: Proxies;
  limits: AddressLimits;
  /** Of `METRICS_TOKEN`; undefined: there is none. */
  tokenHash: string | undefined;
  now(): number;
  /** Hears of an address that guesses, and for how long it is not listened to. */
  penalized(address: string, ms: number): void;
}

export class Watchers {
  readonly #options: WatchersOptions;

  constructor(options: WatchersOptions) {
    this.#options = options;
  }

  /** Why somebody may not read them. */
  check(request: Request, peer: string): HttpRefusal | undefined {
    const { headers } = request;
    const { proxies, limits, tokenHash, now, penalized } = this.#options;
    // Under another name it is a page, or a proxy that does not say whom it asks for.
    if (proxies.isDirect(peer, headers) && isHostAllowed(hostOf(request), [])) return;
    if (tokenHash === undefined) {
      const message = "metrics are read from this machine, not through a proxy; " +
        "METRICS_TOKEN sets a token for others";
      return refuse(403, "FORBIDDEN", message);
    }
    const token = findInHeaders(headers, "");
    if (token === undefined) {
      return refuse(401, "UNAUTHORIZED", "this needs METRICS_TOKEN as Authorization: Bearer");
    }
    const address = proxies.clientOf(peer, headers);
    const penaltyMs = limits.penaltyMs(network(address), "guess", now());
    if (penaltyMs > 0) {
      return refuse(429, "RATE_LIMITED", "too many bad tokens from this address", penaltyMs);
    }
    if (isToken(token, tokenHash)) return;
    const beginsMs = limits.fail(network(address), "guess", now());
    if (beginsMs > 0) penalized(address, beginsMs);
    return refuse(401, "UNAUTHORIZED", "this token is not METRICS_TOKEN");
  }
}
