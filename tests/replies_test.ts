import { assert, assertEquals, assertFalse } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { filled, readReplies, replyTo } from "../src/replies.ts";

const MAX_BYTES = 300;

/** What is said in #x by these replies: text by words. */
function room(replies: Record<string, string[]>, otherwise?: string) {
  const listed = Object.entries(replies).map(([text, words]) => ({ words, text }));
  const file = { name: "Bot", rooms: { x: { replies: listed, default: otherwise } } };
  const read = readReplies(JSON.stringify(file), MAX_BYTES);
  assert(read.ok);
  return read.replies.rooms.get("x")!;
}

function problems(json: string | object): string[] {
  const read = readReplies(typeof json === "string" ? json : JSON.stringify(json), MAX_BYTES);
  assertFalse(read.ok);
  return read.problems;
}

describe("replies", () => {
  it("W20.3 a word or phrase is found anywhere, whole, whatever its case and form", () => {
    const replies = room({ hi: ["hi", "Grüß Gott"], help: ["I need help"], ja: ["営業"] });
    const cases: [string, string | undefined][] = [
      ["hi", "hi"],
      ["well, HI!", "hi"],
      ["ｈｉ", "hi"],
      ["grüss gott allerseits", "hi"],
      ["Gru\u0308ß, Gott", "hi"],
      ["oh I need - help", "help"],
      ["今日の営業時間は", "ja"],
      ["this", undefined],
      ["hi5", undefined],
      ["need help", undefined],
      ["i really need help", undefined],
      ["", undefined],
    ];
    assertEquals(cases.map(([text]) => [text, replyTo(text, replies)]), cases);
  });

  it("W20.3 the longest phrase decides, then the first, then the default", () => {
    const replies = room({ a: ["help"], b: ["need help", "cats"], c: ["cats", "dogs"] }, "what?");
    assertEquals(replyTo("i need help", replies), "b");
    assertEquals(replyTo("help", replies), "a");
    assertEquals(replyTo("dogs and cats", replies), "b");
    assertEquals(replyTo("birds", replies), "what?");
  });

  it("W20.3 {user} and {room} are put in once, whatever they hold", () => {
    const names = { user: "{room}$&", room: "x" };
    assertEquals(
      filled("{user} in {room}, {user} {other}", names),
      "{room}$& in x, {room}$& {other}",
    );
  });

  it("every problem of a file is named at once, by its path, without its texts", () => {
    const long = "x".repeat(MAX_BYTES + 1);
    const text = `a text of 1 to ${MAX_BYTES} bytes, with the longest names in it`;
    assertEquals(
      problems({
        name: "two\nlines",
        rooms: {
          "no room": {},
          general: {
            greeting: 1,
            greetings: "secret",
            replies: [
              { words: ["hi", "?!", 3], text: "" },
              { words: [], text: long },
              { word: "hi" },
              "hi",
            ],
            default: "\ud800",
          },
          other: [],
          random: { replies: {} },
          tight: { greeting: `${"x".repeat(MAX_BYTES - 128)}{user}` },
          loose: { greeting: `${"x".repeat(MAX_BYTES - 127)}{user}` },
        },
      }),
      [
        "name: expected a user name: 1 to 32 characters, each word of one script, without line " +
        "breaks and invisible characters",
        "rooms.no room: expected the name of a room",
        `rooms.general.greeting: expected ${text}`,
        "rooms.general.replies[0].words[1]: expected a word or phrase, with a letter or a digit",
        "rooms.general.replies[0].words[2]: expected a word or phrase, with a letter or a digit",
        `rooms.general.replies[0].text: expected ${text}`,
        "rooms.general.replies[1].words: expected at least one word or phrase",
        `rooms.general.replies[1].text: expected ${text}`,
        "rooms.general.replies[2].words: expected, and is missing",
        "rooms.general.replies[2].text: expected, and is missing",
        "rooms.general.replies[2].word: expected one of words, text",
        "rooms.general.replies[3]: expected an object of words, text",
        `rooms.general.default: expected ${text}`,
        "rooms.general.greetings: expected one of greeting, replies, default",
        "rooms.random.replies: expected an array of replies",
        `rooms.loose.greeting: expected ${text}`,
      ],
    );
  });

  it("what is no JSON is said to be none, with the place and nothing of what is there", () => {
    assertEquals(problems('{"name": "Bot",\n secret}'), ["expected JSON (line 2 column 2)"]);
    assertEquals(problems("secret"), ["expected JSON"]);
    assertEquals(problems("null"), ["expected an object of name, rooms"]);
    assertEquals(problems({ name: "Bot", rooms: {} }), ["rooms: expected at least one room"]);
  });
});
