import { assertArrayIncludes, assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { frame, HANDSHAKE, OPCODE, openRaw } from "../harness/raw.ts";
import { LIMIT_MS, openApplication, type Transport } from "./application.ts";
import { closeFrame, untilClose } from "./close_frame.ts";

const { more, text } = OPCODE;
const UNSAID = { code: 1006, reason: "" };
const REQUEST = [
  "GET / HTTP/1.1",
  "host: localhost",
  ...Object.entries(HANDSHAKE)
    .map((it) => it.join(": ")),
  "",
  "",
].join("\r\n");

export function endContract(transport: Transport) {
  it("hears the last frame of a peer that ends behind it", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(frame(text, "last words"));
    peer.end();
    assertEquals(await visit.next(), "last words");
    assertEquals(await visit.end(), UNSAID);
    await peer.ended();
  });

  it("answers the close of a peer that ends behind it", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(new Uint8Array([...frame(text, "last"), ...closeFrame(1000, "bye")]));
    peer.end();
    assertEquals((await untilClose(peer)).code, 1000);
    assertEquals(await visit.end(), { code: 1000, reason: "bye" });
    assertEquals(visit.inbox.unread, ["last"]);
  });

  for (
    const [what, bytes] of [
      ["nothing", new Uint8Array()],
      ["half a head of a frame", frame(text, "x".repeat(70_000)).slice(0, 4)],
      ["half a frame", frame(text, "never whole").slice(0, 9)],
      ["half a message", frame(text, "never whole", { isLast: false })],
      [
        "half a fragment",
        joined(frame(text, "a", { isLast: false }), frame(more, "b").slice(0, 3)),
      ],
    ] as const
  ) {
    for (const how of ["ends", "resets"] as const) {
      it(`a peer that sent ${what} and ${how} is told as gone, and nothing else is heard`, async () => {
        await using application = await openApplication(transport);
        const { peer, visit } = await application.connect();
        await using _peer = peer;
        await peer.write(joined(frame(text, "whole"), bytes));
        assertEquals(await visit.next(), "whole");
        if (how === "ends") peer.end();
        else await peer.reset();
        assertEquals(await visit.end(), UNSAID);
        assertEquals(visit.inbox.unread, []);
        await peer.ended();
      });
    }
  }

  it("a peer that resets in place of answering a close is told as gone", async () => {
    await using application = await openApplication(transport);
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    visit.socket.close(4009, "too slow");
    await untilClose(peer);
    await peer.reset();
    assertArrayIncludes([1005, 1006], [(await visit.end()).code]);
  });

  it("a request whose head never ends holds no place in the application", async () => {
    await using application = await openApplication(transport);
    await using half = await openRaw(application.url);
    await half.write(REQUEST.slice(0, -2));
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await peer.write(frame(text, "others are served"));
    await visit.next();
    assertEquals([application.addresses.length, application.visits.length], [1, 1]);
    await half.write("\r\n");
    await application.arrived();
  });

  const { abort } = transport.abilities;
  it(`a request whose head never ends is ${abort ? "cut in the end" : "left as it is"}`, async () => {
    await using application = await openApplication(transport, { idleTimeoutSeconds: 2 });
    await using half = await openRaw(application.url);
    await half.write(REQUEST.slice(0, -2));
    if (abort) {
      await half.ended(LIMIT_MS);
      return assertEquals(application.addresses, []);
    }
    // A WebSocket that says nothing is cut, and that one is not.
    const { peer, visit } = await application.connect();
    await using _peer = peer;
    await visit.end();
    await half.write("\r\n");
    await application.arrived();
  });

  it("a peer that ends or resets within the head of its request is never heard of", async () => {
    await using application = await openApplication(transport);
    for (const how of ["ends", "resets"] as const) {
      await using half = await openRaw(application.url);
      await half.write(REQUEST.slice(0, -10));
      if (how === "ends") half.end();
      else await half.reset();
      await half.ended();
    }
    assertEquals(application.addresses, []);
  });

  it("what is no HTTP at all is refused or cut, and is no fault", async () => {
    await using application = await openApplication(transport);
    for (
      const nonsense of [
        "\u0016\u0003\u0001",
        "hello\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
      ]
    ) {
      await using peer = await openRaw(application.url);
      await peer.write(nonsense);
      peer.end();
      await peer.ended();
    }
    assertEquals(application.addresses, []);
  });
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
