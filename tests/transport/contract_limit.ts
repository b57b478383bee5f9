import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE, type Raw } from "../harness/raw.ts";
import { openApplication, type Transport } from "./application.ts";
import { untilClose } from "./close_frame.ts";

const { more, text, binary, ping, pong } = OPCODE;
const LIMIT_BYTES = 1000;

/** The message in pieces, and whether its last one ends it. */
async function writePieces(peer: Raw, opcode: number, size: number, { isEnded = true } = {}) {
  for (let from = 0; from < size; from += 300) {
    const isLast = isEnded && from + 300 >= size;
    const piece = "x".repeat(Math.min(300, size - from));
    await peer.write(frame(from === 0 ? opcode : more, piece, { isLast }));
  }
}

async function alive(peer: Raw) {
  await peer.write(frame(ping, "alive"));
  assertEquals((await peer.nextFrame()).opcode, pong);
}

export function limitContract(transport: Transport) {
  const { limit } = transport.abilities;
  const limited = { maxFrameBytes: LIMIT_BYTES };

  it("W2.1 passes a message of exactly the limit, whole and in fragments", async () => {
    await using application = await openApplication(transport, limited);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (const opcode of [text, binary]) {
      await peer.write(frame(opcode, "x".repeat(LIMIT_BYTES)));
      assertEquals((await visit.next()).length, LIMIT_BYTES);
      await writePieces(peer, opcode, LIMIT_BYTES);
      assertEquals((await visit.next()).length, LIMIT_BYTES);
    }
    // Bytes count, not characters.
    await peer.write(frame(text, "é".repeat(LIMIT_BYTES / 2)));
    assertEquals((await visit.next()).length, LIMIT_BYTES / 2);
  });

  for (const opcode of [text, binary]) {
    const kind = opcode === text ? "text" : "binary";
    const refused = limit ? "is refused with 1009" : "is left to the application to refuse";

    it(`W2.1 ${kind} of one byte over the limit ${refused}`, async () => {
      await using application = await openApplication(transport, limited);
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      await peer.write(frame(opcode, "x".repeat(LIMIT_BYTES + 1)));
      if (!limit) return assertEquals((await visit.next()).length, LIMIT_BYTES + 1);
      assertEquals((await untilClose(peer)).code, 1009);
      peer.end();
      assertEquals(await visit.end(), { code: 1009, reason: "message too big" });
      assertEquals(visit.inbox.unread, []);
    });

    it(`W2.1 ${kind} in fragments ${limit ? "is refused when it passes" : "is not bound by"} the limit`, async () => {
      await using application = await openApplication(transport, limited);
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      await writePieces(peer, opcode, LIMIT_BYTES + 200, { isEnded: false });
      if (!limit) {
        await writePieces(peer, more, 20_000);
        return assertEquals((await visit.next()).length, LIMIT_BYTES + 200 + 20_000);
      }
      assertEquals((await untilClose(peer)).code, 1009);
      peer.end();
      assertEquals((await visit.end()).code, 1009);
      assertEquals(visit.inbox.unread, []);
    });
  }

  for (
    const [what, size] of [
      ["a terabyte", [0, 0, 1, 0, 0, 0, 0, 0]],
      ["more than can be counted", [127, 255, 255, 255, 255, 255, 255, 255]],
    ] as const
  ) {
    it(`W2.1 a frame that claims ${what} ${limit ? "is refused by its head" : "is an end"}`, async () => {
      await using application = await openApplication(transport, limited);
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      await peer.write(new Uint8Array([0x81, 255, ...size, 1, 2, 3, 4]));
      if (limit) assertEquals((await untilClose(peer)).code, 1009);
      else await peer.ended();
      peer.end();
      assertEquals((await visit.end()).code, limit ? 1009 : 1006);
    });
  }

  it(`fragments that carry nothing ${limit ? "are counted, and end it" : "go on for ever"}`, async () => {
    await using application = await openApplication(transport, limited);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(frame(text, "", { isLast: false }));
    const empty = frame(more, "", { isLast: false });
    const many = new Uint8Array(empty.length * 2000);
    for (let at = 0; at < many.length; at += empty.length) many.set(empty, at);
    await peer.write(many);
    if (!limit) return await alive(peer);
    assertEquals((await untilClose(peer)).code, 1008);
    peer.end();
    assertEquals((await visit.end()).code, 1009);
  });

  it("what comes after a refused message is not heard", { ignore: !limit }, async () => {
    await using application = await openApplication(transport, limited);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    const large = frame(text, "x".repeat(LIMIT_BYTES + 1));
    await peer.write(new Uint8Array([...frame(text, "before"), ...large, ...frame(text, "after")]));
    assertEquals((await untilClose(peer)).code, 1009);
    await peer.write(frame(text, "later"));
    peer.end();
    assertEquals((await visit.end()).code, 1009);
    assertEquals(visit.inbox.unread, ["before"]);
  });
}
