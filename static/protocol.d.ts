// The messages of the wire, as docs/PROTOCOL.md has them. Made from the server's own types:
// change those, and run `deno task declarations`.

declare const brand: unique symbol;

/** A valid room name in NFC; made only by the parser. */
export type RoomName = string & { [brand]?: "RoomName" };

/** Who somebody is: `guest:<id>`, or a token's `sub`; made only by the gate. */
export type UserId = string & { [brand]?: "UserId" };

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

export {};
