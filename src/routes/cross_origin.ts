// Who may ask anything of /api: an address that does not ask too often (W15.11), and pages of other
// origins as far as W15.4 goes: those of ALLOWED_ORIGINS may read its answers, and no other page may
// change anything. Credentials are never allowed across origins: the cookie would not count.
import { createMiddleware } from "hono/factory";
import type { Gate } from "../gate/gate.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";

/** How long a browser may remember what it may send, in seconds. */
const PREFLIGHT_SECONDS = 600;
/** What is no part of an answer's body, beside what any page may read. */
const EXPOSED = "content-disposition, content-range, location, retry-after";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export interface CrossOriginOptions {
  gate: Gate;
  allowedOrigins: readonly string[];
  authHeader: string;
}

export function crossOrigin({ gate, allowedOrigins, authHeader }: CrossOriginOptions) {
  const isAll = allowedOrigins.includes("*");
  const requestHeaders = ["authorization", "content-type", "idempotency-key", authHeader]
    .filter((it) => it !== "");
  return createMiddleware<AppEnv>(async (context, next) => {
    const { req } = context;
    const origin = req.header("origin");
    const isListed = origin !== undefined && (isAll || allowedOrigins.includes(origin));
    if (!isAll) context.header("vary", "origin");
    if (isListed) {
      context.header("access-control-allow-origin", isAll ? "*" : origin);
      context.header("access-control-expose-headers", EXPOSED);
    }
    if (req.method === "OPTIONS") {
      if (isListed) {
        context.header("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE");
        context.header("access-control-allow-headers", requestHeaders.join(", "));
        context.header("access-control-max-age", String(PREFLIGHT_SECONDS));
      }
      return context.body(null, 204);
    }
    const limited = gate.checkRate(req.raw, context.env.address);
    if (limited) return answer(context, limited);
    if (!SAFE.has(req.method)) {
      const refused = gate.checkChange(req.raw, context.env.address);
      if (refused) return answer(context, refused);
    }
    return await next();
  });
}
