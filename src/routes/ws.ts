// The WebSocket endpoints: through the gate, then to a session. No header middleware may run here:
// an upgrade's headers can't change.
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { offersBatches } from "../gate/credential.ts";
import type { Admission, Gate } from "../gate/gate.ts";
import { type HttpRefusal, refuse } from "../gate/refusal.ts";
import type { Hub } from "../hub.ts";
import { parseRoomName, type RoomName, SUBPROTOCOL } from "../protocol.ts";
import type { Identity } from "../identity.ts";
import type { Limit } from "../rates.ts";
import { type Life, Session } from "../session.ts";
import type { UpgradeOptions } from "../socket.ts";
import { Echo } from "../echo.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";

export interface WsOptions {
  hub: Hub;
  gate: Gate;
  /** Hears of a connection that has ended, and where it came from. */
  ended(life: Life, address: string): void;
}

type Upgrade = MiddlewareHandler<AppEnv, string, { outputFormat: "ws" }>;

export function ws({ hub, gate, ended }: WsOptions) {
  // What lives as long as a connection must not hold its request: so nothing here sees the context.
  const toSession = (hasHeartbeat: boolean, path?: RoomName): Begin => (who, isBatched) => {
    const { identity, address } = who;
    let session: Session | undefined;
    const options = {
      hub,
      ...who,
      isBatched,
      hasHeartbeat,
      ended: (life: Life) => ended(life, address),
      ...(path !== undefined && { path }),
    };
    return {
      isBatched,
      opened: (socket) => {
        session = Session.open({ ...options, socket });
        gate.opened(identity);
        return session;
      },
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
  const chat = (context: Context<AppEnv>, path?: RoomName): Promise<Response> =>
    upgrade(context, gate, toSession(context.req.query("heartbeat") !== "off", path));

  const onChat: Upgrade = (context) => chat(context);
  const onRoom: Upgrade = (context) => {
    const parsed = parseRoomName(context.req.param("room") ?? "");
    if (parsed.ok) return chat(context, parsed.room);
    return Promise.resolve(tell(context, refuse(400, "INVALID_FIELD", parsed.message)));
  };
  const onEcho: Upgrade = (context) => upgrade(context, gate, toEcho);

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

type Admitted = Extract<Admission, { ok: true }>;
type Begin = (
  who: { identity: Identity; address: string; limit?: Limit },
  isBatched: boolean,
) => Pick<UpgradeOptions, "isBatched" | "opened" | "closed">;

async function upgrade(context: Context<AppEnv>, gate: Gate, begin: Begin): Promise<Response> {
  const request = context.req.raw;
  const admission = gate.admit(request, context.env.address);
  const admitted = admission instanceof Promise ? await admission : admission;
  return admitted.ok ? enter(context, admitted, begin) : tell(context, admitted);
}

function enter(context: Context<AppEnv>, admitted: Admitted, begin: Begin): Response {
  const request = context.req.raw;
  const { release, ok: _, ...who } = admitted;
  if (!isUpgrade(request)) {
    release();
    const message = "this is a WebSocket endpoint, and the request was no upgrade: a WebSocket " +
      "client is needed, and a proxy in between must forward Upgrade, Connection and Host";
    const refused = tell(context, refuse(426, "UPGRADE_REQUIRED", message));
    refused.headers.set("upgrade", "websocket");
    return refused;
  }
  if (!isHandshake(request)) {
    release();
    return refuseHandshake(context);
  }
  const offersOurs = offersBatches(request);
  const { isBatched, opened, closed } = begin(who, offersOurs);
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
  const refused = tell(context, refuse(400, "INVALID_FIELD", message));
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

/** A page of another origin may know why it was refused; the body holds nothing else. */
function tell(context: Context<AppEnv>, refusal: HttpRefusal): Response {
  context.header("access-control-allow-origin", "*");
  return answer(context, refusal);
}
