// What the HTTP API answers (W17), as schemas: for its description and the types of `hc`. They say the
// same as the types of protocol.ts, which a test holds.
import * as v from "valibot";

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = seq;
const ts = v.pipe(v.number(), v.safeInteger(), v.description("Milliseconds since 1970."));
const room = v.pipe(v.string(), v.description("The name of a room."));
const uid = v.pipe(v.string(), v.description("Who: `guest:<id>`, or the `sub` of a token."));
const user = v.pipe(v.string(), v.description("The name they had then."));
const of = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(1),
  v.description("The `seq` of a message."),
);
const text = v.string();
const until = v.pipe(
  v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  v.description("When it ends, in ms since 1970; null: until somebody ends it; 0: it was ended."),
);
const by = v.pipe(v.string(), v.description("Who did it, by name."));
const more = v.pipe(v.boolean(), v.description("Whether there are others."));
const deleted = v.exactOptional(
  v.pipe(v.literal(true), v.description("It was deleted, and its text with it.")),
);

const placed = { room, seq, ts, uid, user };
const pixels = v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)));
const shared = {
  id: v.string(),
  name: v.string(),
  type: v.pipe(v.string(), v.description("What its first bytes say, as a media type.")),
  bytes: count,
  width: pixels,
  height: pixels,
};
/** What an upload is answered with (W19). */
export const file = v.object({
  ...shared,
  url: v.pipe(v.string(), v.description("Its path.")),
});
const files = v.exactOptional(v.array(v.object(shared)));
const said = { ...placed, text, replyTo: v.exactOptional(of), files, deleted };

/** The entries of a log (W4), by type. */
export const chat = v.object({ type: v.literal("chat"), ...said });
export const edited = v.object({ type: v.literal("edited"), ...placed, of, text, deleted });
export const deletion = v.object({ type: v.literal("deleted"), ...placed, of });
export const reaction = v.object({
  type: v.literal("reaction"),
  ...placed,
  of,
  emoji: v.string(),
  on: v.boolean(),
});
export const topic = v.object({ type: v.literal("topic"), ...placed, text });
export const entry = v.variant("type", [chat, edited, deletion, reaction, topic]);
/** What is answered where a reaction is taken back that may never have been there (W4.7). */
export const unreacted = v.variant("type", [reaction, chat]);

export const member = v.object({
  uid,
  user,
  moderates: v.exactOptional(
    v.pipe(v.literal(true), v.description("They may moderate the room.")),
  ),
});

const present = {
  type: v.literal("chat"),
  ...said,
  editedTs: v.exactOptional(ts),
  reactions: v.exactOptional(
    v.array(v.object({
      emoji: v.string(),
      count,
      mine: v.pipe(v.boolean(), v.description("The asker's own is among them.")),
      users: v.pipe(
        v.array(member),
        v.description("Up to five of them, the earliest first, by the names they had then."),
      ),
    })),
  ),
};
/** A message in present form (W5.10). */
export const message = v.object(present);
const range = v.strictTuple([count, count]);
export const hit = v.object({
  ...present,
  ranges: v.pipe(
    v.array(range),
    v.description("Where it has what was searched for: UTF-16 units, from, and to before."),
  ),
});

export const ban = v.object({
  uid,
  until,
  by,
  room: v.exactOptional(v.pipe(v.string(), v.description("Without it: from everything."))),
});
export const listedRoom = v.object({
  room,
  topic: v.string(),
  count: v.pipe(count, v.description("Users in it now.")),
  seq: v.pipe(seq, v.description("The newest entry.")),
  private: v.exactOptional(v.pipe(v.literal(true), v.description("It is not public."))),
  user: v.exactOptional(
    v.pipe(v.string(), v.description("In a direct conversation: the other's name.")),
  ),
  unread: v.exactOptional(v.pipe(count, v.description("Counted to 100, where it is known."))),
  mentions: v.exactOptional(v.pipe(count, v.description("Counted to 100, where it is known."))),
});

export const history = v.object({
  room,
  messages: v.pipe(v.array(message), v.description("Oldest first.")),
  seq: v.pipe(
    seq,
    v.description("Up to where the log was read: apply later entries, no earlier ones."),
  ),
  first: v.pipe(seq, v.description("The oldest entry that is kept.")),
  more: v.pipe(v.boolean(), v.description("Whether older ones are kept.")),
});
export const members = v.object({ room, members: v.array(member), count, more });
export const rooms = v.object({ rooms: v.array(listedRoom) });
export const found = v.object({
  hits: v.array(hit),
  before: v.exactOptional(
    v.pipe(count, v.description("With it the same question goes on; without it, that was all.")),
  ),
});

export const kicked = v.object({ room, uid });
export const muted = v.object({ room, uid, until, by });
export const banned = v.object({
  uid,
  until,
  room: v.exactOptional(v.pipe(v.string(), v.description("Without it: from everything."))),
});
export const bans = v.object({
  bans: v.array(ban),
  more,
  room: v.exactOptional(
    v.pipe(v.string(), v.description("Without it: from every room, and everything.")),
  ),
});

export const signedIn = v.object({
  uid,
  name: v.string(),
  expires: v.pipe(
    v.nullable(v.pipe(v.number(), v.safeInteger())),
    v.description("When it ends unless it is used, in ms since 1970; null: never by itself."),
  ),
});
export const retracted = v.object({
  entries: v.pipe(count, v.description("How many entries that took.")),
});
export const announced = v.object({
  connections: v.pipe(count, v.description("To how many connections it went.")),
});
const hook = {
  handle: v.pipe(v.string(), v.description("By what it is revoked.")),
  uid: v.pipe(v.string(), v.description("As whom it speaks.")),
  room,
  name: v.pipe(v.string(), v.description("Under which name.")),
};
export const hooks = v.object({ hooks: v.array(v.object(hook)) });
export const madeHook = v.object({
  id: v.pipe(v.string(), v.description("A secret, told only once.")),
  url: v.pipe(v.string(), v.description("Where to post.")),
  ...hook,
});
export const status = v.object({ status: v.string() });

/** Codes for machines (W13, W15.6). */
export const CODES = [
  "PARSE_ERROR",
  "UNKNOWN_TYPE",
  "INVALID_FIELD",
  "NOT_JOINED",
  "FORBIDDEN",
  "NOT_FOUND",
  "RATE_LIMITED",
  "CONFLICT",
  "ROOM_FULL",
  "SERVER_FULL",
  "UNAUTHORIZED",
  "UPGRADE_REQUIRED",
  "UNAVAILABLE",
  "INTERNAL",
  "METHOD_NOT_ALLOWED",
  "TIMEOUT",
  "TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "RANGE_NOT_SATISFIABLE",
  "FILES_FULL",
] as const;
export const problem = v.object({
  code: v.pipe(v.picklist(CODES), v.description("For machines.")),
  message: v.pipe(v.string(), v.description("For people: what was wrong, and what is expected.")),
  retryAfterMs: v.exactOptional(
    v.pipe(count, v.description("When to try again; `Retry-After` too.")),
  ),
  status: v.pipe(v.number(), v.description("That of the answer.")),
  detail: v.pipe(v.string(), v.description("The `message` again, for what knows RFC 9457.")),
});
export type Problem = v.InferOutput<typeof problem>;

/** Those that the description names. */
export const SHAPES = {
  Chat: chat,
  Edited: edited,
  Deleted: deletion,
  Reaction: reaction,
  Topic: topic,
  Message: message,
  Hit: hit,
  Member: member,
  Ban: ban,
  ListedRoom: listedRoom,
  Problem: problem,
};
