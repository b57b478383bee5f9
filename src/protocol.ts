// The wire (docs/PROTOCOL.md): names, sizes, entries, and what the server sends. What clients send
// is in client_message.ts. Knows nothing of sockets, sessions or rooms.
import * as v from "valibot";
import { isDirect, isDirectName } from "./direct_name.ts";

declare const brand: unique symbol;
/** A valid room name in NFC; made only by the parser. */
export type RoomName = string & { [brand]?: "RoomName" };
/** Who somebody is: `guest:<id>`, or a token's `sub`; made only by the gate. */
export type UserId = string & { [brand]?: "UserId" };

/** The subprotocol that a client offers to get several objects in one frame (W1.3). */
export const SUBPROTOCOL = "snug.v1";
/** No frame from the server is larger, in bytes, unless one entry is (W2.4). */
export const MAX_FRAME_BYTES = 1_000_000;
/** Members in a `joined` (W9.1) and in one page of `members` (W9.2). */
export const MEMBERS_SHOWN = 100;
export const MEMBERS_PAGE = 500;

const ROOM_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u;
/** What a room name must be, in words. */
export const ROOM_NAME_EXPECTED =
  "a name of 1 to 64 bytes: letters, digits, . _ and -, a letter or digit first";

const encoder = new TextEncoder();

/** Bytes of a string in UTF-8. */
export function utf8Length(text: string): number {
  // A string of UTF-16 units is never longer than that in bytes, so short ASCII needs no encoding.
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}
const ASCII = /^[\0-\x7f]*$/;

/** A room name as it comes, checked and brought into NFC (W2.6); that of a direct conversation too. */
export const roomName = v.pipe(
  v.string(),
  v.transform((name) => isDirect(name) ? name : name.normalize("NFC")),
  v.check((name) =>
    isDirect(name) ? isDirectName(name) : utf8Length(name) <= 64 && ROOM_NAME.test(name)
  ),
  v.transform((name) => name as RoomName),
);

/** What no uid holds: a direct room is named by two of them with a comma between, a log by lines. */
const UID_FORBIDDEN = /[\p{C}\p{Z}\s,]/u;
const MAX_UID_BYTES = 128;
/** What a uid must be, in words. */
export const UID_EXPECTED =
  `1 to ${MAX_UID_BYTES} bytes without spaces, commas and control characters`;

/** Whether somebody can have this uid (W15.8). */
export function isUserId(uid: string): boolean {
  return uid !== "" && utf8Length(uid) <= MAX_UID_BYTES && !UID_FORBIDDEN.test(uid);
}

/** Files in a message (W2.2). */
export const MAX_FILES = 8;
const FILE_ID = /^[0-9a-f]{32}$/;

/** Whether a file can have this id (W19.2). */
export function isFileId(id: string): boolean {
  return FILE_ID.test(id);
}

/** `moderates`: may moderate the room (W9.1). */
export type Member = { uid: UserId; user: string; moderates?: true };

/** What may be done in a room (W10.3). `moderate` includes `write`, and `write` includes `read`. */
export type Permission = "read" | "write" | "moderate";

/** A mute in force (W10.7). `until`: ms since 1970; null: until it is ended. `by` is a name. */
export type Mute = { uid: UserId; until: number | null; by: string };
/** A ban in force (W10.16): from a room, or from everything. */
export type Ban = Mute & { room?: RoomName };

/** Where an entry stands, and whose it is. */
type Placed = { room: RoomName; seq: number; ts: number; uid: UserId; user: string };
/** A file of a message (W19). `type` is what its first bytes say; width and height are pixels. */
export type SharedFile = {
  id: string;
  name: string;
  type: string;
  bytes: number;
  width?: number;
  height?: number;
};
/** `deleted`: the message was, and its text and files with it. */
export type Chat = Placed & {
  type: "chat";
  text: string;
  replyTo?: number;
  files?: SharedFile[];
  deleted?: true;
};
/** An entry of a room's log, the same live and replayed (W4). `of` is the seq of a chat entry. */
export type Entry =
  | Chat
  | Placed & { type: "edited"; of: number; text: string; deleted?: true }
  | Placed & { type: "deleted"; of: number }
  | Placed & { type: "reaction"; of: number; emoji: string; on: boolean }
  | Placed & { type: "topic"; text: string };
/** How many reacted with an emoji, whether the asker did, and the first few of them. */
export type Reaction = { emoji: string; count: number; mine: boolean; users: Member[] };
/** A chat entry in present form, as `history` and a first `joined` show it (W5.10). */
export type Message = Chat & { editedTs?: number; reactions?: Reaction[] };

/** A message that was searched for, and where in its text, in UTF-16 units: from, and to before. */
export type Hit = Message & { ranges: [start: number, end: number][] };

/** Where a client stands in a room's log. */
export type Position = { epoch: string; seq: number };

export type Limits = {
  messageBytes: number;
  /** 0: no files are taken. */
  fileBytes: number;
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
  | "NOT_FOUND"
  | "RATE_LIMITED"
  | "CONFLICT"
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

/** Why somebody who did not ask for it has left a room (W10). */
export type LeaveReason = "kicked" | "banned" | "forbidden";

/** A room as the list of rooms shows it (W10.1). */
export type ListedRoom = {
  room: RoomName;
  topic: string;
  /** Users in it now. */
  count: number;
  seq: number;
  /** It is not public. */
  private?: true;
  /** In a direct conversation: the other's name. */
  user?: string;
  /** Where it is known how far the user has read: what came after that, counted to 100 (W10.11). */
  unread?: number;
  mentions?: number;
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
    ref?: string;
  }
  | {
    type: "joined";
    room: RoomName;
    epoch: string;
    seq: number;
    first: number;
    topic: string;
    may: Permission;
    muted?: Mute[];
    read: number;
    count: number;
    members: Member[];
    messages: (Entry | Message)[];
    gap: boolean;
    more: boolean;
    ref?: string;
  }
  | { type: "left"; room: RoomName; reason?: LeaveReason; by?: string; ref?: string }
  | { type: "kicked"; room: RoomName; uid: UserId; ref?: string }
  | { type: "muted"; room: RoomName; uid: UserId; until: number | null; by: string; ref?: string }
  | { type: "banned"; room?: RoomName; uid: UserId; until: number | null; ref?: string }
  | { type: "bans"; room?: RoomName; bans: Ban[]; more: boolean; ref?: string }
  | { type: "ack"; ref: string; room: RoomName; seq: number; ts: number }
  | {
    type: "history";
    room: RoomName;
    messages: Message[];
    seq: number;
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
  | { type: "search"; hits: Hit[]; before?: number; ref?: string }
  | {
    type: "rooms";
    rooms: ListedRoom[];
    ref?: string;
  }
  | { type: "presence"; room: RoomName; joined: Member[]; left: Member[]; count: number }
  /** Without a room: from an administrator to everybody (W10.17); with a user, from a bot to one (W20.4). */
  | { type: "system"; room?: RoomName; text: string; uid?: UserId; user?: string }
  | { type: "typing"; room: RoomName; uid: UserId; user: string; on: boolean }
  | { type: "nick"; room: RoomName; uid: UserId; user: string; was: string; ref?: never }
  | {
    type: "nick";
    room?: never;
    uid: UserId;
    user: string;
    was: string;
    session: string | null;
    ref?: string;
  }
  | { type: "read"; room: RoomName; seq: number; ref?: string }
  | { type: "mention"; room: RoomName; seq: number; uid: UserId; user: string }
  | { type: "ping"; ts: number }
  | { type: "pong"; ts?: number; ref?: string }
  | { type: "closing"; code: number; reconnectAfterMs: number }
  | ({ type: "error" } & Refusal);

export type ParsedRoom = { ok: true; room: RoomName } | { ok: false; message: string };

/** A room name as it comes from a path or a setting, checked and brought into NFC (W2.6). */
export function parseRoomName(name: string): ParsedRoom {
  const parsed = v.safeParse(roomName, name);
  return parsed.success && !isDirect(name)
    ? { ok: true, room: parsed.output }
    : { ok: false, message: `room must be ${ROOM_NAME_EXPECTED}` };
}

/** A message as the JSON of one line. `JSON.stringify` never writes a raw line break. */
export function encode(message: ServerMessage): string {
  return JSON.stringify(message);
}

/** Bytes of an entry in a frame, with the comma or line break after it. */
export function entryBytes(entry: Entry | Message | Hit): number {
  return utf8Length(JSON.stringify(entry)) + 1;
}
