// /api/users: what administrators may do to somebody's credentials (W15.10), and to what they said
// (W15.13).
import { type Context, Hono } from "hono";
import type { Gate, LiveSessions } from "../gate/gate.ts";
import { type HttpRefusal, refuse } from "../gate/refusal.ts";
import type { Revocations } from "../gate/revocations.ts";
import type { Hub } from "../hub.ts";
import { isUserId, type Member, UID_EXPECTED, type UserId } from "../protocol.ts";
import { retract } from "../retraction.ts";
import type { Authored } from "../store/store.ts";
import { administrator } from "./administrator.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

export interface UsersOptions {
  hub: Hub;
  gate: Gate;
  revocations: Revocations;
  live: LiveSessions;
  now(): number;
}

export function users({ hub, gate, revocations, live, now }: UsersOptions) {
  /** Who asks for this, and about whom; written down where they may. */
  const about = async (
    context: Context<AppEnv>,
    action: "revoke" | "retract" | "export",
  ): Promise<{ ok: true; by: Member; uid: UserId } | { ok: false } & HttpRefusal> => {
    const asked = await administrator(gate, context);
    if (!asked.ok) return asked;
    const { by, address } = asked;
    const uid = context.req.param("uid") ?? "";
    if (!isUserId(uid)) {
      return refuse(400, "INVALID_FIELD", `uid must be ${UID_EXPECTED}, percent-encoded`);
    }
    hub.audit({ action, by: by.uid, address, uid });
    return { ok: true, by, uid };
  };

  const revoke = operation({
    id: "revoke",
    tag: "administration",
    summary: "Void what a user was given before now",
    detail: "Tokens, sessions, cookies and live connections. It is kept.",
    for: "administrators",
    answers: { 204: null },
  }, async (context) => {
    const asked = await about(context, "revoke");
    if (!asked.ok) return answer(context, asked);
    const before = now();
    const kept = revocations.revoke(asked.uid, before);
    live.revoke(asked.uid, before);
    await kept;
    return context.body(null, 204);
  });
  const takeBack = operation({
    id: "retract",
    tag: "administration",
    summary: "Take back all that a user said",
    detail:
      "In every room, direct conversations too. Where it is cut short, the same request does the rest.",
    for: "administrators",
    answers: { 200: shapes.retracted },
  }, async (context) => {
    const asked = await about(context, "retract");
    if (!asked.ok) return answer(context, asked);
    const { entries, isDone } = await retract(hub, asked.by, asked.uid);
    if (isDone) return context.json({ entries });
    const message = "the server can't do all of it now; ask again for the rest";
    return answer(context, refuse(503, "UNAVAILABLE", message, 1000));
  });
  const entries = operation({
    id: "exportEntries",
    tag: "administration",
    summary: "Read all that is kept of a user's entries",
    detail: "One to a line, as JSON.",
    for: "administrators",
    answers: { 200: "application/x-ndjson" },
  }, async (context) => {
    const asked = await about(context, "export");
    if (!asked.ok) return answer(context, asked);
    const { uid } = asked;
    const first = await hub.store.authored(uid, 0);
    const lines = ReadableStream.from(linesOf(hub, uid, first)).pipeThrough(
      new TextEncoderStream(),
    );
    return context.body(lines, 200, {
      "content-type": "application/x-ndjson",
      "cache-control": "no-store",
    });
  });

  return new Hono<AppEnv>()
    .post("/api/users/:uid/revoke", revoke)
    .all("/api/users/:uid/revoke", only("POST"))
    .post("/api/users/:uid/retract", takeBack)
    .all("/api/users/:uid/retract", only("POST"))
    .get("/api/users/:uid/entries", entries)
    .all("/api/users/:uid/entries", only("GET", "HEAD"));
}

/** A user's entries as lines of JSON, read from the store no faster than they are taken. */
async function* linesOf({ store }: Hub, uid: UserId, first: Authored): AsyncGenerator<string> {
  for (let { entries, next } = first;;) {
    if (entries.length > 0) yield entries.map((entry) => JSON.stringify(entry) + "\n").join("");
    if (next === undefined) return;
    ({ entries, next } = await store.authored(uid, next));
  }
}
