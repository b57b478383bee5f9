// /api/hooks (W20.5): administrators make, list and revoke hooks, and whoever has the id of one posts
// to it.
import { type Context, Hono } from "hono";
import { ask } from "../call.ts";
import type { Gate } from "../gate/gate.ts";
import { type Hooks, identityOf } from "../gate/hooks.ts";
import { hostOf } from "../gate/origin.ts";
import { type HttpRefusal, refuse, type Refused } from "../gate/refusal.ts";
import type { Hub } from "../hub.ts";
import { parseRoomName, type RoomName, type UserId, utf8Length } from "../protocol.ts";
import { parseUserName } from "../user_name.ts";
import { answer, answerRefused } from "./answer.ts";
import { readJson, readTyped } from "./body.ts";
import type { AppEnv } from "./env.ts";
import { textOf } from "./hook_payload.ts";
import { only } from "./method.ts";

const MAX_ORDER_BYTES = 4096;
/** A payload has more around its text, and a form writes much of it as three characters. */
const PAYLOAD_MESSAGES = 4;

export interface HooksOptions {
  hub: Hub;
  gate: Gate;
  hooks: Hooks;
}

export function hooks({ hub, gate, hooks }: HooksOptions) {
  const { messageBytes } = hub.settings.limits;

  return new Hono<AppEnv>()
    .get("/api/hooks", async (context) => {
      const asked = await administrator(context, gate);
      if (!asked.ok) return answer(context, asked);
      return context.json({ hooks: hooks.all }, 200, { "cache-control": "no-store" });
    })
    .post("/api/hooks", async (context) => {
      const asked = await administrator(context, gate);
      if (!asked.ok) return answer(context, asked);
      const ordered = await readOrder(context);
      if (!ordered.ok) return answer(context, ordered);
      const made = await hooks.make(ordered.room, ordered.name);
      if (!made.ok) return answerRefused(context, { code: "CONFLICT", message: made.message });
      const { id, hook } = made;
      const { by, address } = asked;
      hub.audit({ action: "hook", by, address, uid: hook.uid, room: hook.room });
      const scheme = gate.isSecure(context.req.raw, context.env.address) ? "https" : "http";
      const url = `${scheme}://${hostOf(context.req.raw)}/api/hooks/${id}`;
      return context.json({ id, url, ...hook }, 201, { "cache-control": "no-store" });
    })
    .all("/api/hooks", only("GET", "HEAD", "POST"))
    .post("/api/hooks/:id", async (context) => {
      const hook = hooks.find(context.req.param("id"));
      const { raw } = context.req;
      const identity = hook && identityOf(hook);
      const admitted = await gate.admitBearer(raw, context.env.address, identity);
      if (!admitted.ok) return answer(context, admitted);
      try {
        const said = await readText(context, messageBytes);
        if (!said.ok) return answer(context, said);
        const { identity, address } = admitted;
        const question = { type: "chat", room: hook!.room, text: said.text };
        const answered = await ask({ hub, identity, address }, question);
        if (!answered.ok) return answerRefused(context, answered.refusal);
        return context.text("ok", 200, { "cache-control": "no-store" });
      } finally {
        admitted.release();
      }
    })
    .delete("/api/hooks/:id", async (context) => {
      const asked = await administrator(context, gate);
      if (!asked.ok) return answer(context, asked);
      const hook = await hooks.revoke(context.req.param("id"));
      if (!hook) {
        return answer(context, refuse(404, "NOT_FOUND", "there is no hook of this handle"));
      }
      const { by, address } = asked;
      hub.audit({ action: "unhook", by, address, uid: hook.uid, room: hook.room });
      return context.body(null, 204);
    })
    .all("/api/hooks/:id", only("POST", "DELETE"));
}

type Administrator = { ok: true; by: UserId; address: string };

async function administrator(
  { req, env }: Context<AppEnv>,
  gate: Gate,
): Promise<Administrator | { ok: false } & HttpRefusal> {
  const known = await gate.who(req.raw, env.address);
  if (!known.ok) return known;
  const { isAdmin, uid: by } = known.identity;
  if (isAdmin) return { ok: true, by, address: gate.addressOf(req.raw, env.address) };
  return refuse(403, "FORBIDDEN", "only an administrator may do this");
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
