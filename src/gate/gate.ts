// The gate (W15): who gets a socket. Checks, in this order, the address, the origin, and the
// credential, and gives a refusal that names the HTTP status.
import type { Refusal, UserId } from "../protocol.ts";
import { parseUserName } from "../user_name.ts";
import type { Identity } from "../identity.ts";
import { Connections } from "./connections.ts";
import { findCredential } from "./credential.ts";
import type { GuestSessions } from "./guest.ts";
import { isHostAllowed, isOriginAllowed } from "./origin.ts";
import { isToken } from "./token.ts";

/** When a client that found no place should try again, in milliseconds. */
const FULL_RETRY_MS = 10_000;

export interface GateOptions {
  /** SHA-256 of the shared token, or undefined: everybody may come in. */
  tokenHash: string | undefined;
  /** Only names of this machine are answered: open mode on a loopback address (W15.5). */
  isLocalOnly: boolean;
  allowedOrigins: readonly string[];
  authHeader: string;
  maxConnections: number;
  maxConnectionsPerIp: number;
  guests: GuestSessions;
  now(): number;
  makeGuestId(): string;
}

export interface HttpRefusal {
  status: 400 | 401 | 403 | 426 | 429 | 503;
  refusal: Refusal;
}

export type Admission =
  | { ok: true; identity: Identity; release(): void }
  | ({ ok: false } & HttpRefusal);

export class Gate {
  readonly #options: GateOptions;
  readonly #connections: Connections;
  #isClosed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#connections = new Connections(options.maxConnections, options.maxConnectionsPerIp);
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
    if (!isLocalOnly || isHostAllowed(request.headers.get("host"), allowedOrigins)) return;
    const message = "this server is open to this machine only; to use it under this name, set " +
      "ALLOWED_ORIGINS to its origin or WS_TOKEN to a token";
    return { status: 403, refusal: { code: "FORBIDDEN", message } };
  }

  /** Admits a connection; its place is taken until `release`. */
  admit(request: Request, address: string): Admission {
    if (this.#isClosed) {
      return refuse(503, "UNAVAILABLE", "this server is restarting", 2000);
    }
    const place = this.#connections.reserve(address);
    if (!place.ok) {
      return place.reason === "address"
        ? refuse(429, "RATE_LIMITED", "too many connections from this address", FULL_RETRY_MS)
        : refuse(503, "SERVER_FULL", "this server is full", FULL_RETRY_MS);
    }
    const checked = this.#check(request);
    if (!checked.ok) {
      place.release();
      return checked;
    }
    return { ...checked, release: place.release };
  }

  #check(request: Request): { ok: true; identity: Identity } | ({ ok: false } & HttpRefusal) {
    const origin = request.headers.get("origin");
    const host = request.headers.get("host");
    if (origin !== null && !isOriginAllowed(origin, host, this.#options.allowedOrigins)) {
      const message = "pages of this origin may not connect; ALLOWED_ORIGINS lists those that may";
      return refuse(403, "FORBIDDEN", message);
    }
    const { tokenHash, guests, authHeader } = this.#options;
    const wished = new URL(request.url).searchParams.get("username");
    const name = wished === null || wished === "" ? undefined : parseUserName(wished);
    if (name && !name.ok) return refuse(400, "INVALID_FIELD", name.message);

    const credential = findCredential(request, authHeader);
    if (credential === undefined) {
      if (tokenHash === undefined) return { ok: true, identity: this.#newGuest(name?.name) };
      return refuse(401, "UNAUTHORIZED", "a token is needed");
    }
    if (tokenHash !== undefined && isToken(credential, tokenHash)) {
      return { ok: true, identity: this.#newGuest(name?.name) };
    }
    const known = guests.open(credential, this.#options.now());
    if (!known) return refuse(401, "UNAUTHORIZED", "this token or session is not valid");
    return { ok: true, identity: this.#guest(known.uid, name?.name ?? known.user) };
  }

  #newGuest(name: string | undefined): Identity {
    const id = this.#options.makeGuestId();
    return this.#guest(`guest:${id}`, name ?? `guest-${id.slice(0, 4)}`);
  }

  #guest(uid: UserId, name: string): Identity {
    const { guests, now } = this.#options;
    return { uid, name, expires: null, seal: (user) => guests.seal({ uid, user }, now()) };
  }
}

function refuse(
  status: HttpRefusal["status"],
  code: Refusal["code"],
  message: string,
  retryAfterMs?: number,
): { ok: false } & HttpRefusal {
  const refusal: Refusal = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { ok: false, status, refusal };
}
