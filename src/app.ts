// The application: which path is answered by what. Does no I/O of its own.
import { Hono } from "hono";
import type { Gate } from "./gate/gate.ts";
import type { Hub } from "./hub.ts";
import { assets } from "./routes/assets.ts";
import type { AppEnv } from "./routes/env.ts";
import { status } from "./routes/status.ts";
import { ws } from "./routes/ws.ts";
import type { Life } from "./session.ts";

export interface AppOptions {
  hub: Hub;
  gate: Gate;
  /** Whether the store takes entries now. */
  isStoreReady(): boolean;
  /** Hears of a connection that has ended. */
  ended(life: Life): void;
}

/** The routes of a Snug server; `hc<AppType>(base).ws.$ws()` is a socket to it. */
export function createApp({ hub, gate, isStoreReady, ended }: AppOptions) {
  return new Hono<AppEnv>()
    .use(async (context, next) => {
      const refused = gate.checkHost(context.req.raw);
      if (refused) return context.json(refused.refusal, refused.status);
      return await next();
    })
    .route("/", ws({ hub, gate, ended }))
    .route("/", status({ hub, isStoreReady }))
    .route("/", assets())
    .notFound((context) => context.json({ code: "NOT_FOUND", message: "nothing is here" }, 404));
}

/** For `hc` of hono/client. */
export type AppType = ReturnType<typeof createApp>;
