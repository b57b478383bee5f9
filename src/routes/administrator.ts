// Whether it is an administrator who asks for what only they may do.
import type { Context } from "hono";
import type { Gate } from "../gate/gate.ts";
import { refuse, type Refused } from "../gate/refusal.ts";
import type { Member } from "../protocol.ts";
import type { AppEnv } from "./env.ts";

/** Who they are and where they ask from, or why they may not. */
export async function administrator(
  gate: Gate,
  context: Context<AppEnv>,
): Promise<{ ok: true; by: Member; address: string } | Refused> {
  const request = context.req.raw;
  const known = await gate.who(request, context.env.address);
  if (!known.ok) return known;
  const { isAdmin, uid, name: user } = known.identity;
  if (!isAdmin) return refuse(403, "FORBIDDEN", "only an administrator may do this");
  return { ok: true, by: { uid, user }, address: gate.addressOf(request, context.env.address) };
}
