// Headers that tell a browser to make nothing of an answer but what it is. Not for upgrades: their
// headers can't change.
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

/** Gives these to every answer that has no other ones, but for those of the WebSocket endpoints. */
export const securityHeaders = createMiddleware<AppEnv>(async (context, next) => {
  await next();
  if (context.req.path.startsWith("/ws")) return;
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  }
});
