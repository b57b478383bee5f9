// Headers that tell a browser to make nothing of an answer but what it is (W15.12).
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./env.ts";

const HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Gives these to every answer that has no other ones. */
export const securityHeaders = createMiddleware<AppEnv>(async (context, next) => {
  await next();
  // An upgrade's headers can't change.
  if (context.res.status === 101) return;
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  }
});
