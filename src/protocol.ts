// The wire (docs/PROTOCOL.md): every message as a type, what comes in as a schema, how both are
// read and written. Knows nothing of sockets, sessions or rooms.
import * as v from "valibot";

declare const brand: unique symbol;
/** A valid room name in NFC; made only by the parser. */
export type RoomName = string & { [brand]?: "RoomName" };
/** Who somebody is: `guest:<id>`, or a token's `sub`; made only by the gate. */
export type UserId = string & { [brand]?: "UserId" };

/** The subprotocol that a client offers to get several objects in one frame (W1.3). */
export const SUBPROTOCOL = "snug.v1";
/** No frame from the server is larger, in bytes, unless one entry is (W2.4). */
export const MAX_FRAME_BYTES = 1_000_000;
/** Messages in one frame (W2.3). */
export const MAX_FRAME_MESSAGES = 64;
/** Members in a `joined` (W9.1) and in one page of `members` (W9.2). */
export const MEMBERS_SHOWN = 100;
export const MEMBERS_PAGE = 500;

const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;

const encoder = new TextEncoder();

/** Bytes of a string in UTF-8. */
export function utf8Length(text: string): number {
  // A string of UTF-16 units is never longer than that in bytes, so short ASCII needs no encoding.
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}
const ASCII = /^[\0-\x7f]*$/;

const roomName = v.pipe(
  v.string(),
  v.normalize("NFC"),
  v.check((name) => utf8Length(name) <= 64 && ROOM_NAME.test(name)),
  v.transform((name) => name as RoomName),
);
const ref = v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)));
const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ts = v.optional(v.pipe(v.number(), v.integer()));
const text = v.pipe(v.string(), v.minLength(1), v.check((value) => value.isWellFormed()));

/** What a field must be, by name, for the sentence of an `INVALID_FIELD`. */
const EXPECTED: Record<string, string> = {
  room: "a name of 1 to 64 bytes: letters, digits, . _ and -, a letter or digit first",
  ref: "1 to 64 characters of printable ASCII without spaces",
  text: "a string of at least one character, valid Unicode",
  replyTo: "the seq of an earlier message of this room",
  since: "{epoch: string of at most 32 characters, seq: whole number}",
  before: "a seq, a whole number of at least 1",
  limit: "a whole number of at least 1",
  on: "true or false",
  after: "a uid",
  ts: "a whole number",
};

const clientMessages = {
  join: v.object({
    type: v.literal("join"),
    room: roomName,
    since: v.optional(v.object({ epoch: v.pipe(v.string(), v.maxLength(32)), seq })),
    ref,
  }),
  leave: v.object({ type: v.literal("leave"), room: roomName, ref }),
  chat: v.object({
    type: v.literal("chat"),
    room: roomName,
    text,
    replyTo: v.optional(v.pipe(seq, v.minValue(1))),
    ref,
  }),
  history: v.object({
    type: v.literal("history"),
    room: roomName,
    before: v.optional(v.pipe(seq, v.minValue(1))),
    limit: v.optional(v.pipe(seq, v.minValue(1))),
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
  ping: v.object({ type: v.literal("ping"), ts, ref }),
  pong: v.object({ type: v.literal("pong"), ts, ref }),
};

/** What a client may send. */
export type ClientMessage = {
  [K in keyof typeof clientMessages]: v.InferOutput<typeof clientMessages[K]>;
}[keyof typeof clientMessages];

export type Member = { uid: UserId; user: string };

/** An entry of a room's log, the same live and replayed (W4). */
export type Entry = {
  type: "chat";
  room: RoomName;
  seq: number;
  ts: number;
  uid: UserId;
  user: string;
  text: string;
  replyTo?: number;
};
/** A chat entry as `history` and a first `joined` show it (W5.8). */
export type Message = Entry;

/** Where a client stands in a room's log. */
export type Position = { epoch: string; seq: number };

export type Limits = {
  messageBytes: number;
  rooms: number;
  messagesPerSecond: number;
  burst: number;
  historyPage: number;
  resume: number;
};

export type ErrorCode =
  | "PARSE_ERROR"
  | "UNKNOWN_TYPE"
  | "INVALID_FIELD"
  | "NOT_JOINED"
  | "FORBIDDEN"
  | "RATE_LIMITED"
  | "ROOM_FULL"
  | "SERVER_FULL"
  | "UNAUTHORIZED"
  | "UPGRADE_REQUIRED"
  | "UNAVAILABLE"
  | "INTERNAL";

/** A refusal: a code for machines, a sentence for people (W13). */
export type Refusal = {
  code: ErrorCode;
  message: string;
  ref?: string;
  room?: string;
  retryAfterMs?: number;
};

/** What the server sends. */
export type ServerMessage =
  | Entry
  | {
    type: "welcome";
    user: string;
    uid: UserId;
    session: string | null;
    expires: number | null;
    heartbeatMs: number;
    graceMs: number;
    limits: Limits;
    version: string;
  }
  | {
    type: "joined";
    room: RoomName;
    epoch: string;
    seq: number;
    first: number;
    topic: string;
    count: number;
    members: Member[];
    messages: Entry[];
    gap: boolean;
    more: boolean;
    ref?: string;
  }
  | { type: "left"; room: RoomName; ref?: string }
  | { type: "ack"; ref: string; room: RoomName; seq: number; ts: number }
  | {
    type: "history";
    room: RoomName;
    messages: Message[];
    first: number;
    more: boolean;
    ref?: string;
  }
  | {
    type: "members";
    room: RoomName;
    members: Member[];
    count: number;
    more: boolean;
    ref?: string;
  }
  | {
    type: "rooms";
    rooms: { room: RoomName; topic: string; count: number; seq: number }[];
    ref?: string;
  }
  | { type: "presence"; room: RoomName; joined: Member[]; left: Member[]; count: number }
  | { type: "system"; room: RoomName; text: string }
  | { type: "typing"; room: RoomName; uid: UserId; user: string; on: boolean }
  | { type: "ping"; ts: number }
  | { type: "pong"; ts?: number; ref?: string }
  | { type: "closing"; code: number; reconnectAfterMs: number }
  | ({ type: "error" } & Refusal);

export type ParsedRoom = { ok: true; room: RoomName } | { ok: false; message: string };

/** A room name as it comes from a path or a setting, checked and brought into NFC (W2.6). */
export function parseRoomName(name: string): ParsedRoom {
  const parsed = v.safeParse(roomName, name);
  return parsed.success
    ? { ok: true, room: parsed.output }
    : { ok: false, message: `room must be ${EXPECTED.room}` };
}

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
  if (!isRecord(data) || typeof data.type !== "string") {
    return {
      ok: false,
      refusal: { code: "PARSE_ERROR", message: 'send a JSON object with a string "type"' },
    };
  }
  const echo = echoed(data);
  if (!Object.hasOwn(clientMessages, data.type)) {
    const message = `type must be one of ${Object.keys(clientMessages).join(", ")}`;
    return { ok: false, refusal: { code: "UNKNOWN_TYPE", message, ...echo } };
  }
  if (path !== undefined && data.room === undefined) data.room = path;
  const schema = clientMessages[data.type as keyof typeof clientMessages];
  const parsed = v.safeParse(schema, data, { abortEarly: true });
  if (parsed.success) return { ok: true, message: parsed.output };
  const field = String(parsed.issues[0].path?.[0]?.key ?? "type");
  const message = `${field} must be ${EXPECTED[field] ?? "as the protocol says"}`;
  return { ok: false, refusal: { code: "INVALID_FIELD", message, ...echo } };
}

/** The `ref` and `room` that an error carries back, where they are usable (W3.1). */
function echoed(data: Record<string, unknown>): { ref?: string; room?: string } {
  const back: { ref?: string; room?: string } = {};
  if (v.is(ref, data.ref) && data.ref !== undefined) back.ref = data.ref as string;
  const room = v.safeParse(roomName, data.room);
  if (room.success) back.room = room.output;
  return back;
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** A message as the JSON of one line. `JSON.stringify` never writes a raw line break. */
export function encode(message: ServerMessage): string {
  return JSON.stringify(message);
}

/** Bytes of an entry in a frame, with the comma or line break after it. */
export function entryBytes(entry: Entry): number {
  return utf8Length(encode(entry)) + 1;
}
