// Messages over HTTP (W17): those of a room are said, changed and read, and some go to a user.
import { Hono } from "hono";
import { Api, type ApiOptions, numberOf } from "./api.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";

const ROOM = "/api/rooms/:room";
const MESSAGE = `${ROOM}/messages/:seq` as const;
const REACTION = `${MESSAGE}/reactions/:emoji` as const;

export function messages(options: ApiOptions) {
  const api = new Api(options);
  const publish = api.put(({ req }, { text, replyTo, files }) => ({
    type: "chat",
    room: req.param("room"),
    text,
    replyTo,
    files,
  }));
  const direct = api.put(({ req }, { text, files }) => (
    { type: "direct", to: req.param("uid"), text, files }
  ));
  const edit = api.put(({ req }, { text }) => ({ type: "edit", ...about(req), text }));
  const remove = api.put(({ req }) => ({ type: "delete", ...about(req) }));
  const react = (on: boolean) =>
    api.put(({ req }) => ({ type: "react", ...about(req), emoji: req.param("emoji"), on }));
  const topic = api.put(({ req }, { text }) => ({ type: "topic", room: req.param("room"), text }));

  const history = api.get("history", ({ req }) => ({
    room: req.param("room"),
    before: numberOf(req.query("before")),
    around: numberOf(req.query("around")),
    limit: numberOf(req.query("limit")),
  }));
  const one = api.get("history", ({ req }) => {
    const { room, of } = about(req);
    return { room, around: of, limit: 1 };
  }, ({ room, messages }, { req }) => {
    const { of } = about(req);
    const message = `there is no message ${of} in ${room}`;
    return messages.find(({ seq }) => seq === of) ?? { code: "NOT_FOUND", message };
  });

  return new Hono<AppEnv>()
    .get(`${ROOM}/messages`, history)
    .post(`${ROOM}/messages`, publish)
    .all(`${ROOM}/messages`, only("GET", "HEAD", "POST"))
    .get(MESSAGE, one)
    .patch(MESSAGE, edit)
    .delete(MESSAGE, remove)
    .all(MESSAGE, only("GET", "HEAD", "PATCH", "DELETE"))
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
