// The types of chat.js, for who embeds it; a test holds the modules to them.
import type {
  Entry,
  ErrorCode,
  LeaveReason,
  Limits,
  Member,
  Message,
  Position,
  Refusal,
  ServerMessage,
  SharedFile,
  UserId,
} from "./protocol.d.ts";

export type * from "./protocol.d.ts";

/** A message of the server, by its type. */
export type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

/**
 * Connects at once, and comes back by itself until `close()`. Throws where there is no WebSocket.
 * `url` is `https://host`, `https://host/ws`, or the same with wss.
 */
export function connect(url: string | URL, options?: ConnectOptions): Chat;

export type ConnectOptions = {
  /** The name that a guest wishes for. */
  name?: string | undefined;
  token?: string | undefined;
  /**
   * Asked a while before the token ends, and when the credential is refused; null: none. Without a
   * token the state is `stopped`, with the reason `token`.
   */
  getToken?: GetToken | undefined;
  /** Keeps the guest's session, unsent messages and drafts over reloads. */
  storage?: StorageLike | undefined;
  /** Unsent messages kept at most; 200. */
  maxUnsent?: number | undefined;
  /** One message to a frame, and no subprotocol. */
  plain?: boolean | undefined;
  WebSocket?: typeof WebSocket | undefined;
  fetch?: typeof fetch | undefined;
  clock?: Clock | undefined;
};

export type GetToken = () => string | null | undefined | Promise<string | null | undefined>;

export type StorageLike = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(action: () => void, ms: number): unknown;
  /** Takes what `setTimeout` gave. */
  clearTimeout(timer: unknown): void;
  /** In [0, 1). */
  random(): number;
};

/** Why there is no connection now. */
export type Reason =
  | "dropped"
  | "heartbeat"
  | "slow"
  | "restarting"
  | "full"
  | "limited"
  | "internal"
  | "token"
  | "origin"
  | "banned"
  | "proxy"
  | "offline"
  | "refused"
  | "too-big";

/**
 * `attempt` counts the tries since it was last connected, from 1; `retryAt` is ms since 1970.
 * `stopped` does not come back by itself; `closed` never does.
 */
export type ConnectionState =
  | { status: "connecting"; attempt: number }
  | { status: "connected" }
  | { status: "waiting"; attempt: number; reason: Reason; message: string; retryAt: number }
  | { status: "stopped"; reason: Reason; message: string }
  | { status: "closed" };

/** `resumed`: `messages` are all entries after the position that one had. */
export type Joined = Of<"joined"> & { resumed: boolean };

/**
 * Something said, replaced whole whenever it changes. `at` is ms since 1970, `seq` its place in the
 * room once sent. `dropped` ones were discarded. What is for a user (`to`) has the room "" until sent.
 */
export type Outgoing = {
  ref: string;
  room: string;
  to?: string | undefined;
  text: string;
  replyTo?: number | undefined;
  /** What was uploaded for it. */
  files?: SharedFile[] | undefined;
  at: number;
  status: "waiting" | "sent" | "failed" | "dropped";
  refusal?: Refusal | undefined;
  seq?: number | undefined;
};

/**
 * `joined` holds the newest page, except where it is `resumed`: what was missed then follows as
 * `entry`, just as live entries do, in order and each once.
 */
export type ChatEvents = {
  state: ConnectionState;
  welcome: Of<"welcome">;
  joined: Joined;
  /** With a `reason` one had to leave, and does not join again by itself. */
  left: Of<"left">;
  entry: Entry;
  /** Whenever one changes. */
  outgoing: Outgoing;
  presence: Of<"presence">;
  /**
   * An administrator tells everybody, or, in a `room`, a bot one alone; with `plain`, who came and
   * left too.
   */
  system: Of<"system">;
  typing: Of<"typing">;
  /** Without a `room` it is one's own name, else that of somebody there. */
  nick: Of<"nick">;
  /** How far one has read a room, by another connection. */
  read: Of<"read">;
  /** Somebody mentioned one, also in a room that was not joined. */
  mention: Of<"mention">;
  /** Somebody was muted: oneself, or in a room that one moderates. */
  muted: Of<"muted">;
  /** An entry of a direct conversation that was not joined. */
  direct: Entry;
  binary: { room: string; uid: string; data: Uint8Array };
  /** A refusal that answers no promise and no message. */
  error: Refusal;
};

export type Uploaded = SharedFile & { url: string };

export type UploadOptions = {
  /** Else that of a `File`. */
  name?: string | undefined;
  signal?: AbortSignal | undefined;
  /** In browsers, for all but streams. */
  onProgress?: ((sent: number, bytes: number) => void) | undefined;
};

/**
 * A chat server as one client sees it; made by `connect`. What has an answer rejects with a ChatError
 * where that is a refusal, and where the connection ends before it: then what was asked may have been
 * done, and can be asked again.
 */
export class Chat {
  private constructor();

  readonly state: ConnectionState;
  /** Who one is, since the first welcome. */
  readonly me: Member | null;
  readonly limits: Limits | null;
  /** Waiting and failed messages, oldest first. */
  readonly unsent: readonly Outgoing[];

  /**
   * Joins a room, and again after every reconnect until `leave`. Rejects also where the connection is
   * `stopped`; the room is then joined as soon as there is one again.
   */
  join(room: string): Promise<Joined>;
  leave(room: string): void;

  /**
   * Says something as soon as that is possible. Throws a RangeError when too much is unsent. `replyTo`
   * is the seq of an earlier message; `files` were uploaded to the room, and with them the text may
   * be "".
   */
  say(
    room: string,
    text: string,
    options?: { replyTo?: number | undefined; files?: readonly SharedFile[] | undefined },
  ): Outgoing;
  /**
   * Says something to one user, as `say` does: a uid, or the name of somebody who is connected. It has
   * no room until it is sent.
   */
  direct(to: string, text: string): Outgoing;
  /** Tries a failed message again. */
  resend(ref: string): void;
  /** Forgets a message that is not acknowledged. */
  discard(ref: string): void;

  /**
   * Uploads a file to a room, for a message there. Rejects with a ChatError, or with the reason of the
   * signal. What is not said within an hour is dropped by the server.
   */
  upload(
    room: string,
    body: Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer> | ReadableStream | string,
    options?: UploadOptions,
  ): Promise<Uploaded>;
  /** A file of a message, or of one's own that is not said yet. */
  file(
    room: string,
    id: string,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Response>;
  /** Drops what one uploaded and has not said. */
  dropFile(room: string, id: string): Promise<void>;

  /** What was begun and not said in a room, or "". */
  draft(room: string): string;
  /** Keeps it, in the storage where there is one. */
  keepDraft(room: string, text: string): void;
  /**
   * Bytes that a text, with so many files, has left of what the server takes, as far as that is known;
   * under 0: too long.
   */
  bytesLeft(room: string, text: string, files?: number): number;

  /**
   * Changes the text of one's own message; `of` is its seq. Asked again under the same `ref`, it is
   * done once; so are the two below.
   */
  edit(room: string, of: number, text: string, ref?: string): Promise<Of<"ack">>;
  /** Takes back a message, one's own or as a moderator. */
  delete(room: string, of: number, ref?: string): Promise<Of<"ack">>;
  /** Reacts to a message, or takes that back. */
  react(
    room: string,
    of: number,
    emoji: string,
    on?: boolean,
    ref?: string,
  ): Promise<Of<"ack">>;
  /** Needs `moderate`; "" clears it. */
  setTopic(room: string, text: string): Promise<Of<"ack">>;

  /** The page of messages before a seq, or around one, or the newest. */
  history(
    room: string,
    page?: {
      before?: number | undefined;
      around?: number | undefined;
      limit?: number | undefined;
    },
  ): Promise<Of<"history">>;
  /**
   * Messages that have all words of a text, newest first, each with the `ranges` of its text where they
   * stand; without a room, in all that one may read. Phrases stand in quotes, and `word*` is the
   * beginning of a word. Where the answer has a `before`, there may be more: the same question with it
   * goes on there, also after an empty page.
   */
  search(
    text: string,
    where?: { room?: string | undefined; before?: number | undefined },
  ): Promise<Of<"search">>;
  /** A page of a room's members, ordered by uid; `after` is the last uid of the page before. */
  members(room: string, after?: string): Promise<Of<"members">>;
  /** The public rooms. */
  rooms(): Promise<Of<"rooms">>;

  /** Relays bytes to the others who are in the room now. Throws a RangeError when it is too large. */
  sendBinary(room: string, data: Uint8Array): void;
  typing(room: string, on?: boolean): void;
  /** Says that one has read a joined room up to there. A smaller seq than before does nothing. */
  read(room: string, seq: number): void;
  /** Tells the server now how far one has read, which else waits up to a second. */
  flush(): void;
  /** Where one stands in a room's log. */
  position(room: string): Position | undefined;

  /** Takes another name. Only guests may; `CONFLICT` where it is taken. */
  nick(name: string): Promise<Of<"nick">>;
  /**
   * Shows another token of the same user on the connection that there is, and from then on. Where it
   * is not good, all is as before.
   */
  auth(token: string): Promise<Of<"welcome">>;
  /** Shows this token from now on, and at once where there is no connection. */
  setToken(token: string): void;

  /**
   * Makes every connection of a user leave a room; they may join again. Needs `moderate`, as `mute` and
   * `ban` do.
   */
  kick(room: string, uid: string): Promise<Of<"kicked">>;
  /** Keeps a user from writing in a room: for so many minutes, until it is ended, or with 0 no more. */
  mute(room: string, uid: string, minutes?: number): Promise<Of<"muted">>;
  /** Keeps a user out of a room, or of everything where the room is null, for as long as `mute` does. */
  ban(room: string | null, uid: string, minutes?: number): Promise<Of<"banned">>;
  /** The bans from a room; null: all there are. */
  bans(room: string | null): Promise<Of<"bans">>;

  /** Listens; the function that comes back takes the listener off. */
  on<K extends keyof ChatEvents>(type: K, listener: (event: ChatEvents[K]) => void): () => void;
  /** Tries at once; when connected, makes sure within 5 s that it still is. */
  retryNow(): void;
  /** Ends it for good. Unsent messages stay in the storage. */
  close(): void;
}

/** A refusal as an error; `code` is as in the protocol. */
export class ChatError extends Error {
  constructor(refusal: Refusal);
  code: ErrorCode;
  room: string | undefined;
  retryAfterMs: number | undefined;
}

/** Joins a room and keeps what is in it, over any number of lost connections. */
export function openRoom(chat: Chat, name: string): RoomState;

/** Why one is not in a room: somebody put one out, or one may not come in. */
export type WhyLeft = {
  reason?: LeaveReason | undefined;
  refusal?: Pick<Refusal, "code" | "message"> | undefined;
};

/** Whether one is in a room. After `left` nothing changes any more: open the room again. */
export type Presence =
  | { status: "joining" }
  | { status: "in" }
  | { status: "left" } & WhyLeft;

/** One room as a page shows it; made by `openRoom`. */
export class RoomState {
  private constructor();

  readonly name: string;
  readonly presence: Presence;
  /** As of now, oldest first: edited, with reactions, or `deleted`. Replaced whole when it changes. */
  readonly messages: readonly Message[];
  /** What one said that is not among the messages yet: `waiting`, `failed`, or just `sent`. */
  readonly unsent: Outgoing[];
  readonly topic: string;
  /** Those who were there first, at most 100 of them; `chat.members` pages through all. */
  readonly members: Member[];
  /** Users in the room. */
  readonly count: number;
  /** Whether there are messages before the oldest of `messages`. */
  readonly hasOlder: boolean;

  /** Takes in the page of messages before the oldest. Rejects with a ChatError. */
  older(): Promise<void>;
  leave(): void;
  /**
   * Hears of changes, once for all that happen at the same time. The function that comes back takes
   * the listener off.
   */
  on(type: "change", listener: (room: RoomState) => void): () => void;
}

/**
 * Messages in present form, rising, as of `seq`: what `history` gives and a `joined` that is not
 * `resumed`. Without a `topic` it is not known.
 */
export type Known = { seq: number; messages: readonly Message[]; topic?: string | undefined };

/**
 * The state after one more entry, as a new object; the same one where the entry is known already.
 * `me` is whose reactions are `mine`.
 */
export function fold(known: Known, entry: Entry, me: UserId): Known;
