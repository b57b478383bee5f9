// /api/users: what administrators may do to somebody's credentials (W15.10).
import { Hono } from "hono";
import type { Gate, LiveSessions } from "../gate/gate.ts";
import { refuse } from "../gate/refusal.ts";
import type { Revocations } from "../gate/revocations.ts";
import { isUserId, UID_EXPECTED } from "../protocol.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";

export interface UsersOptions {
  gate: Gate;
  revocations: Revocations;
  live: LiveSessions;
  now(): number;
}

export function users({ gate, revocations, live, now }: UsersOptions) {
  return new Hono<AppEnv>()
    .post("/api/users/:uid/revoke", async (context) => {
      const known = await gate.who(context.req.raw, context.env.address);
      if (!known.ok) return answer(context, known);
      if (!known.identity.isAdmin) {
        return answer(context, refuse(403, "FORBIDDEN", "only an administrator may do this"));
      }
      const uid = context.req.param("uid");
      if (!isUserId(uid)) {
        const message = `uid must be ${UID_EXPECTED}, percent-encoded`;
        return answer(context, refuse(400, "INVALID_FIELD", message));
      }
      const before = now();
      const kept = revocations.revoke(uid, before);
      live.revoke(uid, before);
      await kept;
      return context.body(null, 204);
    })
    .all("/api/users/:uid/revoke", only("POST"));
}
