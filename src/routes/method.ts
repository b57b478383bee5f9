// The answer to a method that a path does not have.
import type { Context } from "hono";
import { refuse } from "../gate/refusal.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";

/** For `.all()` behind the methods that there are. */
export function only(...methods: [string, ...string[]]) {
  const allowed = methods.join(", ");
  return (context: Context<AppEnv>): Response => {
    context.header("allow", allowed);
    const message = `this path has the methods ${allowed}`;
    return answer(context, refuse(405, "METHOD_NOT_ALLOWED", message));
  };
}
