// Messages over HTTP (W17): those of a room are said, changed and read, and some go to a user.
import { Hono } from "hono";
import { Api, type ApiOptions, numberOf } from "./api.ts";
import type { AppEnv } from "./env.ts";
import { only } from "./method.ts";
import { fieldsOf, TEXT } from "./operation.ts";
import * as shapes from "./shapes.ts";

const ROOM = "/api/rooms/:room";
const MESSAGE = `${ROOM}/messages/:seq` as const;
const REACTION = `${MESSAGE}/reactions/:emoji` as const;

/** A retry under the same key is done once (W17.5). */
const headers = { "Idempotency-Key": fieldsOf("chat", "ref").ref };

export function messages(options: ApiOptions) {
  const api = new Api(options);
  const publish = api.put({
    id: "sendMessage",
    tag: "messages",
    summary: "Say something in a room",
    message: "chat",
    headers,
    body: fieldsOf("chat", "text", "replyTo", "files"),
    media: TEXT,
    answers: { 201: shapes.chat, 200: shapes.chat },
  }, ({ req }, { text, replyTo, files }) => ({ room: req.param("room"), text, replyTo, files }));
  const direct = api.put({
    id: "sendToUser",
    tag: "users",
    summary: "Say something to one user",
    detail:
      "Every connection of the user gets it, joined or not. It is said as whoever asks, in the " +
      "conversation of these two. A backend shows a user's token, or a session: under a shared token " +
      "each request is another guest, and each message another conversation.",
    message: "direct",
    headers,
    params: { uid: fieldsOf("direct", "to").to },
    body: fieldsOf("direct", "text", "files"),
    media: TEXT,
    answers: { 201: shapes.chat, 200: shapes.chat },
  }, ({ req }, { text, files }) => ({ to: req.param("uid"), text, files }));
  const edit = api.put({
    id: "editMessage",
    tag: "messages",
    summary: "Change one's own message",
    message: "edit",
    headers,
    body: fieldsOf("edit", "text"),
    media: TEXT,
    answers: { 200: shapes.edited },
  }, ({ req }, { text }) => ({ ...about(req), text }));
  const remove = api.put({
    id: "deleteMessage",
    tag: "messages",
    summary: "Delete a message",
    detail: "One's own, or, for who moderates the room, anybody's. Its text leaves the store.",
    message: "delete",
    headers,
    answers: { 200: shapes.deletion },
  }, ({ req }) => about(req));
  const react = api.put({
    id: "addReaction",
    tag: "messages",
    summary: "React to a message",
    message: "react",
    headers,
    answers: { 200: shapes.reaction },
  }, ({ req }) => ({ ...about(req), emoji: req.param("emoji"), on: true }));
  const unreact = api.put({
    id: "removeReaction",
    tag: "messages",
    summary: "Take a reaction back",
    detail: "Where there never was one, the answer is the message.",
    message: "react",
    headers,
    answers: { 200: shapes.unreacted },
  }, ({ req }) => ({ ...about(req), emoji: req.param("emoji"), on: false }));
  const topic = api.put({
    id: "setTopic",
    tag: "rooms",
    summary: "Set the topic of a room",
    detail: "For who moderates it; an empty one clears it.",
    message: "topic",
    headers,
    body: fieldsOf("topic", "text"),
    media: TEXT,
    answers: { 200: shapes.topic },
  }, ({ req }, { text }) => ({ room: req.param("room"), text }));

  const history = api.get({
    id: "listMessages",
    tag: "messages",
    summary: "Read a page of a room's messages",
    detail:
      "The newest page, the one before the `seq` `before`, or the one around the `seq` `around`.",
    message: "history",
    query: fieldsOf("history", "before", "around", "limit"),
    answers: { 200: shapes.history },
  }, ({ req }) => ({
    room: req.param("room"),
    before: numberOf(req.query("before")),
    around: numberOf(req.query("around")),
    limit: numberOf(req.query("limit")),
  }));
  const one = api.get({
    id: "getMessage",
    tag: "messages",
    summary: "Read one message",
    message: "history",
    answers: { 200: shapes.message },
  }, ({ req }) => {
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
    .put(REACTION, react)
    .delete(REACTION, unreact)
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
