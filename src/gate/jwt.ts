// JSON Web Tokens (W15.8): whether one is good, and what it says. Which algorithms count is pinned
// by the kind of key, never taken from the token.
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose";
import type { Identity } from "../identity.ts";
import { readClaims, wrongClaim } from "./claims.ts";
import { type KeySet, KeysUnavailable } from "./key_set.ts";
import { refuse, refuseBad, type Refused } from "./refusal.ts";

/** How far the clocks of who issues and who checks may be apart, in seconds. */
const LEEWAY_SECONDS = 5;
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export interface JwtOptions {
  /** A shared secret for HS256, or public keys for RS256, ES256 and EdDSA. */
  key: string | KeySet;
  /** What `iss` and `aud` must be; empty: anything. */
  issuer: string;
  audience: string;
}

export class JwtVerifier {
  readonly #key: string | KeySet;
  readonly #options: JWTVerifyOptions;
  #secret: Promise<CryptoKey> | undefined;

  constructor({ key, issuer, audience }: JwtOptions) {
    this.#key = key;
    this.#options = {
      algorithms: typeof key === "string" ? ["HS256"] : ["RS256", "ES256", "EdDSA"],
      clockTolerance: LEEWAY_SECONDS,
      requiredClaims: ["sub", "exp"],
      ...(issuer && { issuer }),
      ...(audience && { audience }),
    };
  }

  async verify(token: string, now: number): Promise<{ ok: true; identity: Identity } | Refused> {
    if (!COMPACT.test(token)) return refuseBad();
    const verified = await this.#verify(token, now);
    if (!verified.ok) return verified;
    const read = readClaims(verified.payload);
    if (!read.ok) return refuse(401, "UNAUTHORIZED", read.message);
    const { expires, issuedAt } = read.identity;
    if (expires! <= now) return refuse(401, "UNAUTHORIZED", "this token has expired");
    if (issuedAt! > now + LEEWAY_SECONDS * 1000) {
      return refuse(401, "UNAUTHORIZED", wrongClaim("iat"));
    }
    // What is shown was issued by now, also by a clock that is ahead; else it would outlive a revocation.
    return { ok: true, identity: { ...read.identity, issuedAt: Math.min(issuedAt!, now) } };
  }

  async #verify(token: string, now: number): Promise<{ ok: true; payload: JWTPayload } | Refused> {
    const options = { ...this.#options, currentDate: new Date(now) };
    try {
      const { payload } = typeof this.#key === "string"
        ? await jwtVerify(token, await (this.#secret ??= importSecret(this.#key)), options)
        : await jwtVerify(token, this.#key.find, options);
      return { ok: true, payload };
    } catch (error) {
      return explain(error);
    }
  }
}

/** Nothing of a token is ever in an answer: of what is wrong only the claim's name. */
function explain(error: unknown): Refused {
  if (error instanceof KeysUnavailable) {
    const message = "tokens can't be checked now; try again";
    return refuse(503, "UNAVAILABLE", message, error.retryAfterMs);
  }
  if (error instanceof errors.JWTExpired) {
    return refuse(401, "UNAUTHORIZED", "this token has expired");
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return refuse(401, "UNAUTHORIZED", wrongClaim(error.claim));
  }
  if (error instanceof errors.JOSEError) return refuseBad();
  throw error;
}

function importSecret(secret: string): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, [
    "verify",
  ]);
}
