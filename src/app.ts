// The application: which path is answered by what. Does no I/O of its own.
import { Hono } from "hono";
import type { Files } from "./files.ts";
import type { Gate, LiveSessions } from "./gate/gate.ts";
import { refuse } from "./gate/refusal.ts";
import type { Hooks } from "./gate/hooks.ts";
import type { Revocations } from "./gate/revocations.ts";
import type { SignIns } from "./gate/sign_ins.ts";
import type { Watchers } from "./gate/watchers.ts";
import type { Hub } from "./hub.ts";
import type { Life } from "./life.ts";
import { answer, answerRefused } from "./routes/answer.ts";
import { assets } from "./routes/assets.ts";
import { crossOrigin } from "./routes/cross_origin.ts";
import type { AppEnv } from "./routes/env.ts";
import { securityHeaders } from "./routes/headers.ts";
import { events } from "./routes/events.ts";
import { files } from "./routes/files.ts";
import { hooks } from "./routes/hooks.ts";
import { messages } from "./routes/messages.ts";
import { moderation } from "./routes/moderation.ts";
import { answerNothing } from "./routes/nothing.ts";
import { reference } from "./routes/reference.ts";
import { rooms } from "./routes/rooms.ts";
import { session } from "./routes/session.ts";
import { status } from "./routes/status.ts";
import { system } from "./routes/system.ts";
import { users } from "./routes/users.ts";
import { ws } from "./routes/ws.ts";
import { StoreError } from "./store/store.ts";

export interface AppOptions {
  hub: Hub;
  files: Files;
  gate: Gate;
  signIns: SignIns;
  revocations: Revocations;
  hooks: Hooks;
  watchers: Watchers;
  live: LiveSessions;
  allowedOrigins: readonly string[];
  authHeader: string;
  now(): number;
  /** Whether the store takes entries now. */
  isStoreReady(): boolean;
  /** The metrics in the text format of Prometheus. */
  writeMetrics(): string;
  /** Hears of a connection that has ended, and where it came from. */
  ended(life: Life, address: string): void;
  /** Hears of a bug: something threw that must not. */
  fault(error: unknown): void;
}

/** The routes of a Snug server; `hc<AppType>(base).ws.$ws()` is a socket to it. */
export function createApp(options: AppOptions) {
  const { gate, fault } = options;
  // Each of these says what it is, for the description.
  const api = new Hono<AppEnv>()
    .route("/", status(options))
    .route("/", session(options))
    .route("/", users(options))
    .route("/", messages(options))
    .route("/", rooms(options))
    .route("/", moderation(options))
    .route("/", system(options))
    .route("/", files(options))
    .route("/", events(options))
    .route("/", hooks(options));
  return new Hono<AppEnv>()
    .use(securityHeaders)
    .use(async (context, next) => {
      const refused = gate.checkHost(context.req.raw);
      if (refused) return answer(context, refused);
      return await next();
    })
    .route("/", ws(options))
    .use("/api/*", crossOrigin(options))
    .route("/", api)
    .route("/", reference(api.routes))
    .route("/", assets(gate))
    .notFound(answerNothing)
    .onError((error, context) => {
      if (error instanceof StoreError) {
        const message = "the store can't be reached now; try again";
        return answer(context, refuse(503, "UNAVAILABLE", message, 1000));
      }
      fault(error);
      return answerRefused(context, { code: "INTERNAL", message: "the server failed at this" });
    });
}

/** For `hc` of hono/client. */
export type AppType = ReturnType<typeof createApp>;
