// What is said over HTTP (W17): the messages of a room, those to a user, and what becomes of them.
import { Hono } from "hono";
import { Api, type ApiOptions, numberOf } from "./api.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";

const ROOM = "/api/rooms/:room";
const MESSAGE = `${ROOM}/messages/:seq` as const;
const REACTION = `${MESSAGE}/reactions/:emoji` as const;

export function messages(options: ApiOptions) {
  const api = new Api(options);
  const publish = api.put(({ req }, { text, replyTo }) => ({
    type: "chat",
    room: req.param("room"),
    text,
    replyTo,
  }));
  const direct = api.put(({ req }, { text }) => ({ type: "direct", to: req.param("uid"), text }));
  const edit = api.put(({ req }, { text }) => ({ type: "edit", ...about(req), text }));
  const remove = api.put(({ req }) => ({ type: "delete", ...about(req) }));
  const react = (on: boolean) =>
    api.put(({ req }) => ({ type: "react", ...about(req), emoji: req.param("emoji"), on }));
  const topic = api.put(({ req }, { text }) => ({ type: "topic", room: req.param("room"), text }));

  return new Hono<AppEnv>()
    .post(`${ROOM}/messages`, publish)
    .all(`${ROOM}/messages`, only("POST"))
    .patch(MESSAGE, edit)
    .delete(MESSAGE, remove)
    .all(MESSAGE, only("PATCH", "DELETE"))
    .put(REACTION, react(true))
    .delete(REACTION, react(false))
    .all(REACTION, only("PUT", "DELETE"))
    .put(`${ROOM}/topic`, topic)
    .all(`${ROOM}/topic`, only("PUT"))
    .post("/api/users/:uid/messages", direct)
    .all("/api/users/:uid/messages", only("POST"));
}

/** The message that a path names. */
function about(req: { param(name: string): string | undefined }) {
  return { room: req.param("room"), of: numberOf(req.param("seq")) };
}
