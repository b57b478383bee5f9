import { assertEquals, assertGreater } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE } from "../harness/raw.ts";
import { openApplication, type Transport } from "./application.ts";

const { text, ping, pong } = OPCODE;

export function pingContract(transport: Transport) {
  it("W12.2 answers a ping with its own bytes", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (const size of [0, 1, 125]) {
      const payload = new Uint8Array(size).fill(size);
      await peer.write(frame(ping, payload));
      assertEquals(await peer.nextFrame(), { opcode: pong, payload });
    }
    assertEquals(visit.inbox.unread, []);
  });

  it("a pong that nobody asked for is taken, and not heard", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(frame(pong, "nobody asked"));
    await peer.write(frame(text, "next"));
    assertEquals(await visit.next(), "next");
  });

  it("W12.2 cuts a peer that answers no ping, and tells it once", async () => {
    await using application = await openApplication(transport, { idleTimeoutSeconds: 2 });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    assertEquals((await peer.nextFrame()).opcode, ping);
    await visit.end();
    await peer.ended();
  });

  it("W12.2 keeps a peer that says nothing but pongs", async () => {
    await using application = await openApplication(transport, { idleTimeoutSeconds: 2 });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    for (let round = 0; round < 3; round++) {
      const { opcode, payload } = await peer.nextFrame();
      assertEquals(opcode, ping);
      await peer.write(frame(pong, payload));
    }
    await peer.write(frame(text, "still here"));
    assertEquals(await visit.next(), "still here");
  });

  it("P5 a peer that pings on and reads no pong fills nobody's memory", async () => {
    await using application = await openApplication(transport, {
      heard: (visit, data) => visit.send(data as string),
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    peer.stopReading();
    const one = frame(ping, "x".repeat(125));
    const many = new Uint8Array(one.length * 250_000);
    for (let at = 0; at < many.length; at += one.length) many.set(one, at);
    // More than the system's buffers take.
    peer.pour(many);
    if (transport.abilities.abort) return assertEquals((await visit.end()).code, 1006);
    // It takes no more pings until its pongs are taken.
    const { peer: other } = await application.connect();
    await using _other = other;
    for (let round = 0; round < 300; round++) {
      await other.write(frame(text, "others are served"));
      await other.nextFrame();
    }
    assertGreater(peer.unsent, 0);
  });
}
