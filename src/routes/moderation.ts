// What moderators do over HTTP (W17, W10.6 to W10.9, W10.16): each sanction is at an address of its own,
// put there and deleted.
import { Hono } from "hono";
import { Api, type ApiOptions } from "./api.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { fieldsOf, type Operation } from "./operation.ts";
import * as shapes from "./shapes.ts";

const MEMBER = "/api/rooms/:room/members/:uid";
const MUTE = "/api/rooms/:room/mutes/:uid";
const BANS = "/api/rooms/:room/bans";
const BAN = `${BANS}/:uid` as const;
const GLOBAL_BAN = "/api/bans/:uid";

export function moderation(options: ApiOptions) {
  const api = new Api(options);
  const kick = api.order({
    id: "kick",
    tag: "moderation",
    summary: "Send a user out of a room",
    detail: "Every connection of theirs leaves it, and may join again.",
    message: "kick",
    answers: { 200: shapes.kicked },
  }, ({ req }) => about(req));
  const mute = api.order({
    ...sanction("mute", "Mute a user in a room"),
    message: "mute",
    answers: { 200: shapes.muted },
  }, ({ req }, { minutes }) => ({ ...about(req), minutes }));
  const unmute = api.order({
    id: "unmute",
    tag: "moderation",
    summary: "End a mute",
    message: "mute",
    answers: { 200: shapes.muted },
  }, ({ req }) => ({ ...about(req), minutes: 0 }));
  const ban = api.order({
    ...sanction("ban", "Ban a user from a room"),
    message: "ban",
    answers: { 200: shapes.banned },
  }, ({ req }, { minutes }) => ({ ...about(req), minutes }));
  const unban = api.order({
    id: "unban",
    tag: "moderation",
    summary: "End a ban from a room",
    message: "ban",
    answers: { 200: shapes.banned },
  }, ({ req }) => ({ ...about(req), minutes: 0 }));
  const bans = api.get({
    id: "listBans",
    tag: "moderation",
    summary: "List the bans from a room",
    message: "bans",
    answers: { 200: shapes.bans },
  }, ({ req }) => ({ room: req.param("room") }));

  const banEverywhere = api.order({
    ...sanction("banEverywhere", "Ban a user from everything"),
    message: "ban",
    for: "administrators",
    answers: { 200: shapes.banned },
  }, ({ req }, { minutes }) => ({ uid: req.param("uid"), minutes }));
  const unbanEverywhere = api.order({
    id: "unbanEverywhere",
    tag: "moderation",
    summary: "End a ban from everything",
    message: "ban",
    for: "administrators",
    answers: { 200: shapes.banned },
  }, ({ req }) => ({ uid: req.param("uid"), minutes: 0 }));
  const allBans = api.get({
    id: "listAllBans",
    tag: "moderation",
    summary: "List all bans",
    detail: "Those from every room, and those from everything, which have no `room`.",
    message: "bans",
    for: "administrators",
    answers: { 200: shapes.bans },
  }, () => ({}));

  return new Hono<AppEnv>()
    .delete(MEMBER, kick)
    .all(MEMBER, only("DELETE"))
    .put(MUTE, mute)
    .delete(MUTE, unmute)
    .all(MUTE, only("PUT", "DELETE"))
    .get(BANS, bans)
    .all(BANS, only("GET", "HEAD"))
    .put(BAN, ban)
    .delete(BAN, unban)
    .all(BAN, only("PUT", "DELETE"))
    .get("/api/bans", allBans)
    .all("/api/bans", only("GET", "HEAD"))
    .put(GLOBAL_BAN, banEverywhere)
    .delete(GLOBAL_BAN, unbanEverywhere)
    .all(GLOBAL_BAN, only("PUT", "DELETE"));
}

/** What mutes and bans have in common. */
function sanction(id: string, summary: string) {
  return {
    id,
    tag: "moderation",
    summary,
    detail:
      "For so many `minutes`; without them, until somebody ends it. Also of somebody who was never here.",
    body: fieldsOf("mute", "minutes"),
  } as const satisfies Partial<Operation>;
}

/** Whom a path names, and where. */
function about(req: { param(name: string): string | undefined }) {
  return { room: req.param("room"), uid: req.param("uid") };
}
