// What can be found out over HTTP (W17): rooms, who is in them, and what was said with these words.
import { Hono } from "hono";
import { Api, type ApiOptions, numberOf } from "./api.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { fieldsOf } from "./operation.ts";
import * as shapes from "./shapes.ts";

const MEMBERS = "/api/rooms/:room/members";

export function rooms(options: ApiOptions) {
  const api = new Api(options);
  const list = api.get({
    id: "listRooms",
    tag: "rooms",
    summary: "List the rooms that one may read",
    message: "rooms",
    answers: { 200: shapes.rooms },
  }, () => ({}));
  const members = api.get({
    id: "listMembers",
    tag: "rooms",
    summary: "List who is in a room",
    detail: "Pages of 500, ordered by `uid`, after the uid `after`.",
    message: "members",
    query: fieldsOf("members", "after"),
    answers: { 200: shapes.members },
  }, ({ req }) => ({ room: req.param("room"), after: req.query("after") }));
  const search = api.get({
    id: "search",
    tag: "messages",
    summary: "Search what was said",
    detail:
      "In one room or in all that one may read, newest first. Where the answer has a `before`, " +
      "the same question with it goes on there.",
    message: "search",
    query: fieldsOf("search", "text", "room", "before"),
    answers: { 200: shapes.found },
  }, ({ req }) => ({
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
