// POST /api/system (W17.6): an administrator tells everybody something.
import { Hono } from "hono";
import { announce } from "../announcement.ts";
import { administrator } from "./administrator.ts";
import { answer } from "./answer.ts";
import type { ApiOptions } from "./api.ts";
import { checkFields, readSaid } from "./body.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { fieldsOf, operation, TEXT } from "./operation.ts";
import * as shapes from "./shapes.ts";

const body = fieldsOf("edit", "text");

export function system({ hub, gate }: ApiOptions) {
  const tell = operation({
    id: "announce",
    tag: "administration",
    summary: "Tell everybody something",
    detail:
      "Every connection gets it as `system {text}`, in whatever rooms it is. It is not kept: who comes " +
      "later does not hear of it.",
    for: "administrators",
    body,
    media: TEXT,
    answers: { 200: shapes.announced },
  }, async (context) => {
    const asked = await administrator(gate, context);
    if (!asked.ok) return answer(context, asked);
    const read = await readSaid(context, hub.settings.limits.messageBytes);
    if (!read.ok) return answer(context, read);
    const checked = checkFields(body, read.fields);
    if (!checked.ok) return answer(context, checked);
    hub.audit({ action: "system", by: asked.by.uid, address: asked.address });
    return context.json({ connections: announce(hub, checked.fields.text) });
  });
  return new Hono<AppEnv>().post("/api/system", tell).all("/api/system", only("POST"));
}
