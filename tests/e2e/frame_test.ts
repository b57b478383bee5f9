import { assertEquals, assertFalse, assertObjectMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { frame, HANDSHAKE, OPCODE, openRaw, openRawClient, type Raw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter, heard, say, settled, texts } from "../harness/visitor.ts";

const { more, text, binary, close, ping, pong } = OPCODE;
const JOIN = frame(text, '{"type":"join","room":"general"}');
const chat = (words: string) => JSON.stringify({ type: "chat", room: "general", text: words });

/**
 * Lets a raw client that is in the room misbehave, again and again, while two others talk. What they
 * said is all there is, except for what is given as `said`.
 */
async function unnoticed(
  misbehave: (raw: Raw, server: Server) => Promise<void>,
  { said, connections = 1 }: { said?: string; connections?: number } = {},
) {
  await using server = await startServer({ DRAIN_MS: "1000", MAX_CONNECTIONS: "4" });
  await using ada = await enter(server);
  await using bob = await enter(server, { isPlain: true });
  const expected: string[] = [];
  for (let round = 0; round < 3; round++) {
    await say(ada, `before ${round}`);
    expected.push(`before ${round}`);
    {
      await using raw = await openRawClient(server.url);
      await raw.write(JOIN);
      await raw.until("joined");
      await misbehave(raw, server);
    }
    if (said !== undefined) expected.push(said);
    await say(bob, `after ${round}`);
    expected.push(`after ${round}`);
  }
  await settled(ada);
  await settled(bob);
  assertEquals(texts(heard(ada, "chat")), expected);
  assertEquals(heard(bob, "chat"), heard(ada, "chat"));
  // Each of them has given its place back: there is room for two more at once.
  await server.said(new RegExp(`("guest-[^]*?){${3 * connections}}`));
  await using _first = await enter(server);
  await using second = await enter(server);
  assertEquals(second.joined.messages, heard(ada, "chat"));
  assertFalse(/\[ERR\]|\bat /.test(server.stderr()), server.stderr());
}

/** Frames that break the protocol of WebSockets, so that the connection ends. */
const BROKEN: Record<string, Uint8Array[]> = {
  "text that is not UTF-8": [frame(text, new Uint8Array([0x22, 0xff, 0xfe, 0x22]))],
  "text that ends in half a character": [frame(text, new Uint8Array([0x22, 0xc3]))],
  "a surrogate in UTF-8": [frame(text, new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]))],
  "a continuation of nothing": [frame(more, "x")],
  "a new message inside a fragmented one": [
    frame(text, chat("lost").slice(0, 9), { isLast: false }),
    frame(text, chat("lost")),
  ],
  "an unknown opcode": [frame(3, "x")],
  "an unknown control opcode": [frame(11, "x")],
  "a reserved bit": [frame(text, "{}").map((byte, index) => index === 0 ? byte | 0x40 : byte)],
  "a ping of 126 bytes": [frame(ping, "x".repeat(126))],
  "a ping of 70,000 bytes": [frame(ping, "x".repeat(70_000))],
  "a fragmented ping": [frame(ping, "x", { isLast: false })],
  "a length of 2^63 bytes": [new Uint8Array([0x81, 255, 127, ...Array(7).fill(255), 1, 2, 3, 4])],
  "a length with its highest bit set": [new Uint8Array([0x81, ...Array(9).fill(255), 1, 2, 3, 4])],
  "a close frame of one byte": [frame(close, new Uint8Array([3]))],
  "a close whose reason is not UTF-8": [frame(close, new Uint8Array([3, 232, 255]))],
  "HTTP after the handshake": [new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
};

describe("frames", () => {
  for (const [what, frames] of Object.entries(BROKEN)) {
    it(`P2 ${what} ends that connection and disturbs nobody`, async () => {
      await unnoticed(async (raw) => {
        for (const bytes of frames) await raw.write(bytes);
        await raw.ended();
      });
    });
  }

  it("W1.1 a fragmented message is one message, with a ping in between", async () => {
    await unnoticed(async (raw) => {
      const bytes = new TextEncoder().encode(chat("in pieces: é"));
      const middle = bytes.length - 5; // in the middle of a character
      await raw.write(frame(text, bytes.slice(0, 3), { isLast: false }));
      await raw.write(frame(ping, "are you there"));
      await raw.write(frame(more, bytes.slice(3, middle), { isLast: false }));
      await raw.write(frame(more, "", { isLast: false }));
      await raw.write(frame(more, bytes.slice(middle)));
      assertObjectMatch(await raw.until("chat"), { text: "in pieces: é" });
    }, { said: "in pieces: é" });
  });

  it("W1.1 many messages in one segment, and one message in many, are all done in order", async () => {
    await unnoticed(async (raw) => {
      const pings = Array.from(
        { length: 50 },
        (_, ts) => frame(text, `{"type":"ping","ts":${ts}}`),
      );
      await raw.write(new Uint8Array(pings.flatMap((bytes) => [...bytes])));
      for (let ts = 0; ts < 50; ts++) assertObjectMatch(await raw.until("pong"), { ts });
      for (const byte of frame(text, '{"type":"ping","ts":50}')) {
        await raw.write(new Uint8Array([byte]));
      }
      assertObjectMatch(await raw.until("pong"), { ts: 50 });
    });
  });

  it("W2.1 fragments that are together over the limit close with 1009", async () => {
    await unnoticed(async (raw) => {
      const pieces = chat("x".repeat(17_000)).match(/.{1,4000}/g)!;
      for (const [index, piece] of pieces.entries()) {
        const isLast = index === pieces.length - 1;
        await raw.write(frame(index === 0 ? text : more, piece, { isLast }));
      }
      let last = await raw.nextFrame();
      while (last.opcode !== close) last = await raw.nextFrame();
      assertEquals([...last.payload.slice(0, 2)], [1009 >> 8, 1009 & 255]);
      await raw.write(frame(close, last.payload));
      await raw.ended();
    });
  });

  it("W12.2 a ping of up to 125 bytes is answered with the same bytes", async () => {
    await unnoticed(async (raw) => {
      for (const size of [0, 1, 125]) {
        await raw.write(frame(ping, "x".repeat(size)));
        let answer = await raw.nextFrame();
        while (answer.opcode !== pong) answer = await raw.nextFrame();
        assertEquals(answer.payload.length, size);
      }
      await raw.write(frame(pong, "nobody asked"));
      await raw.write(frame(text, '{"type":"ping"}'));
      await raw.until("pong");
    });
  });

  it("W12.1 a peer that answers nothing at all is let go, and its place with it", async () => {
    await using server = await startServer({
      HEARTBEAT_MS: "5000",
      HEARTBEAT_GRACE_MS: "2000",
      MAX_CONNECTIONS: "1",
    });
    await using gone = await openRawClient(server.url);
    await gone.ended();
    await server.said(/guest/);
    await using _next = await enter(server);
  });

  it("P5 who reads nothing is closed with 4009, and holds up nobody", async () => {
    const env = { RATE_BURST: "1000", MAX_MESSAGE_BYTES: "200000", DRAIN_MS: "1000" };
    await using server = await startServer(env);
    await using bob = await enter(server);
    await using deaf = await openRawClient(server.url, "/ws/chat/general");
    await deaf.until("joined");
    deaf.stopReading();
    await using ada = await openRawClient(server.url, "/ws/chat/general");
    await ada.until("joined");
    // More than the system's buffers and the outbox take.
    const large = "x".repeat(190_000);
    for (let i = 0; i < 80; i++) {
      await ada.write(frame(text, JSON.stringify({ type: "chat", text: large, ref: `r-${i}` })));
      await ada.until("ack");
    }
    await bob.until((message) => message.type === "chat" && message.seq === 80);
    assertEquals(
      heard(bob, "chat").map(({ seq }) => seq),
      Array.from({ length: 80 }, (_, i) => i + 1),
    );
    deaf.readOn();
    let last = await deaf.nextFrame();
    while (last.opcode !== close) last = await deaf.nextFrame();
    assertEquals(new TextDecoder().decode(last.payload.slice(2)), "too slow");
    assertEquals([...last.payload.slice(0, 2)], [4009 >> 8, 4009 & 255]);
  });

  it("P2 frames without a mask do no harm, whether they are taken or not", async () => {
    await unnoticed(async (raw) => {
      const unmasked = { isMasked: false };
      await raw.write(frame(text, '{"type":"leave","room":"general"}', unmasked));
      await raw.write(frame(binary, new Uint8Array([0]), unmasked));
      await raw.write(frame(close, "", unmasked));
      await raw.ended();
    });
  });

  it("P2 a reset in the middle of a frame loses that frame and nothing else", async () => {
    await unnoticed(async (raw) => {
      const whole = frame(text, chat("x".repeat(10_000)));
      await raw.write(whole.slice(0, 5000));
      await raw.reset();
    });
  });

  it("P2 an end in the middle of a frame, a message or the handshake is an end", async () => {
    await unnoticed(async (raw, server) => {
      await raw.write(frame(text, chat("never whole"), { isLast: false }));
      await raw.write(frame(more, chat("never whole")).slice(0, 7));
      await using half = await openRaw(server.url);
      const lines = Object.entries(HANDSHAKE).map((it) => it.join(": "));
      await half.write(["GET /ws HTTP/1.1", ...lines].join("\r\n"));
    });
  });

  it("P1 what came whole before a reset is kept, once", async () => {
    await unnoticed(async (raw, server) => {
      await using witness = await enter(server);
      await raw.write(frame(text, chat("last words")));
      await witness.until("chat");
      await raw.write(frame(text, chat("not these")).slice(0, 20));
      await raw.reset();
    }, { said: "last words", connections: 2 });
  });
});
