// How a refusal of the gate is answered over HTTP (W15.6).
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { cookieName } from "../gate/gate.ts";
import type { HttpRefusal, Refused } from "../gate/refusal.ts";
import type { AppEnv } from "./env.ts";

/** Attributes of the session's cookie (W15.9). */
export function cookieOptions(isSecure: boolean) {
  return { httpOnly: true, sameSite: "Strict", path: "/", secure: isSecure } as const;
}

export function answer(
  context: Context<AppEnv>,
  { status, refusal, isStaleCookie }: HttpRefusal & Pick<Refused, "isStaleCookie">,
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
  return context.json(refusal, status);
}
