import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE } from "../harness/raw.ts";
import { openApplication, type Transport } from "./application.ts";

const { more, text, binary, ping, pong } = OPCODE;
/** Around every change of how a frame's length is written. */
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000];

const encode = (data: string) => new TextEncoder().encode(data);
const decode = (data: Uint8Array) => new TextDecoder().decode(data);

export function messageContract(transport: Transport) {
  it("hands over text of every size, and sends it back", async () => {
    await using application = await openApplication(transport, {
      heard: (visit, data) => visit.send(data as string),
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (const size of SIZES) {
      const sent = "é".repeat(size / 2) + "x".repeat(size % 2);
      await peer.write(frame(text, sent));
      assertEquals(await visit.next(), sent);
      const { opcode, payload } = await peer.nextFrame();
      assertEquals([opcode, decode(payload)], [text, sent]);
    }
  });

  it("hands over binary of every size, and sends it back", async () => {
    await using application = await openApplication(transport, {
      heard: (visit, data) => visit.socket.sendBinary(data as Uint8Array<ArrayBuffer>),
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (const size of SIZES) {
      const sent = new Uint8Array(size).map((_, index) => index);
      await peer.write(frame(binary, sent));
      assertEquals(await visit.next(), sent);
      assertEquals(await peer.nextFrame(), { opcode: binary, payload: sent });
    }
  });

  it("hands over bytes that stay as they are when more comes", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(new Uint8Array([1, 2, 3].flatMap((n) => [...frame(binary, bytes(n))])));
    const heard = [await visit.next(), await visit.next(), await visit.next()];
    await peer.write(frame(text, "x".repeat(1000)));
    await visit.next();
    assertEquals(heard, [bytes(1), bytes(2), bytes(3)]);
  });

  it("keeps the order of text and binary, both ways", async () => {
    await using application = await openApplication(transport, {
      heard: (visit, data) =>
        typeof data === "string" ? visit.send(data) : visit.socket.sendBinary(new Uint8Array(data)),
    });
    const { peer } = await application.connect();
    await using _peer = peer;
    const frames = Array.from({ length: 200 }, (_, n) => frame(n % 3 ? text : binary, `${n}`));
    await peer.write(new Uint8Array(frames.flatMap((it) => [...it])));
    for (let n = 0; n < 200; n++) {
      const { opcode, payload } = await peer.nextFrame();
      assertEquals([opcode, decode(payload)], [n % 3 ? text : binary, `${n}`]);
    }
  });

  it("makes one message of fragments, and answers pings between them", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (const opcode of [text, binary]) {
      const whole = encode("in pieces: é😀");
      // Every byte is a fragment, so characters are split; an empty one follows it.
      for (const [index, byte] of whole.entries()) {
        const opens = index === 0 ? opcode : more;
        await peer.write(frame(opens, new Uint8Array([byte]), { isLast: false }));
        await peer.write(frame(more, "", { isLast: false }));
        await peer.write(frame(ping, `${index}`));
        assertEquals(await peer.nextFrame(), { opcode: pong, payload: encode(`${index}`) });
      }
      await peer.write(frame(more));
      assertEquals(await visit.next(), opcode === text ? decode(whole) : whole);
    }
    assertEquals(visit.inbox.unread, []);
  });

  it("takes a frame that comes byte by byte, and its mask", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (const byte of frame(text, "é".repeat(100))) await peer.write(new Uint8Array([byte]));
    assertEquals(await visit.next(), "é".repeat(100));
  });

  it("hears what comes in one segment with the handshake", async () => {
    await using application = await openApplication(transport, {
      opened: (visit) => visit.send("welcome"),
    });
    await using peer = await application.knock(frame(text, "early"));
    assertEquals(await (await application.arrived()).next(), "early");
    assertEquals(decode((await peer.nextFrame()).payload), "welcome");
  });

  it("gives plain peers a frame for each line, and batched ones whole lines", async () => {
    for (const isBatched of [false, true]) {
      await using application = await openApplication(transport, { isBatched });
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      const lines = ['{"a":"é"}', "x".repeat(125), "x".repeat(126), "x".repeat(65_536), ""];
      visit.send(...lines);
      visit.send("last");
      const frames: string[] = [];
      while (frames.at(-1) !== "last") {
        const { opcode, payload } = await peer.nextFrame();
        assertEquals(opcode, text);
        frames.push(decode(payload));
      }
      if (isBatched) assertEquals(frames.join("\n").split("\n"), [...lines, "last"]);
      else assertEquals(frames, [...lines, "last"]);
    }
  });
}

function bytes(n: number): Uint8Array {
  return new Uint8Array(20).fill(n);
}
