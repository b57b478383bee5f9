// A log as lines of JSON, for `export` and `import`: what a line says, and reading one.
import * as v from "valibot";
import { type Entry, isFileId, isUserId, MAX_FILES, type RoomName } from "../protocol.ts";
import { roomName, type UserId } from "../protocol.ts";

/** Begins a room: what its log knows beside its entries. */
export interface RoomLine {
  type: "room";
  room: RoomName;
  /** The oldest entry that was kept, and the time of the last one that was not (0: there is none). */
  first: number;
  ts: number;
  topic: string;
}

/** An entry as it goes over the wire (W4), and the `ref` of its sender, which makes retries safe. */
export type EntryLine = Entry & { ref?: string };

const whole = (least: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(least));
const text = v.pipe(v.string(), v.check((value) => value.isWellFormed()));
const some = v.pipe(text, v.minLength(1));
const placed = {
  room: roomName,
  seq: whole(1),
  ts: whole(0),
  uid: v.pipe(v.string(), v.check(isUserId), v.transform((uid) => uid as UserId)),
  user: v.pipe(some, v.maxLength(256)),
  ref: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/))),
};
const deleted = { text: v.literal(""), deleted: v.literal(true) };
const pixels = v.optional(whole(1));
const file = v.object({
  id: v.pipe(v.string(), v.check(isFileId)),
  name: v.pipe(some, v.maxLength(256)),
  type: v.pipe(v.string(), v.regex(/^[a-z0-9.+-]{1,64}\/[a-z0-9.+-]{1,64}$/)),
  bytes: whole(1),
  width: pixels,
  height: pixels,
});
const files = v.pipe(v.array(file), v.minLength(1), v.maxLength(MAX_FILES));
const chat = { ...placed, type: v.literal("chat"), replyTo: v.optional(whole(1)) };
const edited = { ...placed, type: v.literal("edited"), of: whole(1) };
const line = v.union([
  v.object({
    type: v.literal("room"),
    room: roomName,
    first: whole(1),
    ts: whole(0),
    topic: text,
  }),
  v.object({ ...chat, text: some, files: v.optional(files) }),
  v.object({ ...chat, text: v.literal(""), files }),
  v.object({ ...chat, ...deleted }),
  v.object({ ...edited, text: some }),
  v.object({ ...edited, ...deleted }),
  v.object({ ...placed, type: v.literal("deleted"), of: whole(1) }),
  v.object({
    ...placed,
    ...{ type: v.literal("reaction"), of: whole(1), emoji: some, on: v.boolean() },
  }),
  v.object({ ...placed, type: v.literal("topic"), text }),
]);

/** Whether this can be a line: what stands on a damaged page need not be anything. */
export function isLine(value: unknown): boolean {
  return v.is(line, value);
}

/** What a line says, or undefined: it is none of an archive. */
export function parseLine(json: string): RoomLine | EntryLine | undefined {
  try {
    const parsed = v.safeParse(line, JSON.parse(json));
    return parsed.success ? parsed.output as RoomLine | EntryLine : undefined;
  } catch {
    return undefined;
  }
}
