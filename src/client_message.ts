// What a client may send (docs/PROTOCOL.md): every message as a schema, and how a frame of them is
// read. Imports nothing but the schema library and the wire.
import * as v from "valibot";
import {
  isFileId,
  isUserId,
  MAX_FILES,
  type Refusal,
  ROOM_NAME_EXPECTED,
  type RoomName,
  roomName,
  UID_EXPECTED,
  utf8Length,
} from "./protocol.ts";
import { parseQuery, QUERY_EXPECTED } from "./query.ts";
import { parseUserName, USER_NAME_EXPECTED } from "./user_name.ts";

/** Messages in one frame (W2.3). */
export const MAX_FRAME_MESSAGES = 64;
const ref = v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)));
const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ts = v.optional(v.pipe(v.number(), v.integer()));
/** Ten years: what is meant to be longer has no end. */
const MAX_MINUTES = 5_256_000;
const minutes = v.optional(
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_MINUTES)),
);
const uid = v.pipe(v.string(), v.check(isUserId));
/** A uid or a name. */
const to = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const isWellFormed = v.check((value: string) => value.isWellFormed());
const text = v.pipe(v.string(), v.minLength(1), isWellFormed);
const files = v.optional(v.pipe(
  v.array(v.pipe(v.string(), v.check(isFileId))),
  v.check((ids) => ids.length <= MAX_FILES && new Set(ids).size === ids.length),
));
/** With files a text may be empty. */
const said = v.optional(v.pipe(v.string(), isWellFormed), "");
function saysSomething({ text, files = [] }: { text: string; files?: string[] | undefined }) {
  return text !== "" || files.length > 0;
}
/** Line breaks of every script. */
const LINE_BREAK = /[\n\v\f\r\x85\u2028\u2029]/;
const MAX_TOPIC_BYTES = 1024;
const topic = v.pipe(
  v.string(),
  isWellFormed,
  v.check((value) => utf8Length(value) <= MAX_TOPIC_BYTES && !LINE_BREAK.test(value)),
);
const MAX_EMOJI_BYTES = 64;
const emoji = v.pipe(
  v.string(),
  isWellFormed,
  v.regex(/^[^\p{Cc}\s]+$/u),
  v.check((value) => utf8Length(value) <= MAX_EMOJI_BYTES),
);
const of = v.pipe(seq, v.minValue(1));

/** A user name as W2.7 has it. */
const userName = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parseUserName(dataset.value);
    if (parsed.ok) return parsed.name;
    addIssue();
    return NEVER;
  }),
);

const query = v.pipe(
  v.string(),
  isWellFormed,
  v.check((value) => parseQuery(value) !== undefined),
);

/** What a field must be, by name or by type and name, for the sentence of an `INVALID_FIELD`. */
const EXPECTED: Record<string, string> = {
  room: ROOM_NAME_EXPECTED,
  ref: "1 to 64 characters of printable ASCII without spaces",
  text: "a string of at least one character, valid Unicode",
  "topic text": "at most 1024 bytes without line breaks, valid Unicode",
  "search text": QUERY_EXPECTED,
  of: "the seq of a message of this room",
  emoji: "1 to 64 bytes without white space and control characters, valid Unicode",
  files: `at most ${MAX_FILES} different ids of files that were uploaded to the room`,
  replyTo: "the seq of an earlier message of this room",
  since: "{epoch: string of at most 32 characters, seq: whole number}",
  before: "a seq, a whole number of at least 1",
  "search before": "what an answer said, a whole number of at least 1",
  limit: "a whole number of at least 1",
  on: "true or false",
  around: "a seq, a whole number of at least 1, and stands without before",
  after: "a uid",
  ts: "a whole number",
  token: "a string that is not empty",
  uid: UID_EXPECTED,
  minutes: "a whole number from 0, which ends it, to 5256000",
  seq: "a seq, a whole number of at least 0",
  name: USER_NAME_EXPECTED,
  to: "a uid or the name of somebody who is connected, and not oneself",
};

/** Every message by its type: what checks it, and what describes it over HTTP. */
export const clientMessages = {
  join: v.object({
    type: v.literal("join"),
    room: roomName,
    since: v.optional(v.object({ epoch: v.pipe(v.string(), v.maxLength(32)), seq })),
    ref,
  }),
  leave: v.object({ type: v.literal("leave"), room: roomName, ref }),
  chat: v.pipe(
    v.object({
      type: v.literal("chat"),
      room: roomName,
      text: said,
      replyTo: v.optional(v.pipe(seq, v.minValue(1))),
      files,
      ref,
    }),
    v.forward(v.check((message) => saysSomething(message)), ["text"]),
  ),
  edit: v.object({ type: v.literal("edit"), room: roomName, of, text, ref }),
  delete: v.object({ type: v.literal("delete"), room: roomName, of, ref }),
  react: v.object({
    type: v.literal("react"),
    room: roomName,
    of,
    emoji,
    on: v.optional(v.boolean(), true),
    ref,
  }),
  topic: v.object({ type: v.literal("topic"), room: roomName, text: topic, ref }),
  history: v.pipe(
    v.object({
      type: v.literal("history"),
      room: roomName,
      before: v.optional(v.pipe(seq, v.minValue(1))),
      around: v.optional(v.pipe(seq, v.minValue(1))),
      limit: v.optional(v.pipe(seq, v.minValue(1))),
      ref,
    }),
    v.forward(
      v.check(({ before, around }) => before === undefined || around === undefined),
      ["around"],
    ),
  ),
  search: v.object({
    type: v.literal("search"),
    text: query,
    room: v.optional(roomName),
    before: v.optional(v.pipe(seq, v.minValue(1))),
    ref,
  }),
  members: v.object({
    type: v.literal("members"),
    room: roomName,
    after: v.optional(v.pipe(v.string(), v.maxLength(256))),
    ref,
  }),
  rooms: v.object({ type: v.literal("rooms"), ref }),
  typing: v.object({
    type: v.literal("typing"),
    room: roomName,
    on: v.optional(v.boolean(), true),
    ref,
  }),
  read: v.object({ type: v.literal("read"), room: roomName, seq, ref }),
  nick: v.object({ type: v.literal("nick"), name: userName, ref }),
  direct: v.pipe(
    v.object({ type: v.literal("direct"), to, text: said, files, ref }),
    v.forward(v.check((message) => saysSomething(message)), ["text"]),
  ),
  ping: v.object({ type: v.literal("ping"), ts, ref }),
  pong: v.object({ type: v.literal("pong"), ts, ref }),
  auth: v.object({ type: v.literal("auth"), token: v.pipe(v.string(), v.minLength(1)), ref }),
  kick: v.object({ type: v.literal("kick"), room: roomName, uid, ref }),
  mute: v.object({ type: v.literal("mute"), room: roomName, uid, minutes, ref }),
  ban: v.object({ type: v.literal("ban"), room: v.optional(roomName), uid, minutes, ref }),
  bans: v.object({ type: v.literal("bans"), room: v.optional(roomName), ref }),
};

/** What a client may send. */
export type ClientMessage = {
  [K in keyof typeof clientMessages]: v.InferOutput<typeof clientMessages[K]>;
}[keyof typeof clientMessages];

/** Without a room these are about everything, wherever they are sent from. */
const EVERYWHERE: ReadonlySet<string> = new Set(["ban", "bans", "search"]);

/** One message of a frame: what it asks, or why it can't be done. */
export type Parsed = { ok: true; message: ClientMessage } | { ok: false; refusal: Refusal };

/**
 * Reads a text frame (W1, W3.3). `batched` frames hold one object to a line; `path` is the room of
 * the connection's path, which stands in where a message names none (W15.1).
 */
export function parseFrame(frame: string, batched: boolean, path?: RoomName): Parsed[] {
  if (!batched || !frame.trim().includes("\n")) return [parseMessage(frame, path)];
  const lines = frame.split("\n").filter((line) => line.trim() !== "");
  if (lines.length > MAX_FRAME_MESSAGES) {
    const message = `frame must hold at most ${MAX_FRAME_MESSAGES} messages; this one ` +
      `held ${lines.length}, and none was done`;
    return [{ ok: false, refusal: { code: "INVALID_FIELD", message } }];
  }
  return lines.map((line) => parseMessage(line, path));
}

function parseMessage(json: string, path?: RoomName): Parsed {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    data = undefined;
  }
  if (!isTyped(data)) {
    return {
      ok: false,
      refusal: { code: "PARSE_ERROR", message: 'send a JSON object with a string "type"' },
    };
  }
  return readMessage(data, path);
}

/** A message that is an object already, its fields not yet checked. */
export type Unread = Record<string, unknown> & { type: string };

/** Reads a message that is an object already. Where it names no room, `path` is put into it. */
export function readMessage(data: Unread, path?: RoomName): Parsed {
  const echo = echoed(data);
  if (!Object.hasOwn(clientMessages, data.type)) {
    const message = `type must be one of ${Object.keys(clientMessages).join(", ")}`;
    return { ok: false, refusal: { code: "UNKNOWN_TYPE", message, ...echo } };
  }
  const isMissing = data.room === undefined && !EVERYWHERE.has(data.type);
  if (path !== undefined && isMissing) data.room = path;
  const schema = clientMessages[data.type as keyof typeof clientMessages];
  const parsed = v.safeParse(schema, data, { abortEarly: true });
  if (parsed.success) return { ok: true, message: parsed.output };
  const field = String(parsed.issues[0].path?.[0]?.key ?? "type");
  const message = `${field} must be ${expectedOf(data.type, field) ?? "as the protocol says"}`;
  return { ok: false, refusal: { code: "INVALID_FIELD", message, ...echo } };
}

/** What a field of a message of this type must be, in words. */
export function expectedOf(type: string, field: string): string | undefined {
  return EXPECTED[`${type} ${field}`] ?? EXPECTED[field];
}

/** The `ref` and `room` that an error carries back, where they are usable (W3.1). */
function echoed(data: Record<string, unknown>): { ref?: string; room?: string } {
  const back: { ref?: string; room?: string } = {};
  if (v.is(ref, data.ref) && data.ref !== undefined) back.ref = data.ref as string;
  const room = v.safeParse(roomName, data.room);
  if (room.success) back.room = room.output;
  return back;
}

function isTyped(data: unknown): data is Unread {
  return typeof data === "object" && data !== null && !Array.isArray(data) &&
    "type" in data && typeof data.type === "string";
}
