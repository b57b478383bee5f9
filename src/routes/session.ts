// /api/session (W15.9): a token becomes a cookie that no script can read, and ends.
import { type Context, Hono } from "hono";
import { setCookie } from "hono/cookie";
import * as v from "valibot";
import type { Known } from "../gate/authenticator.ts";
import { cookieName, type Gate, type LiveSessions } from "../gate/gate.ts";
import { refuse } from "../gate/refusal.ts";
import type { SignIns } from "../gate/sign_ins.ts";
import { answer, cookieOptions } from "./answer.ts";
import { checkFields, readJson } from "./body.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { fieldsOf, operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

const MAX_BODY_BYTES = 16_384;
const asked = {
  token: v.exactOptional(fieldsOf("auth", "token").token),
  name: v.exactOptional(fieldsOf("nick", "name").name),
};

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

  const signIn = operation({
    id: "signIn",
    tag: "sessions",
    summary: "Turn a credential into a cookie",
    detail:
      "The credential is in a header, or is the `token`; where it is open, a guest needs none. The cookie " +
      "keeps a guest the same one, and no script can read it.",
    body: asked,
    answers: { 200: shapes.signedIn },
  }, async (context) => {
    const body = await readJson(context, MAX_BODY_BYTES);
    if (!body.ok) return answer(context, body);
    const checked = checkFields(asked, body.fields);
    if (!checked.ok) return answer(context, checked);
    const known = await gate.whoSignsIn(context.req.raw, context.env.address, checked.fields);
    if (!known.ok) return answer(context, known);
    await end(context);
    const { id, expires } = await signIns.start(known.identity, known.binding, now());
    setId(context, id, secondsTo(expires));
    return tell(context, known, expires);
  });
  const who = operation({
    id: "whoAmI",
    tag: "sessions",
    summary: "Say who one is",
    detail: "401 where nobody is signed in.",
    answers: { 200: shapes.signedIn },
  }, async (context) => {
    const known = await gate.who(context.req.raw, context.env.address);
    if (!known.ok) return answer(context, known);
    if (known.isNew) return answer(context, refuse(401, "UNAUTHORIZED", "nobody is signed in"));
    const id = gate.cookieOf(context.req.raw, context.env.address);
    // The browser's copy lives as long as ours, which was just used.
    if (known.identity.signIn !== undefined && id !== undefined && known.until !== null) {
      setId(context, id, secondsTo(known.until));
    }
    return tell(context, known, known.until);
  });
  const signOut = operation({
    id: "signOut",
    tag: "sessions",
    summary: "End the cookie's session, and its connections",
    answers: { 204: null },
  }, async (context) => {
    if (await end(context)) setId(context, "", 0);
    return context.body(null, 204);
  });

  return new Hono<AppEnv>()
    .post("/api/session", signIn)
    .get("/api/session", who)
    .delete("/api/session", signOut)
    .all("/api/session", only("GET", "POST", "DELETE"));
}
