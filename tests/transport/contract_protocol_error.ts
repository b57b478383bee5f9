import { assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE } from "../harness/raw.ts";
import { openApplication, type Transport } from "./application.ts";
import { untilClose } from "./close_frame.ts";

const { more, text, binary, close, ping } = OPCODE;

/** What breaks the protocol of WebSockets, and the close that RFC 6455 has for it. */
const ERRORS: [what: string, code: number, ...frames: Uint8Array[]][] = [
  ["text that is not UTF-8", 1007, frame(text, bytes(0x22, 0xff, 0xfe))],
  ["text that ends in half a character", 1007, frame(text, bytes(0x22, 0xc3))],
  ["a surrogate in UTF-8", 1007, frame(text, bytes(0xed, 0xa0, 0x80))],
  ["an overlong character", 1007, frame(text, bytes(0xc0, 0xaf))],
  [
    "a character that breaks over fragments",
    1007,
    frame(text, bytes(0xc3), { isLast: false }),
    frame(more, "x"),
  ],
  ["a reserved bit", 1002, reserved(0x40)],
  ["another reserved bit", 1002, reserved(0x20)],
  ["an unknown opcode", 1002, frame(3, "x")],
  ["an unknown control opcode", 1002, frame(11, "x")],
  ["a continuation of nothing", 1002, frame(more, "x")],
  ["a message inside another", 1002, frame(text, "x", { isLast: false }), frame(binary, "x")],
  ["a ping of 126 bytes", 1002, frame(ping, "x".repeat(126))],
  ["a ping in fragments", 1002, frame(ping, "x", { isLast: false })],
  ["a close of one byte", 1002, frame(close, bytes(3))],
  ["a close whose reason is not UTF-8", 1007, frame(close, bytes(3, 232, 255))],
  ["HTTP after the handshake", 1002, new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")],
];

export function protocolErrorContract(transport: Transport) {
  const { protocolErrors } = transport.abilities;

  for (const [what, code, ...frames] of ERRORS) {
    it(`${what} ${protocolErrors ? `is answered with ${code}` : "ends it without a word"}`, async () => {
      await using application = await openApplication(transport);
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      for (const bytes of frames) await peer.write(bytes);
      if (protocolErrors) assertEquals((await untilClose(peer)).code, code);
      else await assertRejects(() => peer.nextFrame(), Error, "ended the connection");
      peer.end();
      assertEquals(await visit.end(), { code: 1006, reason: "" });
      assertEquals(visit.inbox.unread, []);
    });
  }

  it(`frames without a mask are ${protocolErrors ? "answered with 1002" : "taken"}`, async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(frame(text, "unmasked", { isMasked: false }));
    if (!protocolErrors) return assertEquals(await visit.next(), "unmasked");
    assertEquals((await untilClose(peer)).code, 1002);
    peer.end();
    assertEquals(await visit.end(), { code: 1006, reason: "" });
    assertEquals(visit.inbox.unread, []);
  });
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

/** A text frame with a bit set that only an extension could give a meaning. */
function reserved(bit: number): Uint8Array {
  return frame(text, "x").map((byte, index) => index === 0 ? byte | bit : byte);
}
