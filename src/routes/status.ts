// For those who watch the server: does it live, may it get traffic.
import { Hono } from "hono";
import type { Hub } from "../hub.ts";
import type { AppEnv } from "./env.ts";

export interface StatusOptions {
  hub: Hub;
  isStoreReady(): boolean;
}

export function status({ hub, isStoreReady }: StatusOptions) {
  return new Hono<AppEnv>()
    .get("/healthz", (context) => context.json({ status: "ok" }))
    .get("/readyz", (context) => {
      if (hub.isDraining) return context.json({ status: "draining" }, 503);
      if (!isStoreReady()) return context.json({ status: "store unavailable" }, 503);
      return context.json({ status: "ready" });
    });
}
