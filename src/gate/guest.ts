// A guest's session (W8.3): a signed value that keeps uid and name. Nothing of it is stored here.
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { UserId } from "../protocol.ts";
import { parseUserName } from "../user_name.ts";

/** How long a session is good for after it was last given out, in milliseconds. */
const LIFETIME_MS = 30 * 24 * 3_600_000;

export interface GuestIdentity {
  uid: UserId;
  user: string;
}

export class GuestSessions {
  /** Names what lets these guests in. */
  readonly binding: string;
  readonly #secret: string;

  /** Sessions given under another binding are void. */
  constructor(secret: string, binding: string) {
    this.#secret = secret;
    this.binding = binding;
  }

  seal({ uid, user }: GuestIdentity, now: number): string {
    const payload = Buffer.from(JSON.stringify([uid, user, now + LIFETIME_MS])).toString(
      "base64url",
    );
    return `${payload}.${this.#sign(payload)}`;
  }

  /** Who the session was given to, and when, or undefined: not ours, changed, or too old. */
  open(value: string, now: number): GuestIdentity & { issuedAt: number } | undefined {
    const [payload, signature, ...rest] = value.split(".");
    if (!payload || !signature || rest.length > 0) return undefined;
    const given = Buffer.from(signature);
    const right = Buffer.from(this.#sign(payload));
    if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const [uid, user, expires] = JSON.parse(Buffer.from(payload, "base64url").toString());
    const name = parseUserName(user);
    if (now >= expires || !name.ok) return undefined;
    return { uid, user: name.name, issuedAt: expires - LIFETIME_MS };
  }

  #sign(payload: string): string {
    return createHmac("sha256", this.#secret).update(`guest ${this.binding} ${payload}`)
      .digest("base64url");
  }
}
