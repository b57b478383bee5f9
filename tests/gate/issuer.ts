// Who signs tokens in tests: real keys, and a real server that gives the public ones out.
import {
  type CompactJWSHeaderParameters,
  CompactSign,
  exportJWK,
  generateKeyPair,
  type JWK,
} from "jose";

export const SECRET = "a-secret-of-at-least-32-bytes-for-tests";

/** A token under a shared secret. `iat` and `exp` are given where the claims leave them out. */
export function sign(claims: object, now = Date.now(), secret = SECRET): Promise<string> {
  return new CompactSign(bytes(JSON.stringify({ ...times(now), ...claims })))
    .setProtectedHeader({ alg: "HS256" }).sign(bytes(secret));
}

/** A token of these parts as they are, whoever may have signed it. */
export function forge(header: object, claims: object, signature = "c2lnbmF0dXJl"): string {
  const encode = (part: object) =>
    btoa(JSON.stringify(part)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${encode(header)}.${encode(claims)}.${signature}`;
}

export function times(now: number): { iat: number; exp: number } {
  return { iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 600 };
}

export type Signer = {
  jwk: JWK;
  sign(claims: object, now?: number, header?: Record<string, unknown>): Promise<string>;
};

/** A key pair under a name. */
export async function makeSigner(alg: string, kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...await exportJWK(publicKey), kid },
    sign: (claims, now = Date.now(), header = {}) =>
      new CompactSign(bytes(JSON.stringify({ ...times(now), ...claims })))
        .setProtectedHeader({ alg, kid, ...header } as CompactJWSHeaderParameters)
        .sign(privateKey),
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A server of public keys; what it gives out can be changed, and how often it was asked is known. */
export class KeyServer {
  keys: JWK[];
  /** How it answers; by default with the keys. */
  answer: (() => Response | Promise<Response>) | undefined;
  asked = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(...keys: JWK[]) {
    this.keys = keys;
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      this.asked++;
      return this.answer?.() ?? Response.json({ keys: this.keys });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/jwks.json`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}
