// Who may read the metrics: a program of this machine that asks directly, or who has their token.
import { network } from "../network.ts";
import { findInHeaders } from "./credential.ts";
import { Guesses, type GuessesOptions } from "./guesses.ts";
import { hostOf, isHostAllowed } from "./origin.ts";
import type { Proxies } from "./proxies.ts";
import { type HttpRefusal, refuse, type Refused } from "./refusal.ts";
import { isToken } from "./token.ts";

export interface WatchersOptions extends GuessesOptions {
  proxies: Proxies;
  /** Of `METRICS_TOKEN`; undefined: there is none. */
  tokenHash: string | undefined;
}

export class Watchers {
  readonly #options: WatchersOptions;
  readonly #guesses: Guesses;

  constructor(options: WatchersOptions) {
    this.#options = options;
    this.#guesses = new Guesses(options);
  }

  /** Why somebody may not read them. */
  async check(request: Request, peer: string): Promise<HttpRefusal | undefined> {
    const { headers } = request;
    const { proxies, tokenHash } = this.#options;
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
    const judged = await this.#guesses.judge(
      { address, network: network(address) },
      "guess",
      () => isToken(token, tokenHash) ? { ok: true } : refuseToken(),
    );
    return judged.ok ? undefined : judged;
  }
}

function refuseToken(): Refused {
  return { ...refuse(401, "UNAUTHORIZED", "this token is not METRICS_TOKEN"), isBad: true };
}
