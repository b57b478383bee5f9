// How a refusal of the gate is answered over HTTP (W15.6).
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { cookieName } from "../gate/gate.ts";
import type { HttpRefusal, Refused } from "../gate/refusal.ts";
import type { ErrorCode, Refusal } from "../protocol.ts";
import type { AppEnv } from "./env.ts";

/** Attributes of the session's cookie (W15.9). */
export function cookieOptions(isSecure: boolean) {
  return { httpOnly: true, sameSite: "Strict", path: "/", secure: isSecure } as const;
}

/** The status of what a message would have been refused with, where it was asked over HTTP. */
const STATUS: Record<ErrorCode, HttpRefusal["status"] | 409 | 500> = {
  PARSE_ERROR: 400,
  UNKNOWN_TYPE: 400,
  INVALID_FIELD: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  NOT_JOINED: 409,
  CONFLICT: 409,
  UPGRADE_REQUIRED: 426,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  ROOM_FULL: 503,
  SERVER_FULL: 503,
  UNAVAILABLE: 503,
};

/** Answers with what refused a message (W17.2). */
export function answerRefused(
  context: Context<AppEnv>,
  { code, message, retryAfterMs }: Refusal,
): Response {
  const refusal = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return answer(context, { status: STATUS[code], refusal });
}

/** Answers as problem details (RFC 9457): `detail` is the `message`, for tools that know those. */
export function answer(
  context: Context<AppEnv>,
  { status, refusal, isStaleCookie }:
    & Pick<HttpRefusal, "refusal">
    & { status: HttpRefusal["status"] | 409 | 500 }
    & Pick<Refused, "isStaleCookie">,
): Response {
  context.header("cache-control", "no-store");
  if (status === 401) context.header("www-authenticate", "Bearer");
  if (refusal.retryAfterMs !== undefined) {
    context.header("retry-after", String(Math.ceil(refusal.retryAfterMs / 1000)));
  }
  // Which of the two it was is not worth a look: a browser forgets what it does not have.
  for (const isSecure of isStaleCookie ? [true, false] : []) {
    setCookie(context, cookieName(isSecure), "", { ...cookieOptions(isSecure), maxAge: 0 });
  }
  const problem = { ...refusal, status, detail: refusal.message };
  return context.json(problem, status, { "content-type": "application/problem+json" });
}
