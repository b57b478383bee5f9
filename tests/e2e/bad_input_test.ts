import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter, heard, say, settled, texts } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "10000", RATE_MESSAGES_PER_SECOND: "10000" };

/** Lets somebody misbehave between two who talk, and asserts that they never notice. */
async function unnoticed(misbehave: (server: Server) => Promise<void>) {
  await using server = await startServer(ROOMY);
  await using ada = await enter(server, { username: "ada" });
  await using bob = await enter(server, { username: "bob", isPlain: true });
  await say(ada, "before");
  await misbehave(server);
  await say(bob, "after");
  await using late = await enter(server);
  assertEquals(texts(late.joined.messages), ["before", "after"]);
  for (const client of [ada, bob]) {
    await settled(client);
    assertEquals(heard(client, "chat"), late.joined.messages);
  }
  assertFalse(server.stderr().includes("[ERR]"), server.stderr());
}

/** Sends frames that must each be answered by one error, and by nothing else. */
async function refused(server: Server, frames: string[], code: string, names = "") {
  for (const isPlain of [true, false]) {
    await using client = await enter(server, { isPlain, room: "other" });
    for (const frame of frames) {
      const { length } = client.frames;
      client.sendRaw(frame);
      await settled(client);
      const answers = client.frames.slice(length).join("\n").split("\n").map((it) => JSON.parse(it))
        .filter(({ type }) => type !== "system" && type !== "presence");
      const shown = [frame.slice(0, 200), answers.map((answer) => answer.code ?? answer.type)];
      assertEquals(shown, [frame.slice(0, 200), [code, "pong"]]);
      assertStringIncludes(answers[0].message, names);
      assertFalse(/\.ts|Error:|\n/.test(answers[0].message));
    }
  }
}

/** The close of a frame over the limit; npm's ws makes it by itself, and gives no reason. */
const TOO_BIG = {
  code: 1009,
  reason: Deno.env.get("E2E_TRANSPORT") === "ws" ? "" : "message too big",
};

describe("bad input", () => {
  it("W3.3 what is no JSON object with a string type is PARSE_ERROR", async () => {
    await unnoticed(async (server) => {
      const deep = "[".repeat(16_000);
      const frames = ["", " ", "hi", "{", '{"type":}', "null", "[]", "1", '"join"', "{}", deep];
      frames.push(
        '{"type":1}',
        '{"type":null}',
        '{"type":["join"]}',
        '[{"type":"ping"}]',
        "\u0000",
      );
      frames.push(
        '{"TYPE":"ping"}',
        "{'type':'ping'}",
        '{"type":"ping"}}',
        '\ufeff{"type":"ping"}',
      );
      await refused(server, frames, "PARSE_ERROR");
    });
  });

  it("W3.3 an unknown type is UNKNOWN_TYPE", async () => {
    await unnoticed(async (server) => {
      const types = ["nope", "", "JOIN", "welcome", "ack", "__proto__", "constructor", "toString"];
      await refused(server, types.map((type) => JSON.stringify({ type })), "UNKNOWN_TYPE");
    });
  });

  it("W2.2 W2.5 a field that is missing or wrong is INVALID_FIELD, and is named", async () => {
    await unnoticed(async (server) => {
      const room = "other";
      const long = "x".repeat(65);
      const wrong: Record<string, object[]> = {
        room: [
          { type: "join" },
          { type: "join", room: null },
          { type: "join", room: 5 },
          { type: "join", room: ["general"] },
          { type: "chat", text: "hi" },
          { type: "leave", room: "" },
          ...[
            " ",
            ".a",
            "-a",
            "_a",
            "a b",
            "a/b",
            "a\n",
            "#a",
            "\u0301a",
            "😀",
            "a\u0000",
            "a\u200d",
          ]
            .map((room) => ({ type: "join", room })),
          ...[long, "é".repeat(33), "\\ud800"].map((room) => ({ type: "join", room })),
          { type: "join", room: "a\ud800" },
        ],
        ref: ["", "a b", "é", "x".repeat(65), "a\n", "\u007f", 1, null, {}]
          .map((ref) => ({ type: "ping", ref })),
        text: ["", null, 1, ["a"], "\ud800", "a\udc00b", undefined]
          .map((text) => ({ type: "chat", room, text })),
        since: [
          {},
          { epoch: 1, seq: 1 },
          { epoch: "a" },
          { seq: 1 },
          "a",
          null,
          [],
          5,
          {
            epoch: "a",
            seq: -1,
          },
          { epoch: "a", seq: 1.5 },
          { epoch: "a", seq: "1" },
          { epoch: "x".repeat(33), seq: 1 },
        ]
          .map((since) => ({ type: "join", room, since })),
        before: [0, -1, 1.5, "1", null, 1e300, 2 ** 53].map((before) => ({
          type: "history",
          room,
          before,
        })),
        limit: [0, -1, 0.5, "9", {}].map((limit) => ({ type: "history", room, limit })),
        replyTo: [0, 1, -1, 1.5, "1", null].map((replyTo) => ({
          type: "chat",
          room,
          text: "a",
          replyTo,
        })),
        on: ["yes", 1, null].map((on) => ({ type: "typing", room, on })),
        after: [1, null, {}].map((after) => ({ type: "members", room, after })),
        ts: ["1", null, {}, 1.5].map((ts) => ({ type: "ping", ts })),
      };
      for (const [field, messages] of Object.entries(wrong)) {
        const frames = messages.map((message) => JSON.stringify(message));
        await refused(server, frames, "INVALID_FIELD", field);
      }
      // W1.1: numbers are finite.
      await refused(server, ['{"type":"ping","ts":1e999}'], "INVALID_FIELD", "ts");
    });
  });

  it("W2.6 odd but good room names are rooms, the same in each form of Unicode", async () => {
    await unnoticed(async (server) => {
      for (
        const [asked, room] of [
          ["a", "a"],
          ["9._-", "9._-"],
          ["Ünïcödé", "Ünïcödé"],
          ["cafe\u0301", "caf\u00e9"],
          ["チャット", "チャット"],
          ["हिन्दी", "हिन्दी"],
          ["x".repeat(64), "x".repeat(64)],
          ["é".repeat(32), "é".repeat(32)],
          ["constructor", "constructor"],
          ["__proto__".slice(2), "proto__"],
          ["toString", "toString"],
        ]
      ) {
        await using client = await enter(server, { room: asked! });
        assertEquals(client.joined.room, room);
        assertEquals((await say(client, "hi", { room: asked! })).room, room);
      }
    });
  });

  it("W2.1 a frame over the limit closes with 1009, and nothing in it is done", async () => {
    await unnoticed(async (server) => {
      const chat = (text: string) => JSON.stringify({ type: "chat", room: "general", text });
      const empty = chat("").length;
      const batch = Array.from({ length: 60 }, () => chat("x".repeat(300))).join("\n");
      for (
        const frame of [
          chat("x".repeat(16_385 - empty)),
          chat("é".repeat((16_386 - empty) / 2)),
          " ".repeat(16_385),
          batch,
          new Uint8Array([7, ...new TextEncoder().encode("general"), ...new Uint8Array(16_378)]),
          "x".repeat(3_000_000),
        ]
      ) {
        await using client = await enter(server);
        client.sendRaw(frame);
        assertEquals(await client.closed, TOO_BIG);
        assertEquals(heard(client, "error"), []);
      }
    });
    await using server = await startServer();
    await using client = await enter(server);
    const largest = (text: string) =>
      JSON.stringify({ type: "chat", room: "general", text, ref: "r" });
    client.sendRaw(largest("é".repeat((16_384 - largest("").length) / 2)));
    assertEquals((await client.until("ack")).seq, 1);
  });

  it("W2.3 64 messages in a frame are done, of 65 none is", async () => {
    await unnoticed(async (server) => {
      await using client = await enter(server, { room: "other" });
      const frame = (count: number) =>
        Array.from({ length: count }, (_, i) => `{"type":"chat","room":"other","text":"${i}"}`);
      client.sendRaw(frame(65).join("\n"));
      await settled(client);
      assertEquals(heard(client, "error").map(({ code }) => code), ["INVALID_FIELD"]);
      assertEquals(heard(client, "chat"), []);
      client.sendRaw(`\n${frame(64).join("\r\n\n")}\n\n`);
      await settled(client);
      assertEquals(heard(client, "chat").length, 64);
    });
  });

  it("W11.2 a binary frame that can't be relayed is answered with an error", async () => {
    await unnoticed(async (server) => {
      await using client = await enter(server, { room: "other" });
      const bytes = (text: string) => new TextEncoder().encode(text);
      const frames: [number[], string][] = [
        [[], "INVALID_FIELD"],
        [[0, 1], "INVALID_FIELD"],
        [[9, ...bytes("general")], "INVALID_FIELD"],
        [[255, 1], "INVALID_FIELD"],
        [[2, 0xff, 0xfe, 1], "INVALID_FIELD"],
        [[3, ...bytes("a b"), 1], "INVALID_FIELD"],
        [[7, ...bytes("general"), 1], "NOT_JOINED"],
      ];
      for (const [frame] of frames) client.sendRaw(new Uint8Array(frame));
      await settled(client);
      const codes = heard(client, "error").map(({ code }) => code);
      assertEquals(codes, frames.map(([, code]) => code));
    });
  });

  it("W13.3 a flood is refused, and a thousand refusals in a row close with 4008", async () => {
    await unnoticed(async (server) => {
      await using slow = await startServer({ RATE_MESSAGES_PER_SECOND: "1", RATE_BURST: "1" });
      await using flooder = await openClient(slow.wsUrl, { protocols: ["snug.v1"] });
      await flooder.next("welcome");
      const line = '{"type":"chat","room":"general","text":"x"}';
      const codes: string[] = [];
      // Frame by frame, as what is in flight behind the close would cost its code.
      const flood = async () => {
        for (let i = 0; i < 100; i++) {
          flooder.sendRaw(Array(64).fill(line).join("\n"));
          for (let j = 0; j < 64; j++) codes.push((await flooder.next("error")).code);
        }
      };
      await assertRejects(flood, Error, "closed with 4008 rate limited");
      assert(codes.filter((code) => code === "RATE_LIMITED").length > 900);
      assertEquals(codes[0], "NOT_JOINED");
      await using _other = await enter(server);
    });
  });
});
