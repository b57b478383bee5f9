// What stands at a path that there is not: for a program a refusal, for a person who mistyped it a
// sentence and the way in (W15.6). It has no style, which its policy would not let in.
import type { Context } from "hono";
import { refuse } from "../gate/refusal.ts";
import { answer } from "./answer.ts";
import type { AppEnv } from "./env.ts";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Nothing is here · Snug</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
  </head>
  <body>
    <main>
      <h1>Nothing is here</h1>
      <p>This address leads to no room and to no message. <a href="/">Go to Snug</a></p>
    </main>
  </body>
</html>
`;

/** Answers a request for what there is not. */
export function answerNothing(context: Context<AppEnv>): Response {
  const { path } = context.req;
  const isPerson = /\btext\/html\b/i.test(context.req.header("accept") ?? "");
  if (!isPerson || path === "/api" || path.startsWith("/api/")) {
    return answer(context, refuse(404, "NOT_FOUND", "nothing is here"));
  }
  return context.html(PAGE, 404, { "cache-control": "no-store" });
}
