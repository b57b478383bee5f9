import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { it } from "@std/testing/bdd";
import { Batch } from "../../src/batch.ts";
import { frame, OPCODE } from "../harness/raw.ts";
import { openApplication, type Transport, type Visit } from "./application.ts";
import { untilClose } from "./close_frame.ts";

const MEGABYTE = 1_000_000;
/** More than the system's buffers take. */
const LARGE = 16 * MEGABYTE;

/** Sends more than a peer that stopped reading has room for. */
function fill(visit: Visit) {
  const large = Batch.of("x".repeat(MEGABYTE));
  for (let sent = 0; sent < LARGE; sent += MEGABYTE) visit.socket.send(large);
  visit.socket.sendBinary(new Uint8Array(MEGABYTE));
}

export function stallContract(transport: Transport) {
  const { abort } = transport.abilities;

  it("P5 tells what a peer that reads nothing has not taken, and gives it all when it reads", async () => {
    await using application = await openApplication(transport, {
      heard: (visit) => visit.send("heard"),
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    const { peer: other } = await application.connect();
    await using _other = other;
    peer.stopReading();
    fill(visit);
    for (let round = 0; round < 20; round++) {
      await other.write(frame(OPCODE.text, "others are served"));
      await other.nextFrame();
    }
    assertGreater(visit.socket.buffered, MEGABYTE);
    peer.readOn();
    for (let got = 0; got < LARGE; got += MEGABYTE) {
      assertEquals((await peer.nextFrame()).payload.length, MEGABYTE);
    }
    assertEquals((await peer.nextFrame()).opcode, OPCODE.binary);
    // The count follows the network by a turn of the loop or two.
    for (let round = 0; visit.socket.buffered > 0; round++) {
      assertLess(round, 1000);
      await other.write(frame(OPCODE.text, "others are served"));
      await other.nextFrame();
    }
  });

  it(`P5 terminate ${abort ? "cuts" : "only closes, and can't cut,"} a peer that reads nothing`, async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    peer.stopReading();
    fill(visit);
    visit.socket.terminate();
    if (abort) {
      assertEquals(await visit.end(), { code: 1006, reason: "" });
      assertEquals(visit.socket.buffered, 0);
    } else {
      // Only when it reads on does it get to the close, and only then its end is told.
      const { peer: other, visit: next } = await application.connect();
      await using _other = other;
      await other.write(frame(OPCODE.text, "others are served"));
      await next.next();
      assertEquals(visit.ends, []);
      peer.readOn();
      assertEquals((await untilClose(peer)).code, 4500);
    }
    peer.readOn();
    if (abort) await peer.ended();
  });

  it(`P5 terminate ${abort ? "cuts" : "only closes"} a peer that says nothing`, async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    // A close that the peer does not answer.
    visit.socket.close(4000, "heartbeat timeout");
    assertEquals((await untilClose(peer)).code, 4000);
    visit.socket.terminate();
    if (abort) {
      assertEquals(await visit.end(), { code: 1006, reason: "" });
      await peer.ended();
    } else {
      const { peer: other, visit: next } = await application.connect();
      await using _other = other;
      await other.write(frame(OPCODE.text, "others are served"));
      await next.next();
      assertEquals(visit.ends, []);
    }
  });

  it("P5 a peer that is gone takes what is sent without a word, and its end is told once", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    peer.stopReading();
    fill(visit);
    await peer.reset();
    fill(visit);
    assertEquals((await visit.end()).code, 1006);
    fill(visit);
  });
}
