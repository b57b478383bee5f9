// For those who watch the server: does it live, may it get traffic, how is it doing.
import { Hono } from "hono";
import type { Watchers } from "../gate/watchers.ts";
import type { Hub } from "../hub.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";
import { operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

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
  const lives = operation({
    id: "isAlive",
    tag: "server",
    summary: "Say that the server lives",
    for: "everybody",
    answers: { 200: shapes.status },
  }, (context) => context.json({ status: "ok" }));
  const serves = operation({
    id: "isReady",
    tag: "server",
    summary: "Say whether the server may get traffic",
    detail: "503 while it goes down, and without its store.",
    for: "everybody",
    answers: { 200: shapes.status, 503: shapes.status },
  }, (context) => {
    if (hub.isDraining) return context.json({ status: "draining" }, 503);
    if (!isStoreReady()) return context.json({ status: "store unavailable" }, 503);
    return context.json({ status: "ready" });
  });
  const metrics = operation({
    id: "metrics",
    tag: "server",
    summary: "Say how the server is doing, in the text format of Prometheus",
    detail: "To programs of the server's own machine, or with `METRICS_TOKEN` as a bearer token.",
    for: "everybody",
    answers: { 200: "text/plain" },
  }, async (context) => {
    const refused = await watchers.check(context.req.raw, context.env.address);
    if (refused) return answer(context, refused);
    return context.body(writeMetrics(), 200, {
      "content-type": METRICS_TYPE,
      "cache-control": "no-store",
    });
  });
  return new Hono<AppEnv>()
    .get("/healthz", lives)
    .get("/readyz", serves)
    .get("/metrics", metrics);
}
