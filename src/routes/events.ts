// GET /api/rooms/:room/events (W18): through the gate like an upgrade, then to a session whose socket
// is a stream of events.
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { refuse } from "../gate/refusal.ts";
import type { Position } from "../protocol.ts";
import { answer, answerRefused } from "./answer.ts";
import type { AppEnv } from "./env.ts";
import { EventStream } from "./event_stream.ts";
import { only } from "./method.ts";
import { operation } from "./operation.ts";
import { type Host, SessionVisit } from "./visit.ts";

const EVENTS = "/api/rooms/:room/events";
const POSITION = /^([\w-]{1,32}):(\d{1,15})$/;
const position = v.optional(
  v.pipe(v.string(), v.regex(POSITION), v.description("The `id` of an event, `<epoch>:<seq>`.")),
);
const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would collect them.
  "x-accel-buffering": "no",
};

export function events(host: Host) {
  const { gate, hub } = host;
  const begin = async (context: Context<AppEnv>): Promise<Response> => {
    // Hono asks this for HEAD too, and would leave the stream unread.
    if (context.req.raw.method === "HEAD") return only("GET")(context);
    const { req } = context;
    const id = req.header("last-event-id") || req.query("since");
    const since = id ? readPosition(id) : undefined;
    if (id && !since) {
      const message = "Last-Event-ID or since must be the id of an event, <epoch>:<seq>";
      return answer(context, refuse(400, "INVALID_FIELD", message));
    }
    const admitted = await gate.admit(req.raw, context.env.address);
    if (!admitted.ok) return answer(context, admitted);
    const opened = await EventStream.open({
      visit: new SessionVisit(host, admitted, true, true, undefined),
      room: req.param("room") ?? "",
      since,
      retryMs: hub.comeBackMs(),
      cut: context.env.cut,
    });
    if (!opened.ok) return answerRefused(context, opened.refusal);
    return context.body(opened.stream.body, 200, HEADERS);
  };
  const follow = operation({
    id: "followRoom",
    tag: "rooms",
    summary: "Follow a room as Server-Sent Events",
    detail:
      "Each entry is an event with an `id`; the one in `Last-Event-ID`, or in `since`, is where it goes on.",
    query: { since: position },
    headers: { "Last-Event-ID": position },
    answers: { 200: "text/event-stream" },
  }, begin);
  return new Hono<AppEnv>().get(EVENTS, follow).all(EVENTS, only("GET"));
}

function readPosition(id: string): Position | undefined {
  const [, epoch, seq] = POSITION.exec(id) ?? [];
  return epoch === undefined ? undefined : { epoch, seq: Number(seq) };
}
