import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Parsed, parseFrame } from "../src/client_message.ts";
import { encode, parseRoomName, type Refusal, type RoomName } from "../src/protocol.ts";

/** What one message means, sent by a plain client. */
function parse(message: unknown, path?: string): Parsed {
  const json = typeof message === "string" ? message : JSON.stringify(message);
  const parsed = parseFrame(json, false, path as RoomName | undefined);
  assertEquals(parsed.length, 1);
  return parsed[0]!;
}

function accepted(message: unknown, path?: string): Record<string, unknown> {
  const parsed = parse(message, path);
  assert(parsed.ok, `refused: ${JSON.stringify(parsed)}`);
  return parsed.message;
}

function refused(message: unknown, path?: string): Refusal {
  const parsed = parse(message, path);
  assert(!parsed.ok, `accepted: ${JSON.stringify(parsed)}`);
  return parsed.refusal;
}

describe("protocol", () => {
  it("the shortest client's messages are understood", () => {
    assertEquals(accepted('{"type":"join","room":"general"}'), { type: "join", room: "general" });
    assertEquals(accepted('{"type":"chat","room":"general","text":"hi"}'), {
      type: "chat",
      room: "general",
      text: "hi",
    });
    assertEquals(accepted('{"type":"pong","ts":1}'), { type: "pong", ts: 1 });
  });

  it("W1.1 unknown fields are ignored", () => {
    const json = '{"type":"leave","room":"a","user":"eve","uid":7,"__proto__":{"room":"b"}}';
    assertEquals(accepted(json), { type: "leave", room: "a" });
    assertEquals(Object.keys(accepted(json)).sort(), ["room", "type"]);
  });

  for (const [name, number] of [["too large", "1e999"], ["broken", "1.5"]]) {
    it(`W1.1 a number that is ${name} is refused in every field`, () => {
      const fields: [field: string, json: string][] = [
        ["ts", `{"type":"ping","ts":${number}}`],
        ["ts", `{"type":"pong","ts":${number}}`],
        ["replyTo", `{"type":"chat","room":"a","text":"t","replyTo":${number}}`],
        ["since", `{"type":"join","room":"a","since":{"epoch":"e","seq":${number}}}`],
        ["before", `{"type":"history","room":"a","before":${number}}`],
        ["limit", `{"type":"history","room":"a","limit":${number}}`],
      ];
      for (const [field, json] of fields) {
        const { code, message } = refused(json);
        assertEquals(code, "INVALID_FIELD");
        assertMatch(message, new RegExp(`^${field} must be `));
      }
    });
  }

  it("W1.3 a batched frame holds one object to a line, blank lines aside", () => {
    const frame = '{"type":"ping"}\n\n {"type":"rooms"} \r\n{"type":"ping","ts":2}\n';
    const types = parseFrame(frame, true).map((parsed) => parsed.ok && parsed.message.type);
    assertEquals(types, ["ping", "rooms", "ping"]);
  });

  it("W1.3 W3.3 a batched frame of blank lines is a PARSE_ERROR, as any without a message", () => {
    for (const frame of ["", "\n", " \n\r\n"]) {
      const [parsed, ...others] = parseFrame(frame, true);
      assertEquals(others, []);
      assert(parsed && !parsed.ok);
      assertEquals(parsed.refusal.code, "PARSE_ERROR");
    }
  });

  it("W1.4 a plain frame is one object, with white space around and inside it", () => {
    const spaced = '\r\n\t {\n  "type" :\n "ping"\r\n}\n ';
    assertEquals(accepted(spaced), { type: "ping" });
    assertEquals(refused('{"type":"ping"}\n{"type":"ping"}').code, "PARSE_ERROR");
  });

  it("W2.3 a frame of 64 messages is read, one of 65 is refused whole", () => {
    const lines = (count: number) => Array(count).fill('{"type":"ping","ref":"r"}').join("\n\n");
    assertEquals(parseFrame(lines(64), true).length, 64);
    const [parsed, ...others] = parseFrame(lines(65), true);
    assertEquals(others, []);
    assert(parsed && !parsed.ok);
    assertEquals(parsed.refusal.code, "INVALID_FIELD");
    assertStringIncludes(parsed.refusal.message, "at most 64 messages");
    assertEquals(parsed.refusal.ref, undefined);
  });

  it("W2.6 a room name is brought into NFC, also where an error names it", () => {
    const decomposed = "cafe\u0301";
    assertEquals(accepted({ type: "join", room: decomposed }).room, "caf\u00e9");
    assertEquals(refused({ type: "chat", room: decomposed }).room, "caf\u00e9");
    assertEquals(parseRoomName(decomposed), { ok: true, room: "caf\u00e9" as RoomName });
  });

  it("W2.6 a room name is measured in NFC", () => {
    assertEquals(accepted({ type: "join", room: "e\u0301".repeat(32) }).room, "é".repeat(32));
    // U+0958 is two characters in NFC: 6 bytes instead of 3.
    refused({ type: "join", room: "\u0958".repeat(11) });
  });

  it("W3.1 a refusal carries the ref and the room back where they are usable", () => {
    const { ref, room } = refused({ type: "chat", room: "a", text: "", ref: "r1" });
    assertEquals({ ref, room }, { ref: "r1", room: "a" });
    const unusable = refused({ type: "chat", room: "a b", text: "", ref: "r 1" });
    assert(!("ref" in unusable) && !("room" in unusable));
    assertEquals(refused({ type: "dance", ref: "r2" }).ref, "r2");
  });

  it("W3.1 every message may carry a ref", () => {
    const fields = { room: "a", text: "t", of: 1, emoji: "e", ref: "!~" };
    for (const type of ["edit", "delete", "react", "topic"]) {
      assertEquals(accepted({ type, ...fields }).ref, "!~");
    }
    for (const type of ["join", "leave", "chat", "history", "members", "rooms", "typing"]) {
      assertEquals(accepted({ type, ...fields }).ref, "!~");
    }
    for (const type of ["ping", "pong"]) assertEquals(accepted({ type, ref: "!~" }).ref, "!~");
  });

  for (
    const text of [
      ...["", " ", "\n", "hello", "{", "{}", "[]", "null", "true", "7", '"join"', "undefined"],
      ...['{"type":7}', '{"type":null}', '{"type":["join"]}', '{"type":{}}', '{"Type":"join"}'],
      ...['[{"type":"ping"}]', '{"type":"ping"', '{"type":"ping"}}', "{'type':'ping'}", "\ufeff{}"],
      ...['{"__proto__":{"type":"ping"}}', '{"type":"ping",}', "\0", "NaN"],
    ]
  ) {
    it(`W3.3 ${JSON.stringify(text)} is a PARSE_ERROR`, () => {
      assertEquals(refused(text), {
        code: "PARSE_ERROR",
        message: 'send a JSON object with a string "type"',
      });
    });
  }

  for (const type of ["", "Join", "toString", "__proto__", "constructor", "welcome", "error"]) {
    it(`W3.3 the type ${JSON.stringify(type)} is UNKNOWN_TYPE, and the message names the known`, () => {
      const { code, message } = refused({ type, room: "a" });
      assertEquals(code, "UNKNOWN_TYPE");
      assertStringIncludes(message, "join, leave, chat, edit, delete, react, topic, history");
    });
  }

  it("W15.1 W10.8 the room of the path stands in, but not for a ban: without a room it is from everything", () => {
    const rooms = ["kick", "mute", "ban", "bans"].map((type) => {
      const parsed = parse({ type, uid: "u" }, "lobby");
      return parsed.ok && "room" in parsed.message && parsed.message.room;
    });
    assertEquals(rooms, ["lobby", "lobby", false, false] as (RoomName | false)[]);
  });

  it("W3.5 each message of a frame is judged alone", () => {
    const frame = '{"type":"ping"}\nnonsense\n{"type":"chat"}\n{"type":"ping","ts":2}';
    const judged = parseFrame(frame, true).map((parsed) => parsed.ok || parsed.refusal.code);
    assertEquals(judged, [true, "PARSE_ERROR", "INVALID_FIELD", true]);
  });

  it("W10.2 typing is on unless false", () => {
    assertEquals(accepted({ type: "typing", room: "a" }).on, true);
    assertEquals(accepted({ type: "typing", room: "a", on: true }).on, true);
    assertEquals(accepted({ type: "typing", room: "a", on: false }).on, false);
  });

  it("W4.7 a reaction is on unless false", () => {
    const react = { type: "react", room: "a", of: 1, emoji: "👍" };
    assertEquals(accepted(react).on, true);
    assertEquals(accepted({ ...react, on: false }).on, false);
  });

  it("W15.1 the room of the path stands in where a message names none", () => {
    const rest = { text: "t", of: 1, emoji: "e" };
    const entries = ["chat", "edit", "delete", "react", "topic"];
    for (const type of [...entries, "leave", "history", "typing", "members"]) {
      assertEquals(accepted({ type, ...rest }, "lobby").room, "lobby");
      assertEquals(accepted({ type, ...rest, room: "other" }, "lobby").room, "other");
      assertMatch(refused({ type, ...rest }).message, /^room must be /);
      assertMatch(refused({ type, ...rest, room: null }, "lobby").message, /^room must be /);
    }
    assertEquals(accepted({ type: "ping" }, "lobby"), { type: "ping" });
  });

  it("W1.3 what is encoded is one line, whatever its text", () => {
    const text = 'a\nb\r\nc\u2028d\u0085e"f\\g\0h';
    const entry = { room: "a" as RoomName, text };
    const line = encode({ type: "system", ...entry });
    assert(!/[\n\r]/.test(line));
    assertEquals(JSON.parse(line), { type: "system", ...entry });
  });
});
