// What a bot answers, as its file has it (W20): checked with every problem named, and looked up by the
// words of a text. Knows neither the file nor who asks.
import * as v from "valibot";
import { parseRoomName, type RoomName, utf8Length } from "./protocol.ts";
import { MAX_NAME_CHARACTERS, parseUserName, USER_NAME_EXPECTED } from "./user_name.ts";
import { wordsOf } from "./words.ts";

/** What a text must have space for. */
const LONGEST = { user: "🦉".repeat(MAX_NAME_CHARACTERS), room: "r".repeat(64) };

/** What the bot says in a room. */
export interface RoomReplies {
  greeting?: string | undefined;
  default?: string | undefined;
  /** The longest first. */
  replies: readonly { words: string; text: string }[];
}

export interface Replies {
  name: string;
  rooms: ReadonlyMap<RoomName, RoomReplies>;
}

export type ReadReplies = { ok: true; replies: Replies } | { ok: false; problems: string[] };

/** What a file says, or every problem that it has, by its path; a text may have so many bytes. */
export function readReplies(json: string, maxTextBytes: number): ReadReplies {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    // The rest of its message quotes the file, which has no business in a log.
    const [where = ""] = (error as Error).message.match(/ \(line \d+ column \d+\)/) ?? [];
    return { ok: false, problems: [`expected JSON${where}`] };
  }
  const parsed = v.safeParse(schema(maxTextBytes), data);
  if (parsed.success) return { ok: true, replies: parsed.output };
  return { ok: false, problems: parsed.issues.map(problemOf) };
}

/** The reply to the longest phrase that the text has, else the room's default, if any. */
export function replyTo(text: string, { replies, default: otherwise }: RoomReplies) {
  const said = inWords(text);
  return replies.find(({ words }) => said.includes(words))?.text ?? otherwise;
}

/** Puts names into the places that a text has for them. */
export function filled(text: string, names: { user: string; room: string }): string {
  // At once, because a user may be called {room}.
  return text.replace(/\{(user|room)\}/g, (_, place: "user" | "room") => names[place]);
}

/** The words as search compares them, with a space around each: so a phrase is found whole. */
function inWords(text: string): string {
  return ` ${wordsOf(text).map(({ word }) => word).join(" ")} `;
}

function schema(maxTextBytes: number) {
  const text = v.pipe(
    v.string(),
    v.check((it) =>
      it !== "" && it.isWellFormed() && utf8Length(filled(it, LONGEST)) <= maxTextBytes
    ),
  );
  const said = expects(text, `a text of 1 to ${maxTextBytes} bytes, with the longest names in it`);
  const phrase = v.pipe(v.string(), v.check((it) => wordsOf(it).length > 0), v.transform(inWords));
  const reply = object({
    words: v.pipe(
      v.array(
        expects(phrase, "a word or phrase, with a letter or a digit"),
        "expected an array of words and phrases",
      ),
      v.minLength(1, "expected at least one word or phrase"),
    ),
    text: said,
  });
  const room = v.pipe(
    object({
      greeting: v.optional(said),
      replies: v.optional(v.array(reply, "expected an array of replies"), []),
      default: v.optional(said),
    }),
    v.transform(({ replies, ...rest }): RoomReplies => {
      const phrases = replies.flatMap(({ words, text }) =>
        words.map((it) => ({ words: it, text }))
      );
      // Of equally long ones the first stays the first.
      return { ...rest, replies: phrases.sort((a, b) => b.words.length - a.words.length) };
    }),
  );
  const name = v.pipe(v.string(), v.check((it) => parseUserName(it).ok), v.transform(toName));
  const roomName = v.pipe(v.string(), v.check((it) => parseRoomName(it).ok));
  return object({
    name: expects(name, `a user name: ${USER_NAME_EXPECTED}`),
    rooms: v.pipe(
      v.record(expects(roomName, "the name of a room"), room, "expected an object with rooms"),
      v.transform((rooms) => new Map(Object.entries(rooms).map(toRoom))),
      v.check((rooms) => rooms.size > 0, "expected at least one room"),
    ),
  });
}

function object<T extends v.ObjectEntries>(entries: T) {
  const names = Object.keys(entries).join(", ");
  return v.strictObject(entries, ({ expected }) => {
    if (expected === "never") return `expected one of ${names}`;
    return expected?.startsWith('"')
      ? "expected, and is missing"
      : `expected an object of ${names}`;
  });
}

function expects<S extends v.GenericSchema<unknown, unknown>>(schema: S, what: string) {
  return v.message(schema, `expected ${what}`);
}

function toName(name: string): string {
  const parsed = parseUserName(name);
  return parsed.ok ? parsed.name : name;
}

function toRoom([name, replies]: [string, RoomReplies]): [RoomName, RoomReplies] {
  const parsed = parseRoomName(name);
  return [parsed.ok ? parsed.room : name, replies];
}

/** `rooms.general.replies[0].text: expected …` */
function problemOf({ path, message }: v.BaseIssue<unknown>): string {
  const place = (path ?? []).map(({ key }) => typeof key === "number" ? `[${key}]` : `.${key}`)
    .join("");
  return place === "" ? message : `${place.slice(1)}: ${message}`;
}
