// The WebSocket endpoints: through the gate, then to a session. An upgrade's headers can't change.
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { offersBatches } from "../gate/credential.ts";
import { type HttpRefusal, refuse } from "../gate/refusal.ts";
import type { Hub } from "../hub.ts";
import { parseRoomName, type RoomName } from "../protocol.ts";
import type { UpgradeOptions } from "../socket.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";
import { type Admitted, EchoVisit, type Host, SessionVisit } from "./visit.ts";

type Upgrade = MiddlewareHandler<AppEnv, string, { outputFormat: "ws" }>;

export function ws(host: Host) {
  const { hub } = host;
  const toSession = (hasHeartbeat: boolean, path?: RoomName): Begin => (admitted, isBatched) =>
    new SessionVisit(host, admitted, isBatched, hasHeartbeat, path);
  const toEcho: Begin = (admitted, isBatched) => new EchoVisit(host, admitted, isBatched);
  const chat = (context: Context<AppEnv>, path?: RoomName): Promise<Response> =>
    upgrade(context, host, toSession(context.req.query("heartbeat") !== "off", path));

  const onChat: Upgrade = (context) => chat(context);
  const onRoom: Upgrade = (context) => {
    const parsed = parseRoomName(context.req.param("room") ?? "");
    if (parsed.ok) return chat(context, parsed.room);
    return Promise.resolve(turnAway(context, hub, refuse(400, "INVALID_FIELD", parsed.message)));
  };
  const onEcho: Upgrade = (context) => upgrade(context, host, toEcho);

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

/** Makes of somebody who was let in, and who speaks batches or not, what the upgrade leads to. */
type Begin = (admitted: Admitted, offersBatches: boolean) => UpgradeOptions;

async function upgrade(
  context: Context<AppEnv>,
  { hub, gate }: Host,
  begin: Begin,
): Promise<Response> {
  const request = context.req.raw;
  const admission = gate.admit(request, context.env.address);
  const admitted = admission instanceof Promise ? await admission : admission;
  return admitted.ok ? enter(context, hub, admitted, begin) : turnAway(context, hub, admitted);
}

function enter(context: Context<AppEnv>, hub: Hub, admitted: Admitted, begin: Begin): Response {
  const request = context.req.raw;
  const { release } = admitted;
  if (!isUpgrade(request)) {
    release();
    const message = "this is a WebSocket endpoint, and the request was no upgrade: a WebSocket " +
      "client is needed, and a proxy in between must forward Upgrade, Connection and Host";
    // Without the header Upgrade, which would make the answer malformed over a proxy's HTTP/2.
    return turnAway(context, hub, refuse(426, "UPGRADE_REQUIRED", message));
  }
  if (!isHandshake(request)) {
    release();
    return refuseHandshake(context, hub);
  }
  try {
    return context.env.upgrade(begin(admitted, offersBatches(request)));
  } catch {
    release();
    return refuseHandshake(context, hub);
  }
}

function refuseHandshake(context: Context<AppEnv>, hub: Hub): Response {
  const message = "this is not a WebSocket handshake: Sec-WebSocket-Key and version 13 are needed";
  const refused = turnAway(context, hub, refuse(400, "INVALID_FIELD", message));
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
function turnAway(context: Context<AppEnv>, { counts }: Hub, refusal: HttpRefusal): Response {
  counts.refusals.add(refusal.refusal.code);
  context.header("access-control-allow-origin", "*");
  const refused = answer(context, refusal);
  const isQuestion = context.req.query("why") !== undefined && !isUpgrade(context.req.raw);
  return isQuestion ? new Response(refused.body, { headers: refused.headers }) : refused;
}
