// Who a credential stands for (W15.3): a shared token, a guest's session, a JWT, or the cookie's
// session. Knows nothing of requests and addresses.
import { type Identity, isGuest } from "../identity.ts";
import type { UserId } from "../protocol.ts";
import type { Credential } from "./credential.ts";
import type { GuestSessions } from "./guest.ts";
import type { JwtVerifier } from "./jwt.ts";
import { refuse, refuseBad, type Refused } from "./refusal.ts";
import type { Revocations } from "./revocations.ts";
import type { SignIns } from "./sign_ins.ts";
import { isToken } from "./token.ts";

/** What is longer is refused unread; no JWT that a header can carry is. */
const MAX_CREDENTIAL_LENGTH = 8192;

/** A shared token, and the sessions of the guests that it lets in. */
export interface Access {
  /** SHA-256 of the token, or undefined: everybody may come in. */
  tokenHash: string | undefined;
  guests: GuestSessions;
  isAdmin?: true;
}

export interface AuthenticatorOptions {
  accesses: readonly Access[];
  /** Token users, where there are any. `binding` names the settings that their tokens are under. */
  jwt: { verifier: JwtVerifier; binding: string } | undefined;
  signIns: SignIns;
  revocations: Revocations;
  makeGuestId(): string;
}

export interface Known {
  ok: true;
  identity: Identity;
  /** Names what lets this identity in; a session made from it ends with that. */
  binding: string;
  /** When what was shown ends unless it is used, in milliseconds; null: never by itself. */
  until: number | null;
  /** Nothing was shown: it is somebody new. */
  isNew?: true;
}

export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** What lets in those who show nothing; undefined: nothing does. */
  get #open(): Access | undefined {
    return this.#options.accesses.find(({ tokenHash }) => tokenHash === undefined);
  }

  /** Whether one may come in without a credential. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Somebody without a credential: a new guest, where it is open. */
  newcomer(name: string | undefined, now: number): Known | Refused {
    const open = this.#open;
    if (open) return { ...this.#newGuest(open, name, now), isNew: true };
    return refuse(401, "UNAUTHORIZED", "a token is needed");
  }

  /** Who a credential stands for; at once, unless that takes a look elsewhere. `name` is for guests. */
  identify(
    { value, isCookie }: Credential,
    name: string | undefined,
    now: number,
  ): Known | Refused | Promise<Known | Refused> {
    if (value.length > MAX_CREDENTIAL_LENGTH) return refuseBad();
    if (isCookie) return this.#bySignIn(value, name, now);
    const { accesses, jwt } = this.#options;
    for (const access of accesses) {
      const { tokenHash } = access;
      if (tokenHash !== undefined && isToken(value, tokenHash)) {
        return this.#newGuest(access, name, now);
      }
    }
    // A guest's session has two parts.
    if (jwt && value.split(".").length === 3) return this.#byJwt(value, now);
    for (const access of accesses) {
      const guest = access.guests.open(value, now);
      if (!guest) continue;
      const { uid, user, issuedAt } = guest;
      const identity = { ...this.#guest(access, uid, name ?? user, now), issuedAt };
      return this.#judge({ ok: true, identity, binding: access.guests.binding, until: null });
    }
    return refuseBad();
  }

  /** The moment before which everything of the identity is void, if it is. */
  voidBefore({ uid, issuedAt = 0 }: Identity): number | undefined {
    const before = this.#options.revocations.before(uid);
    return before !== undefined && issuedAt < before ? before : undefined;
  }

  async #byJwt(token: string, now: number): Promise<Known | Refused> {
    const { verifier, binding } = this.#options.jwt!;
    const verified = await verifier.verify(token, now);
    if (!verified.ok) return verified;
    return this.#judge({ ...verified, binding, until: verified.identity.expires });
  }

  async #bySignIn(id: string, name: string | undefined, now: number): Promise<Known | Refused> {
    const { signIns, accesses, jwt } = this.#options;
    const found = await signIns.find(id, now);
    const bindings = [...accesses.map(({ guests }) => guests.binding), jwt?.binding];
    if (!found || !bindings.includes(found.binding)) {
      return { ...refuse(401, "UNAUTHORIZED", "this session has ended"), isStaleCookie: true };
    }
    const { identity, binding, expires } = found;
    const judged = this.#judge({
      ok: true,
      identity: isGuest(identity.uid) && name !== undefined ? { ...identity, name } : identity,
      binding,
      until: expires,
    });
    return judged.ok ? judged : { ...judged, isStaleCookie: true };
  }

  #judge(known: Known): Known | Refused {
    if (this.voidBefore(known.identity) === undefined) return known;
    return refuse(401, "UNAUTHORIZED", "this token or session was revoked");
  }

  #newGuest(access: Access, name: string | undefined, now: number): Known {
    const id = this.#options.makeGuestId();
    const guest = this.#guest(access, `guest:${id}`, name ?? `guest-${id.slice(0, 4)}`, now);
    const identity = { ...guest, isFresh: true } as const;
    return { ok: true, identity, binding: access.guests.binding, until: null };
  }

  #guest({ guests, isAdmin }: Access, uid: UserId, name: string, now: number): Identity {
    return {
      uid,
      name,
      expires: null,
      // As of now, not of when it is called: by then it may have been revoked.
      seal: (user) => guests.seal({ uid, user }, now),
      issuedAt: now,
      ...(isAdmin && { isAdmin }),
    };
  }
}
