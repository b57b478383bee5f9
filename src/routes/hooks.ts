// /api/hooks (W20.5): administrators make, list and revoke hooks, and whoever has the id of one posts
// to it.
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { ask } from "../call.ts";
import type { Gate } from "../gate/gate.ts";
import { type Hooks, identityOf } from "../gate/hooks.ts";
import { hostOf } from "../gate/origin.ts";
import { refuse, type Refused } from "../gate/refusal.ts";
import type { Hub } from "../hub.ts";
import { parseRoomName, type RoomName, utf8Length } from "../protocol.ts";
import { parseUserName } from "../user_name.ts";
import { administrator } from "./administrator.ts";
import { answer, answerRefused } from "./answer.ts";
import { readJson, readTyped } from "./body.ts";
import type { AppEnv } from "./env.ts";
import { textOf } from "./hook_payload.ts";
import { only } from "./method.ts";
import { fieldsOf, operation, TEXT } from "./operation.ts";
import * as shapes from "./shapes.ts";

/** What of a payload becomes the text (W20.6). */
const payload = {
  text: v.exactOptional(v.string()),
  attachments: v.exactOptional(v.array(v.record(v.string(), v.unknown()))),
  blocks: v.exactOptional(v.array(v.record(v.string(), v.unknown()))),
};
const MAX_ORDER_BYTES = 4096;
/** A payload has more around its text, and a form writes much of it as three characters. */
const PAYLOAD_MESSAGES = 4;

export interface HooksOptions {
  hub: Hub;
  gate: Gate;
  hooks: Hooks;
}

export function hooks({ hub, gate, hooks }: HooksOptions) {
  const list = operation({
    id: "listHooks",
    tag: "administration",
    summary: "List the hooks",
    for: "administrators",
    answers: { 200: shapes.hooks },
  }, async (context) => {
    const asked = await administrator(gate, context);
    if (!asked.ok) return answer(context, asked);
    return context.json({ hooks: hooks.all }, 200, { "cache-control": "no-store" });
  });
  const make = operation({
    id: "makeHook",
    tag: "administration",
    summary:
      "Make a hook: an address at which a program says something in one room, under one name",
    detail: "Its `id` is told only now. Tools that can post to Slack can post to it.",
    for: "administrators",
    body: { room: fieldsOf("chat", "room").room, name: fieldsOf("nick", "name").name },
    answers: { 201: shapes.madeHook },
  }, async (context) => {
    const asked = await administrator(gate, context);
    if (!asked.ok) return answer(context, asked);
    const ordered = await readOrder(context);
    if (!ordered.ok) return answer(context, ordered);
    const made = await hooks.make(ordered.room, ordered.name);
    if (!made.ok) return answerRefused(context, { code: "CONFLICT", message: made.message });
    const { id, hook } = made;
    const { by, address } = asked;
    hub.audit({ action: "hook", by: by.uid, address, uid: hook.uid, room: hook.room });
    const scheme = gate.isSecure(context.req.raw, context.env.address) ? "https" : "http";
    const url = `${scheme}://${hostOf(context.req.raw)}/api/hooks/${id}`;
    return context.json({ id, url, ...hook }, 201, { "cache-control": "no-store" });
  });
  const post = operation({
    id: "postToHook",
    tag: "administration",
    summary: "Say something by a hook",
    detail:
      "Whoever has its `id` may. A form has the JSON in its field `payload`, as Slack's webhooks take it.",
    for: "everybody",
    params: { id: v.string() },
    body: payload,
    media: ["application/x-www-form-urlencoded", ...TEXT],
    answers: { 200: "text/plain" },
  }, async (context) => {
    const id = context.req.param("id") ?? "";
    const hook = hooks.find(id);
    const { raw } = context.req;
    const identity = hook && identityOf(hook);
    const admitted = await gate.admitBearer(raw, context.env.address, identity);
    if (!admitted.ok) return answer(context, admitted);
    try {
      const said = await readText(context, hub.settings.limits.messageBytes);
      if (!said.ok) return answer(context, said);
      // It may have been revoked while that came.
      if (hooks.find(id) !== hook) return context.notFound();
      const { identity, address } = admitted;
      const question = { type: "chat", room: hook!.room, text: said.text };
      const answered = await ask({ hub, identity, address }, question);
      if (!answered.ok) return answerRefused(context, answered.refusal);
      return context.text("ok", 200, { "cache-control": "no-store" });
    } finally {
      admitted.release();
    }
  });
  const revoke = operation({
    id: "revokeHook",
    tag: "administration",
    summary: "Revoke a hook, by its handle",
    for: "administrators",
    params: { id: v.string() },
    answers: { 204: null },
  }, async (context) => {
    const asked = await administrator(gate, context);
    if (!asked.ok) return answer(context, asked);
    const hook = await hooks.revoke(context.req.param("id") ?? "");
    if (!hook) {
      return answer(context, refuse(404, "NOT_FOUND", "there is no hook of this handle"));
    }
    const { by, address } = asked;
    hub.audit({ action: "unhook", by: by.uid, address, uid: hook.uid, room: hook.room });
    return context.body(null, 204);
  });

  return new Hono<AppEnv>()
    .get("/api/hooks", list)
    .post("/api/hooks", make)
    .all("/api/hooks", only("GET", "HEAD", "POST"))
    .post("/api/hooks/:id", post)
    .delete("/api/hooks/:id", revoke)
    .all("/api/hooks/:id", only("POST", "DELETE"));
}

async function readOrder(
  context: Context<AppEnv>,
): Promise<{ ok: true; room: RoomName; name: string } | Refused> {
  const body = await readJson(context, MAX_ORDER_BYTES);
  if (!body.ok) return body;
  const { room, name } = body.fields;
  const parsedRoom = parseRoomName(typeof room === "string" ? room : "");
  if (!parsedRoom.ok) return refuse(400, "INVALID_FIELD", parsedRoom.message);
  const parsedName = parseUserName(typeof name === "string" ? name : "", "name");
  if (!parsedName.ok) return refuse(400, "INVALID_FIELD", parsedName.message);
  return { ok: true, room: parsedRoom.room, name: parsedName.name };
}

/** The text of a message that may have so many bytes. */
async function readText(
  context: Context<AppEnv>,
  maxBytes: number,
): Promise<{ ok: true; text: string } | Refused> {
  const body = await readTyped(context, PAYLOAD_MESSAGES * maxBytes);
  const said = body.ok ? textOf(body) : body;
  if (!said.ok) return said;
  const bytes = utf8Length(said.text);
  if (bytes <= maxBytes) return said;
  return refuse(413, "TOO_LARGE", `text must be at most ${maxBytes} bytes; this one has ${bytes}`);
}
