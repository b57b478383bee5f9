// What instances say to each other, every message as a schema: a bus is believed no more than a
// client is, and what a later version adds to a message is passed over. Knows nothing of what is done
// about it.
import * as v from "valibot";
import { isUserId, roomName, type UserId } from "../protocol.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const uid = v.pipe(v.string(), v.check(isUserId), v.transform((it) => it as UserId));
/** One that an instance has checked; longer than any in units. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(256),
  v.check((it) => it.isWellFormed()),
);
const hash = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/));
/** Milliseconds since 1970; null: for good. */
const until = v.nullable(count);

/** Who came, went, and is where. `in` names moderators, `out` the milliseconds of grace, if any. */
const changes = {
  here: v.array(v.tuple([uid, name, count, v.boolean()])),
  gone: v.array(uid),
  in: v.array(v.tuple([roomName, uid, v.boolean()])),
  out: v.array(v.tuple([roomName, uid, v.nullable(count)])),
  spends: v.array(uid),
  spent: v.array(uid),
};

const text = v.string();
const placed = { room: roomName, seq: count, ts: count, uid, user: name };
const of = count;
/** What another version of Snug adds to an entry is for clients, and passed on. */
const entry = v.variant("type", [
  v.looseObject({ type: v.literal("chat"), ...placed, text, replyTo: v.exactOptional(count) }),
  v.looseObject({ type: v.literal("edited"), ...placed, of, text }),
  v.looseObject({ type: v.literal("deleted"), ...placed, of }),
  v.looseObject({ type: v.literal("reaction"), ...placed, of, emoji: text, on: v.boolean() }),
  v.looseObject({ type: v.literal("topic"), ...placed, text }),
]);

const busMessage = v.variant("type", [
  // About an instance.
  v.object({ type: v.literal("alive"), seq: count }),
  v.object({ type: v.literal("ask") }),
  v.object({ type: v.literal("bye") }),
  v.object({ type: v.literal("state"), seq: count, ...changes }),
  // To all, in a sequence without holes.
  v.object({ type: v.literal("changes"), seq: count, ...changes }),
  v.object({ type: v.literal("kick"), seq: count, room: roomName, uid, by: v.string() }),
  v.object({
    type: v.literal("sanction"),
    seq: count,
    kind: v.picklist(["ban", "mute"]),
    /** A room, or everywhere. */
    place: v.union([v.literal("*"), roomName]),
    uid,
    until,
    by: v.string(),
    networks: v.array(v.pipe(v.string(), v.maxLength(64))),
  }),
  v.object({ type: v.literal("revoke"), seq: count, uid, before: count }),
  v.object({ type: v.literal("signOut"), seq: count, signIn: hash }),
  v.object({ type: v.literal("system"), seq: count, text: v.string() }),
  v.object({ type: v.literal("hooks"), seq: count }),
  v.object({ type: v.literal("guess"), seq: count, network: v.pipe(v.string(), v.maxLength(64)) }),
  // To one.
  v.object({
    type: v.literal("typing"),
    room: roomName,
    uid,
    user: name,
    on: v.boolean(),
  }),
  v.object({
    type: v.literal("binary"),
    room: roomName,
    uid,
    data: v.pipe(v.string(), v.base64()),
  }),
  v.object({ type: v.literal("read"), room: roomName, uid, upTo: count }),
  v.object({
    type: v.literal("mention"),
    room: roomName,
    at: count,
    uid,
    user: name,
    mentions: v.array(uid),
  }),
  v.object({ type: v.literal("entry"), entry }),
  v.object({ type: v.literal("spending"), uid, first: count, second: count }),
]);

export type BusMessage = v.InferOutput<typeof busMessage>;
/** What stands in a sequence. */
export type Broadcast = Extract<
  BusMessage,
  { type: "changes" | "kick" | "sanction" | "revoke" | "signOut" | "system" | "hooks" | "guess" }
>;
/** What somebody did, or what their credentials did. */
export type Order = Exclude<Broadcast, { type: "changes" }>;
/** What is said to those whom it concerns. */
export type Addressed = Extract<
  BusMessage,
  { type: "typing" | "binary" | "read" | "mention" | "entry" | "spending" }
>;
/** Who is on an instance, and where: what changed, or all of it. */
export type Changes = Pick<
  Extract<BusMessage, { type: "changes" }>,
  "here" | "gone" | "in" | "out" | "spends" | "spent"
>;
/** One that has no place in the sequence yet. */
export type Unnumbered = Broadcast extends infer M ? M extends Broadcast ? Omit<M, "seq"> : never
  : never;

const BROADCAST: ReadonlySet<string> = new Set(
  [
    "changes",
    "kick",
    "sanction",
    "revoke",
    "signOut",
    "system",
    "hooks",
    "guess",
  ] satisfies Broadcast["type"][],
);
const ADDRESSED: ReadonlySet<string> = new Set(
  ["typing", "binary", "read", "mention", "entry", "spending"] satisfies Addressed["type"][],
);

export function isBroadcast(message: BusMessage): message is Broadcast {
  return BROADCAST.has(message.type);
}

export function isAddressed(message: BusMessage): message is Addressed {
  return ADDRESSED.has(message.type);
}

/** A message as it came, or undefined: it is none. */
export function parseBusMessage(text: string): BusMessage | undefined {
  try {
    const parsed = v.safeParse(busMessage, JSON.parse(text), { abortEarly: true });
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
