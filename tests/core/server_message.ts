// What every message of the server must look like, field by field (docs/PROTOCOL.md): a second
// opinion beside the types, for what is made at run time.
import * as v from "valibot";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.pipe(v.string(), v.check((value) => value.isWellFormed()));
const some = v.pipe(text, v.minLength(1));
const ref = v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)));
const until = v.nullable(count);
const is = v.optional(v.literal(true));
const may = v.picklist(["read", "write", "moderate"]);
const member = v.strictObject({ uid: some, user: some, moderates: is });
const members = v.array(member);

const placed = { room: some, seq: count, ts: count, uid: some, user: some };
const pixels = v.optional(v.pipe(count, v.minValue(1), v.maxValue(65_535)));
const file = v.strictObject({
  ...{ id: v.pipe(text, v.regex(/^[0-9a-f]{32}$/)), name: some, type: some, bytes: count },
  ...{ width: pixels, height: pixels },
});
const files = v.optional(v.pipe(v.array(file), v.minLength(1), v.maxLength(8)));
const said = { ...placed, text, replyTo: v.optional(count), files, deleted: is };
const reaction = v.strictObject({
  emoji: some,
  count,
  mine: v.boolean(),
  users: v.pipe(v.array(v.strictObject({ uid: some, user: some })), v.maxLength(5)),
});
const present = { ...said, editedTs: v.optional(count), reactions: v.optional(v.array(reaction)) };
const entry = v.union([
  of("chat", said),
  of("edited", { ...placed, of: count, text, deleted: is }),
  of("deleted", { ...placed, of: count }),
  of("reaction", { ...placed, of: count, emoji: some, on: v.boolean() }),
  of("topic", { ...placed, text }),
]);
const message = of("chat", present);
const messages = v.array(message);
const range = v.strictTuple([count, count]);
const mutes = v.array(v.strictObject({ uid: some, until, by: text }));
const bans = v.array(v.strictObject({ room: v.optional(some), uid: some, until, by: text }));
const limits = [
  "messageBytes",
  "fileBytes",
  "rooms",
  "messagesPerSecond",
  "burst",
  "historyPage",
  "resume",
];
const listed = v.strictObject({
  room: some,
  topic: text,
  count,
  seq: count,
  private: is,
  user: v.optional(some),
  unread: v.optional(count),
  mentions: v.optional(count),
});

function of<const T extends string>(type: T, fields: v.ObjectEntries) {
  return v.strictObject({ type: v.literal(type), ...fields });
}

const serverMessage = v.union([
  entry,
  of("welcome", {
    ...{ user: some, uid: some, session: v.nullable(some), expires: until, ref },
    ...{ heartbeatMs: count, graceMs: count, version: some },
    limits: v.strictObject(Object.fromEntries(limits.map((name) => [name, count]))),
  }),
  of("joined", {
    ...{ room: some, epoch: some, seq: count, first: count, topic: text, read: count, count },
    ...{ may, muted: v.optional(mutes), members, gap: v.boolean(), more: v.boolean(), ref },
    messages: v.array(v.union([entry, message])),
  }),
  of("left", {
    room: some,
    reason: v.optional(v.picklist(["kicked", "banned", "forbidden"])),
    by: v.optional(some),
    ref,
  }),
  of("kicked", { room: some, uid: some, ref }),
  of("muted", { room: some, uid: some, until, by: some, ref }),
  of("banned", { room: v.optional(some), uid: some, until, ref }),
  of("bans", { room: v.optional(some), bans, more: v.boolean(), ref }),
  of("ack", { ref: some, room: some, seq: count, ts: count }),
  of("history", { room: some, messages, seq: count, first: count, more: v.boolean(), ref }),
  of("search", {
    hits: v.array(of("chat", { ...present, ranges: v.array(range) })),
    before: v.optional(count),
    ref,
  }),
  of("members", { room: some, members, count, more: v.boolean(), ref }),
  of("rooms", { rooms: v.array(listed), ref }),
  of("presence", { room: some, joined: members, left: members, count }),
  of("system", {
    room: v.optional(some),
    text: some,
    uid: v.optional(some),
    user: v.optional(some),
  }),
  of("typing", { room: some, uid: some, user: some, on: v.boolean() }),
  of("nick", { room: some, uid: some, user: some, was: some }),
  of("nick", { uid: some, user: some, was: some, session: v.nullable(some), ref }),
  of("read", { room: some, seq: count, ref }),
  of("mention", { room: some, seq: count, uid: some, user: some }),
  of("ping", { ts: count }),
  of("pong", { ts: v.optional(v.pipe(v.number(), v.integer())), ref }),
  of("closing", { code: count, reconnectAfterMs: count }),
  of("error", {
    code: v.pipe(v.string(), v.regex(/^[A-Z_]+$/)),
    message: v.pipe(text, v.minLength(10)),
    room: v.optional(some),
    retryAfterMs: v.optional(count),
    ref,
  }),
]);

/** Throws unless each line of a server's text frame is a message as the protocol has it. */
export function assertServerFrame(frame: string): void {
  for (const line of frame.split("\n")) {
    const parsed = v.safeParse(serverMessage, JSON.parse(line));
    if (!parsed.success) throw new Error(`not a message of the server: ${line.slice(0, 500)}`);
  }
}
