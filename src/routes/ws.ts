// The WebSocket endpoints: through the gate, then to a session. No header middleware may run here:
// an upgrade's headers can't change.
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { offersBatches } from "../gate/credential.ts";
import type { Gate, HttpRefusal } from "../gate/gate.ts";
import type { Hub } from "../hub.ts";
import { parseRoomName, type RoomName, SUBPROTOCOL } from "../protocol.ts";
import type { Identity } from "../identity.ts";
import { type Life, Session } from "../session.ts";
import type { UpgradeOptions } from "../socket.ts";
import { Echo } from "../echo.ts";
import type { AppEnv } from "./env.ts";

export interface WsOptions {
  hub: Hub;
  gate: Gate;
  ended(life: Life): void;
}

type Upgrade = MiddlewareHandler<AppEnv, string, { outputFormat: "ws" }>;

export function ws({ hub, gate, ended }: WsOptions) {
  // What lives as long as a connection must not hold its request: so nothing here sees the context.
  const toSession = (hasHeartbeat: boolean, path?: RoomName): Begin => (who, isBatched) => {
    let session: Session | undefined;
    const at = path === undefined ? {} : { path };
    return {
      isBatched,
      opened: (socket) =>
        session = Session.open({ hub, socket, ...who, isBatched, hasHeartbeat, ended, ...at }),
      closed: (code, reason) => session?.closed(code, reason),
    };
  };
  const toEcho: Begin = (who) => {
    let echo: Echo | undefined;
    return {
      // What came as several frames goes back as several, whatever the client speaks.
      isBatched: false,
      opened: (socket) => echo = Echo.open({ hub, socket, ...who }),
      closed: () => echo?.closed(),
    };
  };
  const chat = (context: Context<AppEnv>, path?: RoomName): Response =>
    upgrade(context, gate, toSession(context.req.query("heartbeat") !== "off", path));

  const onChat: Upgrade = (context) => Promise.resolve(chat(context));
  const onRoom: Upgrade = (context) => {
    const parsed = parseRoomName(context.req.param("room") ?? "");
    if (parsed.ok) return Promise.resolve(chat(context, parsed.room));
    return Promise.resolve(answer(context, {
      status: 400,
      refusal: { code: "INVALID_FIELD", message: parsed.message },
    }));
  };
  const onEcho: Upgrade = (context) => Promise.resolve(upgrade(context, gate, toEcho));

  return new Hono<AppEnv>()
    .options("/ws/*", (context) => {
      context.header("access-control-allow-origin", "*");
      context.header("access-control-allow-headers", "authorization");
      return context.body(null, 204);
    })
    .get("/ws", onChat)
    .get("/ws/chat/:room", onRoom)
    .get("/ws/echo", onEcho);
}

type Begin = (
  who: { identity: Identity; address: string },
  isBatched: boolean,
) => Pick<UpgradeOptions, "isBatched" | "opened" | "closed">;

function upgrade(context: Context<AppEnv>, gate: Gate, begin: Begin): Response {
  const request = context.req.raw;
  const { address } = context.env;
  const admission = gate.admit(request, address);
  if (!admission.ok) return answer(context, admission);
  const { identity, release } = admission;
  if (!isUpgrade(request)) {
    release();
    const message = "this is a WebSocket endpoint, and the request was no upgrade: a WebSocket " +
      "client is needed, and a proxy in between must forward Upgrade and Connection";
    const refused = answer(context, {
      status: 426,
      refusal: { code: "UPGRADE_REQUIRED", message },
    });
    refused.headers.set("upgrade", "websocket");
    return refused;
  }
  if (!isHandshake(request)) {
    release();
    return refuseHandshake(context);
  }
  const offersOurs = offersBatches(request);
  const { isBatched, opened, closed } = begin({ identity, address }, offersOurs);
  try {
    return context.env.upgrade({
      isBatched,
      opened,
      closed: (code, reason) => {
        release();
        closed(code, reason);
      },
      ...(offersOurs && { protocol: SUBPROTOCOL }),
    });
  } catch {
    release();
    return refuseHandshake(context);
  }
}

function refuseHandshake(context: Context<AppEnv>): Response {
  const message = "this is not a WebSocket handshake: Sec-WebSocket-Key and version 13 are needed";
  const refused = answer(context, { status: 400, refusal: { code: "INVALID_FIELD", message } });
  refused.headers.set("sec-websocket-version", "13");
  return refused;
}

/** Whether key and version are as RFC 6455 wants them: the runtime does not look at either. */
function isHandshake({ headers }: Request): boolean {
  return headers.get("sec-websocket-version") === "13" &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers.get("sec-websocket-key") ?? "");
}

function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

function answer(context: Context<AppEnv>, { status, refusal }: HttpRefusal): Response {
  const response = context.json(refusal, status);
  response.headers.set("cache-control", "no-store");
  // A page of another origin may know why it was refused; the body holds nothing else.
  response.headers.set("access-control-allow-origin", "*");
  if (refusal.retryAfterMs !== undefined) {
    response.headers.set("retry-after", String(Math.ceil(refusal.retryAfterMs / 1000)));
  }
  return response;
}
