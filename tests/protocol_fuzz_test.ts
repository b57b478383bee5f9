import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { MAX_FRAME_MESSAGES, type Parsed, parseFrame } from "../src/client_message.ts";
import {
  type Chat,
  encode,
  entryBytes,
  type RoomName,
  type UserId,
  utf8Length,
} from "../src/protocol.ts";
import { fuzz } from "./core/fuzz.ts";

const CODES = ["PARSE_ERROR", "UNKNOWN_TYPE", "INVALID_FIELD"];

const anyText = fc.oneof(
  fc.string({ unit: "binary", size: "medium" }),
  // UTF-16 units on their own: mostly lone surrogates.
  fc.array(fc.integer({ min: 0xd700, max: 0xe000 })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("", "__proto__", "constructor", "a\nb", "\ufeff", "\0"),
);
const roomName = fc.stringMatching(/^[\p{L}\p{N}][a-z0-9._-]{0,12}$/u);
const ref = fc.stringMatching(/^[\x21-\x7e]{1,64}$/);
const seq = fc.maxSafeNat();

const valid = fc.oneof(
  fc.record({
    type: fc.constant("join"),
    room: roomName,
    since: fc.record({ epoch: fc.string({ maxLength: 32 }), seq }),
    ref,
  }, { requiredKeys: ["type", "room"] }),
  fc.record({
    type: fc.constant("chat"),
    room: roomName,
    text: fc.string({ minLength: 1, unit: "grapheme" }),
    replyTo: seq.map((value) => Math.max(1, value)),
    ref,
  }, { requiredKeys: ["type", "room", "text"] }),
  fc.record({
    type: fc.constantFrom("edit", "delete", "react", "topic"),
    room: roomName,
    of: seq.map((value) => Math.max(1, value)),
    text: fc.stringMatching(/^[a-zé ]{1,20}$/),
    emoji: fc.constantFrom("👍", "x"),
    on: fc.boolean(),
    ref,
  }, { requiredKeys: ["type", "room", "of", "text", "emoji"] }),
  fc.record({
    type: fc.constantFrom("auth", "kick", "mute", "ban", "bans"),
    room: roomName,
    token: fc.string({ minLength: 1 }),
    uid: fc.string({ minLength: 1, maxLength: 128 }).filter((uid) => !/[ ,]/.test(uid)),
    minutes: fc.integer({ min: 0, max: 5_256_000 }),
    ref,
  }, { requiredKeys: ["type", "room", "token", "uid"] }),
  fc.record({
    type: fc.constantFrom("leave", "history", "members", "rooms", "typing", "ping", "pong"),
    room: roomName,
    before: fc.integer({ min: 1 }),
    after: fc.string(),
    on: fc.boolean(),
    ts: fc.integer(),
    ref,
  }, { requiredKeys: ["type", "room"] }),
);

/** A valid message in which one field became something else, or came to it. */
const mutated = fc.tuple(
  valid,
  fc.constantFrom(
    "type",
    "room",
    "text",
    "since",
    "ref",
    "replyTo",
    "of",
    "emoji",
    "on",
    "ts",
    "__proto__",
  ),
  fc.oneof(fc.jsonValue(), anyText, fc.double(), fc.bigInt().map(String)),
).map(([message, field, value]) => {
  const json = JSON.stringify(value) ?? "null";
  return `{${JSON.stringify(field)}:${json},${JSON.stringify(message).slice(1)}`;
});

/** A valid message's JSON in which a piece was cut out, doubled or replaced. */
const torn = fc.tuple(valid, fc.nat(200), fc.nat(20), anyText).map(
  ([message, at, length, text]) => {
    const json = JSON.stringify(message);
    return json.slice(0, at) + text + json.slice(at + length);
  },
);

const anyFrame = fc.oneof(
  anyText,
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  valid.map((message) => JSON.stringify(message)),
  mutated,
  torn,
);

function assertSound(parsed: Parsed[], isBatched: boolean): void {
  assertLessOrEqual(parsed.length, isBatched ? MAX_FRAME_MESSAGES : 1);
  for (const one of parsed) {
    if (one.ok) {
      assertEquals(Object.getPrototypeOf(one.message), Object.prototype);
      continue;
    }
    assert(CODES.includes(one.refusal.code));
    assert(one.refusal.message.length > 10);
  }
}

describe("protocol, fuzzed", () => {
  it("W3.3 no frame makes the parser throw, and every refusal says what was wrong", async () => {
    await fuzz(
      fc.property(anyFrame, fc.boolean(), (frame, isBatched) => {
        assertSound(parseFrame(frame, isBatched, "lobby" as RoomName), isBatched);
      }),
      20,
    );
  });

  it("W3.3 W3.5 no frame of several lines makes the parser throw", async () => {
    await fuzz(
      fc.property(fc.array(anyFrame, { maxLength: 70, size: "max" }), (lines) => {
        assertSound(parseFrame(lines.join("\n"), true), true);
      }),
      2,
    );
  });

  it("W3.3 neither depth nor length makes the parser throw", () => {
    const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
    const frames = [
      deep("[", "]"),
      deep('{"type":', "}"),
      `{"type":"ping","x":${deep("[", "]")}}`,
      `{"type":"join","room":"a","since":${deep('{"epoch":', "}").replace(":}", ":1}")}}`,
      `{"type":"join","room":${deep("[", "]")}}`,
      `{"type":"chat","room":"a","text":"${"\\ud800".repeat(100_000)}"}`,
      `{"type":"chat","room":"${"e\u0301".repeat(100_000)}"}`,
      `{"type":"${"x".repeat(1_000_000)}"}`,
      "9".repeat(1_000_000),
      "\n".repeat(1_000_000),
      `{${Array.from({ length: 50_000 }, (_, index) => `"k${index}":0`).join()},"type":"ping"}`,
    ];
    for (const frame of frames) {
      assertSound(parseFrame(frame, false), false);
      assertSound(parseFrame(frame, true), true);
    }
    assertEquals(Object.keys({}), []);
    assertEquals(({} as Record<string, unknown>).room, undefined);
  });

  it("a message that was read and written again reads the same", async () => {
    await fuzz(
      fc.property(fc.oneof(valid.map((message) => JSON.stringify(message)), mutated), (json) => {
        const [once] = parseFrame(json, false);
        if (!once?.ok) return;
        const [twice] = parseFrame(JSON.stringify(once.message), false);
        assertEquals(twice, once);
      }),
      5,
    );
  });

  it("W4.2 an entry that was written reads the same, and its size is that of its line", async () => {
    const entry = fc.record<Chat>({
      type: fc.constant("chat"),
      room: roomName.map((name) => name as RoomName),
      seq,
      ts: seq,
      uid: fc.string().map((uid) => uid as UserId),
      user: fc.string({ unit: "grapheme" }),
      text: fc.string({ unit: "binary", minLength: 1 }),
    });
    await fuzz(
      fc.property(entry, (value) => {
        const line = encode(value);
        assert(!line.includes("\n"));
        assertEquals(JSON.parse(line), value);
        assertEquals(entryBytes(value), new TextEncoder().encode(line).length + 1);
      }),
      5,
    );
  });

  it("W2.1 sizes are bytes of UTF-8", async () => {
    await fuzz(
      fc.property(anyText, (text) => {
        assertEquals(utf8Length(text), new TextEncoder().encode(text).length);
      }),
      5,
    );
  });
});
