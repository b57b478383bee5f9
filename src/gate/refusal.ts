// What somebody gets who is not let in: an HTTP status with a JSON body (W15.6).
import type { Refusal } from "../protocol.ts";

export interface HttpRefusal {
  status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 416 | 426 | 429 | 503 | 507;
  refusal: Omit<Refusal, "code"> & { code: Refusal["code"] | HttpCode };
}

/** Codes that only HTTP has. */
export type HttpCode =
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "TIMEOUT"
  | "TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "RANGE_NOT_SATISFIABLE"
  | "FILES_FULL";

export interface Refused extends HttpRefusal {
  ok: false;
  /** Nobody gave the credential out, as far as is known: it was guessed or forged. */
  isBad?: true;
  /** It was the cookie, which the browser should forget. */
  isStaleCookie?: true;
}

export function refuse(
  status: HttpRefusal["status"],
  code: HttpRefusal["refusal"]["code"],
  message: string,
  retryAfterMs?: number,
): Refused {
  const refusal = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { ok: false, status, refusal };
}

/** A credential that is not good, and nothing more is said of it. */
export function refuseBad(): Refused {
  const refused = refuse(401, "UNAUTHORIZED", "this token or session is not valid");
  return { ...refused, isBad: true };
}

/** A page that may not do this. */
export function refuseOrigin(): Refused {
  const message = "pages of this origin may not do this; ALLOWED_ORIGINS lists those that may";
  return refuse(403, "FORBIDDEN", message);
}
