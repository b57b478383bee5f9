import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseFrame } from "../src/client_message.ts";

const ROOM = "room must be a name of 1 to 64 bytes: letters, digits, . _ and -, " +
  "a letter or digit first";
const REF = "ref must be 1 to 64 characters of printable ASCII without spaces";
const TEXT = "text must be a string of at least one character, valid Unicode";
const OF = "of must be the seq of a message of this room";
const EMOJI =
  "emoji must be 1 to 64 bytes without white space and control characters, valid Unicode";
const TOPIC = "text must be at most 1024 bytes without line breaks, valid Unicode";
const REPLY_TO = "replyTo must be the seq of an earlier message of this room";
const FILES = "files must be at most 8 different ids of files that were uploaded to the room";
const SINCE = "since must be {epoch: string of at most 32 characters, seq: whole number}";
const BEFORE = "before must be a seq, a whole number of at least 1";
const LIMIT = "limit must be a whole number of at least 1";
const ON = "on must be true or false";
const AFTER = "after must be a uid";
const TOKEN = "token must be a string that is not empty";
const UID = "uid must be 1 to 128 bytes without spaces, commas and control characters";
const MINUTES = "minutes must be a whole number from 0, which ends it, to 5256000";
const SEQ = "seq must be a seq, a whole number of at least 0";
const NAME =
  "name must be 1 to 32 characters, each word of one script, without line breaks and invisible characters";
const TO = "to must be a uid or the name of somebody who is connected, and not oneself";
const TS = "ts must be a whole number";

const MAX = Number.MAX_SAFE_INTEGER;
const MISSING = undefined;
const IDS = Array.from({ length: 9 }, (_, index) => String(index).repeat(32));
const A128 = "a".repeat(128);
const B128 = "b".repeat(128);

interface Case {
  rule: string;
  /** A message that lacks only the field. */
  message: Record<string, unknown>;
  field: string;
  good: unknown[];
  bad: unknown[];
  expected: string;
}

const cases: Case[] = [
  {
    rule: "W2.2 W2.6",
    message: { type: "join" },
    field: "room",
    good: [
      "a",
      "7",
      "a".repeat(64),
      "é".repeat(32),
      "漢".repeat(21),
      "a.b_c-d",
      "𝒳",
      "ß2",
      "x\u0301",
      ...["@a,b", "@A,a", "@guest:a,x\u0301", "@a@b,c", `@${A128},${B128}`],
    ],
    bad: [
      ...[MISSING, null, 7, "", {}, ["a"], "a".repeat(65), "é".repeat(33), "漢".repeat(22)],
      ...["a b", " a", ".a", "_a", "-a", "\u0301a", "a/b", "a\n", "a\0", "#a", "😀"],
      ...["@", "@a", "@a,", "@,a", "@b,a", "@a,a", "@a,b,c", "@a b,c", "@a,b\n", "@a,\u200bb"],
      ...[`@${A128},${B128}b`, "@a,b\ud800", "a@b,c"],
      ...["a\u200b", "a\ud800", "\udc00", "a\u202e"],
    ],
    expected: ROOM,
  },
  {
    rule: "W2.2",
    message: { type: "ping" },
    field: "ref",
    good: [MISSING, "r", "!", "~", "a".repeat(64), '"\\{'],
    bad: [null, 7, "", "a".repeat(65), "a b", "a\t", "é", "a\n", "\x7f", "\x20", ["r"], {}],
    expected: REF,
  },
  {
    rule: "W2.2 W2.5",
    message: { type: "chat", room: "a" },
    field: "text",
    good: ["a", " ", "\0", "\n", "😀", "a".repeat(100_000)],
    bad: [MISSING, null, 7, "", {}, ["a"], "\ud800", "a\udc00b", "\udc00\ud800"],
    expected: TEXT,
  },
  {
    rule: "W4.5 W2.2 W2.5",
    message: { type: "edit", room: "a", of: 1 },
    field: "text",
    good: ["a", "\n", "😀"],
    bad: [MISSING, null, "", "\ud800"],
    expected: TEXT,
  },
  ...[{ type: "edit", text: "t" }, { type: "delete" }, { type: "react", emoji: "e" }].map((
    message,
  ) => ({
    rule: `W4.5 W4.6 W4.7 ${message.type}:`,
    message: { room: "a", ...message },
    field: "of",
    good: [1, MAX],
    bad: [MISSING, null, 0, -1, 1.5, MAX + 1, "1", [], {}],
    expected: OF,
  })),
  {
    rule: "W4.7 W2.2",
    message: { type: "react", room: "a", of: 1 },
    field: "emoji",
    good: ["👍🏽", "👩‍👩‍👧‍👦", "❤️", "x", ":tada:", "é".repeat(32)],
    bad: [
      ...[MISSING, null, 7, "", [], "a b", " ", "\u00a0", "\u2028", "\n", "\0", "\x85", "a\x7f"],
      ...["é".repeat(33), "a".repeat(65), "\ud83d", "\udc4d\ud83d"],
    ],
    expected: EMOJI,
  },
  {
    rule: "W4.8 W2.2",
    message: { type: "topic", room: "a" },
    field: "text",
    good: ["", "news of today", "é".repeat(512), "\t"],
    bad: [MISSING, null, 7, "a\nb", "\r", "\u2028", "\x85", "é".repeat(513), "\ud800"],
    expected: TOPIC,
  },
  {
    rule: "W4.3",
    message: { type: "chat", room: "a", text: "t" },
    field: "replyTo",
    good: [MISSING, 1, 2, MAX],
    bad: [null, 0, -1, 1.5, MAX + 1, "1", [], {}],
    expected: REPLY_TO,
  },
  ...[{ type: "chat", room: "a" }, { type: "direct", to: "b" }].map((message) => ({
    rule: `W19.5 W2.2 ${message.type}:`,
    message: { ...message, text: "t" },
    field: "files",
    good: [MISSING, [], [IDS[0]], ["0123456789abcdef".repeat(2)], IDS.slice(1)],
    bad: [
      ...[null, 7, "", {}, IDS[0], IDS, [IDS[0], IDS[0]], [""], [7], [null], ["a".repeat(31)]],
      ...[["a".repeat(33)], ["A".repeat(32)], ["g".repeat(32)], ["a".repeat(31) + "\n"], ["../x"]],
    ],
    expected: FILES,
  })),
  ...[{ type: "chat", room: "a" }, { type: "direct", to: "b" }].map((message) => ({
    rule: `W2.2 W4.3 ${message.type} with files:`,
    message: { ...message, files: [IDS[0]] },
    field: "text",
    good: [MISSING, "", "a"],
    bad: [null, 7, {}, "\ud800"],
    expected: TEXT,
  })),
  {
    rule: "W4.3",
    message: { type: "chat", room: "a", files: [] },
    field: "text",
    good: ["a"],
    bad: [MISSING, ""],
    expected: TEXT,
  },
  {
    rule: "W5.5",
    message: { type: "join", room: "a" },
    field: "since",
    good: [
      MISSING,
      { epoch: "e", seq: 0 },
      { epoch: "e".repeat(32), seq: MAX },
      { epoch: "e", seq: 1, more: 2 },
    ],
    bad: [
      ...[null, 0, 7, "e", [], {}, { epoch: "e" }, { seq: 1 }, { epoch: 7, seq: 1 }],
      ...[{ epoch: "e".repeat(33), seq: 1 }, { epoch: "e", seq: "1" }, { epoch: "e", seq: -1 }],
      ...[{ epoch: "e", seq: 0.5 }, { epoch: "e", seq: MAX + 1 }, { epoch: null, seq: null }],
    ],
    expected: SINCE,
  },
  {
    rule: "W5.8",
    message: { type: "history", room: "a" },
    field: "before",
    good: [MISSING, 1, MAX],
    bad: [null, 0, -1, 0.5, "1", MAX + 1, {}],
    expected: BEFORE,
  },
  {
    rule: "W5.8",
    message: { type: "history", room: "a" },
    field: "limit",
    good: [MISSING, 1, 1_000_000],
    bad: [null, 0, -1, 2.5, "50", {}],
    expected: LIMIT,
  },
  {
    rule: "W9.2",
    message: { type: "members", room: "a" },
    field: "after",
    good: [MISSING, "", "guest:x", "a".repeat(256)],
    bad: [null, 7, {}, "a".repeat(257)],
    expected: AFTER,
  },
  {
    rule: "W10.2",
    message: { type: "typing", room: "a" },
    field: "on",
    good: [MISSING, true, false],
    bad: [null, 0, 1, "true", {}],
    expected: ON,
  },
  {
    rule: "W10.10",
    message: { type: "read", room: "a" },
    field: "seq",
    good: [0, 1, MAX],
    bad: [MISSING, null, -1, 0.5, "1", MAX + 1, {}],
    expected: SEQ,
  },
  {
    rule: "W8.6 W2.7",
    message: { type: "nick" },
    field: "name",
    good: ["a", "a b", "x".repeat(32), "😀".repeat(32), "@b"],
    bad: [MISSING, null, 7, "", " ", "x".repeat(33), "a\nb", "a\u2028b", "\ud800", "\0", "аdа", []],
    expected: NAME,
  },
  {
    rule: "W10.14",
    message: { type: "direct", text: "t" },
    field: "to",
    good: ["a", "guest:x", "a b", "x".repeat(256)],
    bad: [MISSING, null, 7, "", {}, ["a"], "x".repeat(257)],
    expected: TO,
  },
  {
    rule: "W2.5",
    message: { type: "direct", to: "a" },
    field: "text",
    good: ["a", "\n"],
    bad: [MISSING, null, 7, "", "\ud800"],
    expected: TEXT,
  },
  {
    rule: "W8.5",
    message: { type: "auth" },
    field: "token",
    good: ["t", "a.b.c", "x".repeat(10_000)],
    bad: [MISSING, null, "", 7, {}, []],
    expected: TOKEN,
  },
  ...(["kick", "mute", "ban"] as const).flatMap((type) => [
    {
      rule: "W10.9",
      message: { type, room: "a" },
      field: "uid",
      good: ["guest:x", "a/b", "a".repeat(128), "é".repeat(64)],
      bad: [
        ...[MISSING, null, "", 7, {}, [], "a b", "a,b", "a".repeat(129), "é".repeat(65)],
        // SQLite would give back the beginning, which is somebody else.
        "ada\0x",
        "\ud800",
      ],
      expected: UID,
    },
    {
      rule: "W2.2",
      message: { type, uid: "u" },
      field: "room",
      good: type === "ban" ? [MISSING, "a"] : ["a"],
      bad: ["", "*", " a", null, 7, ...(type === "ban" ? [] : [MISSING])],
      expected: ROOM,
    },
  ]),
  ...(["mute", "ban"] as const).map((type) => ({
    rule: "W10.7",
    message: { type, room: "a", uid: "u" },
    field: "minutes",
    good: [MISSING, 0, 1, 5_256_000],
    bad: [null, -1, 0.5, 5_256_001, "1", {}],
    expected: MINUTES,
  })),
  {
    rule: "W12.1",
    message: { type: "pong" },
    field: "ts",
    good: [MISSING, 0, 1, -1, 1_700_000_000_000],
    bad: [null, "1", 1.5, {}, []],
    expected: TS,
  },
  {
    rule: "W12.3",
    message: { type: "ping" },
    field: "ts",
    good: [MISSING, 0, 1, -1, 1_700_000_000_000],
    bad: [null, "1", 1.5, {}, []],
    expected: TS,
  },
];

describe("protocol limits", () => {
  for (const { rule, message, field, good, bad, expected } of cases) {
    const subject = `${field} of ${message.type}`;
    const judge = (value: unknown) =>
      parseFrame(JSON.stringify({ ...message, [field]: value }), false)[0]!;

    it(`${rule} ${subject} may be anything up to its limits`, () => {
      for (const value of good) {
        const parsed = judge(value);
        assert(parsed.ok, `refused: ${JSON.stringify(value)}`);
      }
    });

    it(`${rule} ${subject} beyond them is INVALID_FIELD, which names the field and the limit`, () => {
      for (const value of bad) {
        const parsed = judge(value);
        assert(!parsed.ok, `accepted: ${JSON.stringify(value)}`);
        assertEquals(parsed.refusal.code, "INVALID_FIELD");
        assertEquals(parsed.refusal.message, expected);
      }
    });
  }
});
