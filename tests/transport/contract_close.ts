import { assertArrayIncludes, assertEquals, assertRejects } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, OPCODE } from "../harness/raw.ts";
import { openApplication, type Transport } from "./application.ts";
import { closeFrame, untilClose } from "./close_frame.ts";

const { text, binary } = OPCODE;

const CLOSES: [code: number, reason: string][] = [
  [1000, "bye"],
  [1001, ""],
  [1009, "message too big"],
  [1011, "x".repeat(123)],
  [1012, "restarting"],
  [1013, "server full"],
  [3000, "é😀"],
  [3999, ""],
  [4000, "heartbeat timeout"],
  [4009, "too slow"],
  [4999, "last"],
];

export function closeContract(transport: Transport) {
  it("W13 closes with every code and reason, and tells it when the peer has answered", async () => {
    await using application = await openApplication(transport);
    for (const [code, reason] of CLOSES) {
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      visit.socket.close(code, reason);
      const close = await untilClose(peer);
      assertEquals(close, { code, reason });
      assertEquals(visit.ends, []);
      await peer.write(closeFrame(code, reason));
      assertEquals(await visit.end(), { code, reason });
      await peer.ended();
    }
  });

  it("W13 tells the code and reason of a peer that closes, and answers with the same", async () => {
    await using application = await openApplication(transport);
    for (const [code, reason] of CLOSES) {
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      await peer.write(closeFrame(code, reason));
      assertEquals((await untilClose(peer)).code, code);
      assertEquals(await visit.end(), { code, reason });
      await peer.ended();
    }
  });

  it("a close without a code is told as 1005", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(closeFrame());
    await untilClose(peer);
    assertEquals(await visit.end(), { code: 1005, reason: "" });
  });

  it("a close by a code that none may send is answered with 1002, and told as 1006", async () => {
    await using application = await openApplication(transport);
    for (const code of [0, 999, 1005, 1006, 1015, 2999, 5000]) {
      const { peer, visit } = await application.connect();
      await using _peer = peer;
      await peer.write(closeFrame(code, "why"));
      assertEquals((await untilClose(peer)).code, 1002);
      peer.end();
      assertEquals(await visit.end(), { code: 1006, reason: "" });
    }
  });

  it("when both close at once, the peer gets one close, and the end is told once", async () => {
    await using application = await openApplication(transport, {
      heard: (visit) => visit.socket.close(4001, "ours"),
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(new Uint8Array([...frame(text, "close"), ...closeFrame(1000, "theirs")]));
    // Ours, or the answer to theirs.
    assertArrayIncludes([4001, 1000], [(await untilClose(peer)).code]);
    await assertRejects(() => peer.nextFrame(), Error, "ended the connection");
    await visit.end();
    assertEquals(visit.ends.length, 1);
  });

  it("a second close changes nothing, and closing what is closed is silent", async () => {
    await using application = await openApplication(transport, {
      closed: ({ socket }) => {
        socket.close(4002, "too late");
        socket.terminate();
      },
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    visit.socket.close(4000, "first");
    visit.socket.close(4001, "second");
    assertEquals(await untilClose(peer), { code: 4000, reason: "first" });
    await peer.write(closeFrame(4000, "first"));
    assertEquals(await visit.end(), { code: 4000, reason: "first" });
    visit.socket.close(4003, "again");
  });

  it("what is sent before a close comes before it, and what is sent after it is dropped", async () => {
    await using application = await openApplication(transport, {
      closed: (visit) => visit.send("after the end"),
    });
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    visit.send("one");
    visit.socket.sendBinary(new Uint8Array([2]));
    visit.send("three");
    visit.socket.close(4000, "");
    visit.send("after");
    visit.socket.sendBinary(new Uint8Array([4]));
    const opcodes: number[] = [];
    for (let n = 0; n < 4; n++) opcodes.push((await peer.nextFrame()).opcode);
    assertEquals(opcodes, [text, binary, text, OPCODE.close]);
    await peer.write(closeFrame(4000));
    await assertRejects(() => peer.nextFrame(), Error, "ended the connection");
    await visit.end();
    assertEquals(visit.socket.buffered, 0);
  });
}
