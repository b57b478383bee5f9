// The gate (W15): who gets a socket, and who is asking over HTTP. Checks, in this order, the
// address, the origin, and the credential, and gives a refusal that names the HTTP status.
import { type Identity, isGuest } from "../identity.ts";
import { network } from "../network.ts";
import type { Refusal, UserId } from "../protocol.ts";
import type { Limit } from "../rates.ts";
import { parseUserName } from "../user_name.ts";
import type { Authenticator, Known } from "./authenticator.ts";
import { Connections } from "./connections.ts";
import { type Credential, findCredential, findInHeaders, readCookie } from "./credential.ts";
import { failureOf, Guesses, type GuessesOptions } from "./guesses.ts";
import type { Asking } from "./limit.ts";
import {
  hostOf,
  isHostAllowed,
  isOriginAllowed,
  mayChange,
  mayUseCookie,
  type Source,
} from "./origin.ts";
import type { Proxies } from "./proxies.ts";
import { type HttpRefusal, refuse, type Refused, refuseOrigin } from "./refusal.ts";
import type { SignIns } from "./sign_ins.ts";

/** When a client that found no place should try again, in milliseconds. */
const FULL_RETRY_MS = 10_000;

/** The connections there are, as far as the gate must reach them. */
export interface LiveSessions {
  /** Ends those of the uid whose credential was issued before the time. */
  revoke(uid: UserId, before: number): void;
  /** Ends those of a cookie's session, by the hash of its id. */
  signOut(signIn: string): void;
}

export interface GateOptions extends GuessesOptions {
  authenticator: Authenticator;
  signIns: SignIns;
  proxies: Proxies;
  live: LiveSessions;
  /** Only names of this machine are answered: open mode on a loopback address (W15.5). */
  isLocalOnly: boolean;
  allowedOrigins: readonly string[];
  authHeader: string;
  maxConnections: number;
  maxConnectionsPerIp: number;
}

export type Admission =
  | {
    ok: true;
    identity: Identity;
    /** Who asked, behind the proxies that are trusted. */
    address: string;
    /** The address's own limit of messages (W15.11); token users count against themselves alone. */
    limit?: Limit;
    release(): void;
  }
  | Refused;

/** A request as the gate sees it. */
interface Asked extends Source {
  query: URLSearchParams;
  address: string;
  network: string;
}

export class Gate {
  readonly #options: GateOptions;
  readonly #connections: Connections;
  readonly #guesses: Guesses;
  #isClosed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#connections = new Connections(options.maxConnections, options.maxConnectionsPerIp);
    this.#guesses = new Guesses(options);
  }

  /** Connections admitted and not yet ended. */
  get connections(): number {
    return this.#connections.count;
  }

  /** Lets nobody in any more: the server goes down. */
  close(): void {
    this.#isClosed = true;
  }

  /** Whether the server answers to the name it was asked for. For every route. */
  checkHost(request: Request): HttpRefusal | undefined {
    const { isLocalOnly, allowedOrigins } = this.#options;
    if (!isLocalOnly || isHostAllowed(hostOf(request), allowedOrigins)) return;
    const message = "this server is open to this machine only; to use it under this name, set " +
      "ALLOWED_ORIGINS to its origin or WS_TOKEN to a token";
    return refuse(403, "FORBIDDEN", message);
  }

  /** Whether one may come in without a credential, or with one that a proxy adds to what is asked. */
  get isOpen(): boolean {
    return this.#options.authenticator.isOpen || this.#options.authHeader !== "";
  }

  /** Whether the address may ask anything of `/api` now (W15.11). */
  checkRate(request: Request, peer: string): HttpRefusal | undefined {
    return this.#limit(network(this.addressOf(request, peer)), "request");
  }

  /** Who asked, behind the proxies that are trusted. */
  addressOf({ headers }: Request, peer: string): string {
    return this.#options.proxies.clientOf(peer, headers);
  }

  /** Whether a request that changes something may, as far as its origin goes (W15.4). */
  checkChange(request: Request, peer: string): HttpRefusal | undefined {
    if (!mayChange(this.#ask(request, peer), this.#options.allowedOrigins)) return refuseOrigin();
  }

  /** Whether the request came over TLS, as far as is known. */
  isSecure(request: Request, peer: string): boolean {
    return this.#options.proxies.isSecure(peer, request);
  }

  /**
   * Admits a connection; its place is taken until `release`. At once, where that is possible.
   * `isPart`: of a page, which has many of these; as one that connects it does not count.
   */
  admit(request: Request, peer: string, isPart = false): Admission | Promise<Admission> {
    const asked = this.#ask(request, peer);
    return this.#place(asked, () => this.#check(asked), isPart);
  }

  /**
   * The same for who shows a secret of another kind, which nobody guesses, by the identity that it
   * stands for; undefined: for none, and it is answered as a path that there is not.
   */
  admitBearer(
    request: Request,
    peer: string,
    identity: Identity | undefined,
  ): Admission | Promise<Admission> {
    const asked = this.#ask(request, peer);
    const known: Known | Refused = identity
      ? { ok: true, identity, binding: "", until: null }
      : { ...refuse(404, "NOT_FOUND", "nothing is here"), isBad: true };
    return this.#place(asked, () => this.#guesses.judge(asked, "forgery", () => known));
  }

  /** Who asks over HTTP, by the same checks; takes no place. */
  who(request: Request, peer: string): Known | Refused | Promise<Known | Refused> {
    return this.#check(this.#ask(request, peer));
  }

  /** Who wants a session (W15.9), by the token of a header, else by this one, else as a guest. */
  async whoSignsIn(
    request: Request,
    peer: string,
    { token, name }: { token?: string; name?: string },
  ): Promise<Known | Refused> {
    const asked = this.#ask(request, peer);
    // A page that could not use the cookie must not choose whose it is.
    if (!mayUseCookie(asked)) return refuseOrigin();
    const limited = this.#limit(asked.network, "signIn");
    if (limited) return limited;
    const value = findInHeaders(asked.headers, this.#options.authHeader) ?? token;
    const credential = value === undefined ? undefined : { value, isCookie: false };
    return await this.#identify(asked, credential, name);
  }

  /** The id in the cookie, where the cookie counts (W15.9). */
  cookieOf(request: Request, peer: string): string | undefined {
    const asked = this.#ask(request, peer);
    if (!mayUseCookie(asked)) return undefined;
    return readCookie(asked.headers, cookieName(asked.isSecure));
  }

  /**
   * Who a credential stands for that came in band (`auth`), or why that is nobody (`UNAUTHORIZED`) or
   * can't be told now (`UNAVAILABLE`). `address` is who sent it, and is not listened to when it guesses.
   */
  async authenticate(credential: string, address: string): Promise<Identity | Refusal> {
    const shown = { value: credential, isCookie: false };
    const known = await this.#identify({ address, network: network(address) }, shown, undefined);
    if (known.ok) return known.identity;
    const { status, refusal } = known;
    return { ...refusal, code: status === 401 ? "UNAUTHORIZED" : "UNAVAILABLE" };
  }

  /** A connection is there: ends it if it was revoked or signed out while it was on its way in. */
  opened(identity: Identity): void {
    const { authenticator, signIns, live } = this.#options;
    const before = authenticator.voidBefore(identity);
    if (before !== undefined) live.revoke(identity.uid, before);
    const { signIn } = identity;
    if (signIn !== undefined && signIns.hasEnded(signIn)) live.signOut(signIn);
  }

  /** Takes a place for who asks, which who is not let in gives back. */
  #place(
    asked: Asked,
    check: () => Known | Refused | Promise<Known | Refused>,
    isPart = false,
  ): Admission | Promise<Admission> {
    if (this.#isClosed) return refuse(503, "UNAVAILABLE", "this server is restarting", 2000);
    const limited = isPart ? undefined : this.#limit(asked.network, "connect");
    if (limited) return limited;
    const place = this.#connections.reserve(asked.network);
    if (!place.ok) {
      return place.reason === "address"
        ? refuse(429, "RATE_LIMITED", "too many connections from this address", FULL_RETRY_MS)
        : refuse(503, "SERVER_FULL", "this server is full", FULL_RETRY_MS);
    }
    const { release } = place;
    const settle = (checked: Known | Refused): Admission => {
      if (checked.ok) return this.#admitted(checked.identity, asked, release);
      release();
      return checked;
    };
    const checked = check();
    if (!(checked instanceof Promise)) return settle(checked);
    return checked.then(settle, (error) => {
      release();
      throw error;
    });
  }

  #admitted(identity: Identity, { address, network }: Asked, release: () => void): Admission {
    const { limits, now } = this.#options;
    const admitted = { ok: true, identity, address, release } as const;
    if (!isGuest(identity.uid)) return admitted;
    return { ...admitted, limit: (what) => limits.take(network, what, now()) };
  }

  #ask(request: Request, peer: string): Asked {
    const { headers, url } = request;
    const address = this.addressOf(request, peer);
    const queryAt = url.indexOf("?");
    return {
      headers,
      query: new URLSearchParams(queryAt < 0 ? "" : url.slice(queryAt)),
      host: hostOf(request),
      isSecure: this.isSecure(request, peer),
      address,
      network: network(address),
    };
  }

  #limit(network: string, what: Asking): Refused | undefined {
    const retryAfterMs = this.#options.limits.take(network, what, this.#options.now());
    if (retryAfterMs === 0) return undefined;
    return refuse(429, "RATE_LIMITED", "too many requests from this address", retryAfterMs);
  }

  #check(asked: Asked): Known | Refused | Promise<Known | Refused> {
    const { allowedOrigins, authHeader } = this.#options;
    const origin = asked.headers.get("origin");
    if (origin !== null && !isOriginAllowed(origin, asked, allowedOrigins)) return refuseOrigin();
    const wished = asked.query.get("username");
    const name = wished === null || wished === "" ? undefined : parseUserName(wished);
    if (name && !name.ok) return refuse(400, "INVALID_FIELD", name.message);
    const cookie = mayUseCookie(asked) ? cookieName(asked.isSecure) : undefined;
    return this.#identify(asked, findCredential(asked, authHeader, cookie), name?.name);
  }

  #identify(
    { address, network }: Pick<Asked, "address" | "network">,
    credential: Credential | undefined,
    name: string | undefined,
  ): Known | Refused | Promise<Known | Refused> {
    const { authenticator } = this.#options;
    const now = this.#options.now();
    if (credential === undefined) return authenticator.newcomer(name, now);
    // A browser shows the cookie by itself, and nobody guesses 256 bits.
    if (credential.isCookie) return authenticator.identify(credential, name, now);
    const identify = () => authenticator.identify(credential, name, now);
    return this.#guesses.judge({ address, network }, failureOf(credential.value), identify);
  }
}

/** The cookie's name. Under TLS a browser takes one of this name from this very host alone. */
export function cookieName(isSecure: boolean): string {
  return isSecure ? "__Host-snug" : "snug";
}
