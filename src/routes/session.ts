// /api/session (W15.9): a token becomes a cookie that no script can read, and ends.
import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import type { Known } from "../gate/authenticator.ts";
import { cookieName, type Gate, type LiveSessions } from "../gate/gate.ts";
import { type HttpRefusal, refuse } from "../gate/refusal.ts";
import type { SignIns } from "../gate/sign_ins.ts";
import { parseUserName } from "../user_name.ts";
import { answer, cookieOptions } from "./answer.ts";
import { readJson } from "./body.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";

const MAX_BODY_BYTES = 16_384;

export interface SessionOptions {
  gate: Gate;
  signIns: SignIns;
  live: LiveSessions;
  now(): number;
}

export function session({ gate, signIns, live, now }: SessionOptions) {
  /** Ends the session that the request's cookie names, with its connections; false: none. */
  const end = async (context: Context<AppEnv>) => {
    const id = gate.cookieOf(context.req.raw, context.env.address);
    if (id !== undefined) live.signOut(await signIns.end(id));
    return id !== undefined;
  };
  const setId = (context: Context<AppEnv>, id: string, maxAge: number) => {
    const isSecure = gate.isSecure(context.req.raw, context.env.address);
    setCookie(context, cookieName(isSecure), id, { ...cookieOptions(isSecure), maxAge });
  };
  const tell = (context: Context<AppEnv>, { identity }: Known, expires: number | null) => {
    context.header("cache-control", "no-store");
    return context.json({ uid: identity.uid, name: identity.name, expires });
  };
  const secondsTo = (time: number) => Math.max(0, Math.floor((time - now()) / 1000));

  return new Hono<AppEnv>()
    .post("/api/session", async (context) => {
      const body = await readJson(context, MAX_BODY_BYTES);
      if (!body.ok) return answer(context, body);
      const asked = readFields(body.fields);
      if (!asked.ok) return answer(context, asked.refused);
      const known = await gate.whoSignsIn(context.req.raw, context.env.address, asked.fields);
      if (!known.ok) return answer(context, known);
      await end(context);
      const { id, expires } = await signIns.start(known.identity, known.binding, now());
      setId(context, id, secondsTo(expires));
      return tell(context, known, expires);
    })
    .get("/api/session", async (context) => {
      const known = await gate.who(context.req.raw, context.env.address);
      if (!known.ok) return answer(context, known);
      if (known.isNew) return answer(context, refuse(401, "UNAUTHORIZED", "nobody is signed in"));
      const id = gate.cookieOf(context.req.raw, context.env.address);
      // The browser's copy lives as long as ours, which was just used.
      if (known.identity.signIn !== undefined && id !== undefined && known.until !== null) {
        setId(context, id, secondsTo(known.until));
      }
      return tell(context, known, known.until);
    })
    .delete("/api/session", async (context) => {
      if (await end(context)) setId(context, "", 0);
      return context.body(null, 204);
    })
    .all("/api/session", only("GET", "POST", "DELETE"));
}

type Asked =
  | { ok: true; fields: { token?: string; name?: string } }
  | { ok: false; refused: HttpRefusal };

function readFields({ token, name }: Record<string, unknown>): Asked {
  const invalid = (message: string): Asked => ({
    ok: false,
    refused: refuse(400, "INVALID_FIELD", message),
  });
  if (token !== undefined && (typeof token !== "string" || token === "")) {
    return invalid("token must be a string of at least one character");
  }
  if (name !== undefined && typeof name !== "string") return invalid("name must be a string");
  const parsed = name === undefined ? undefined : parseUserName(name, "name");
  if (parsed && !parsed.ok) return invalid(parsed.message);
  return { ok: true, fields: { ...(token && { token }), ...(parsed && { name: parsed.name }) } };
}
