// For those who watch the server: does it live, may it get traffic, how is it doing.
import { Hono } from "hono";
import type { Watchers } from "../gate/watchers.ts";
import type { Hub } from "../hub.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";

/** The text format of Prometheus. */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export interface StatusOptions {
  hub: Hub;
  watchers: Watchers;
  isStoreReady(): boolean;
  /** The metrics in the text format of Prometheus. */
  writeMetrics(): string;
}

export function status({ hub, watchers, isStoreReady, writeMetrics }: StatusOptions) {
  return new Hono<AppEnv>()
    .get("/healthz", (context) => context.json({ status: "ok" }))
    .get("/readyz", (context) => {
      if (hub.isDraining) return context.json({ status: "draining" }, 503);
      if (!isStoreReady()) return context.json({ status: "store unavailable" }, 503);
      return context.json({ status: "ready" });
    })
    .get("/metrics", (context) => {
      const refused = watchers.check(context.req.raw, context.env.address);
      if (refused) return answer(context, refused);
      return context.body(writeMetrics(), 200, {
        "content-type": METRICS_TYPE,
        "cache-control": "no-store",
      });
    });
}
