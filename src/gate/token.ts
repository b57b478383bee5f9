// The shared token: known by its hash alone, compared in constant time.
import { createHash, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";

export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export function isToken(value: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(value)), Buffer.from(hash));
}
