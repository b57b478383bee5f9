// What can be found out over HTTP (W17): rooms, who is in them, and what was said with these words.
import { Hono } from "hono";
import { Api, type ApiOptions, numberOf } from "./api.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";

const MEMBERS = "/api/rooms/:room/members";

export function rooms(options: ApiOptions) {
  const api = new Api(options);
  const list = api.get("rooms", () => ({}));
  const members = api.get("members", ({ req }) => ({
    room: req.param("room"),
    after: req.query("after"),
  }));
  const search = api.get("search", ({ req }) => ({
    text: req.query("text"),
    room: req.query("room"),
    before: numberOf(req.query("before")),
  }));

  return new Hono<AppEnv>()
    .get("/api/rooms", list)
    .all("/api/rooms", only("GET", "HEAD"))
    .get(MEMBERS, members)
    .all(MEMBERS, only("GET", "HEAD"))
    .get("/api/search", search)
    .all("/api/search", only("GET", "HEAD"));
}
