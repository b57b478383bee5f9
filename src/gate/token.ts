// The shared tokens: known by their hashes alone, compared in constant time.
import { createHash, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Whether a token has this hash. */
export function isToken(value: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(value)), Buffer.from(hash));
}
