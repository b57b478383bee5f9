// What the HTTP API is (W17.8): for programs at /api/openapi.json, for people at /api. Both are made when
// somebody first asks, so that a start does not wait for them.
import { Hono } from "hono";
import type { RouterRoute } from "hono/types";
import * as v from "valibot";
import { PAGE_POLICY } from "./assets.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { operation } from "./operation.ts";

/** Describes these routes, and its own. */
export function reference(routes: readonly RouterRoute[]) {
  let made: Promise<{ json: string; page: string }> | undefined;
  const make = async () => {
    const { describeApi } = await import("./openapi.ts");
    const { pageOf } = await import("./reference_page.ts");
    const described = describeApi([...routes, ...own.routes]);
    return { json: JSON.stringify(described), page: pageOf(described) };
  };
  // One that could not be made is tried again by who asks next.
  const ask = () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
  const page = operation({
    id: "showReference",
    tag: "server",
    summary: "Show this description as a page",
    for: "everybody",
    answers: { 200: "text/html" },
  }, async (context) => {
    const { page } = await ask();
    return context.body(page, 200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": PAGE_POLICY,
      "cache-control": "no-cache",
    });
  });
  const json = operation({
    id: "describeApi",
    tag: "server",
    summary: "Describe the API as OpenAPI 3.1",
    for: "everybody",
    answers: { 200: v.record(v.string(), v.unknown()) },
  }, async (context) => {
    const { json } = await ask();
    return context.body(json, 200, {
      "content-type": "application/json",
      "cache-control": "no-cache",
    });
  });
  const own = new Hono<AppEnv>()
    .get("/api", page)
    .all("/api", only("GET", "HEAD"))
    .get("/api/openapi.json", json)
    .all("/api/openapi.json", only("GET", "HEAD"));
  return own;
}
