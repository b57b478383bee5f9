import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type Client, openClient } from "../harness/client.ts";
import { frame, HANDSHAKE, OPCODE, openRaw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";

function openEcho(server: Server, protocols: string[] = []): Promise<Client> {
  return openClient(`${server.url.replace("http", "ws")}/ws/echo`, { protocols });
}

/** The close of a frame over the limit; npm's ws makes it by itself, and gives no reason. */
const TOO_BIG = {
  code: 1009,
  reason: Deno.env.get("E2E_TRANSPORT") === "ws" ? "" : "message too big",
};

describe("echo", () => {
  it("W15.2 every frame comes back as it came, in order", async () => {
    await using server = await startServer();
    for (const protocols of [[], ["snug.v1"]]) {
      await using client = await openEcho(server, protocols);
      const frames = [
        "hi",
        "",
        " ",
        '{"type":"join","room":"general"}\n{"type":"ping"}\n\n',
        new Uint8Array([0, 255, 10]),
        new Uint8Array(),
        "é😀\u0000\u2028",
        "x".repeat(16_384),
        new Uint8Array(16_384).fill(7),
        "last",
      ];
      for (const sent of frames) client.sendRaw(sent);
      for (const sent of frames) assertEquals(await client.nextFrame(), sent);
    }
  });

  it("W15.2 a fragmented frame comes back too", async () => {
    await using server = await startServer();
    await using raw = await openRaw(server.url);
    assertEquals((await raw.request("/ws/echo", HANDSHAKE)).status, 101);
    await raw.write(frame(OPCODE.text, "a", { isLast: false }));
    await raw.write(frame(OPCODE.more, "b"));
    const { opcode, payload } = await raw.nextFrame();
    assertEquals([opcode, new TextDecoder().decode(payload)], [OPCODE.text, "ab"]);
  });

  it("W15.2 it sends nothing of its own, also where others get pings and are closed", async () => {
    await using server = await startServer({ HEARTBEAT_MS: "500", HEARTBEAT_GRACE_MS: "300" });
    await using echo = await openEcho(server);
    await using silent = await openClient(server.wsUrl);
    assertEquals((await silent.closed).code, 4000);
    echo.sendRaw("still here");
    assertEquals(await echo.nextFrame(), "still here");
    assertEquals(echo.frames, ["still here"]);
  });

  it("W2.1 a frame over the limit closes with 1009", async () => {
    await using server = await startServer();
    for (const large of ["x".repeat(16_385), "é".repeat(8193), new Uint8Array(16_385)]) {
      await using client = await openEcho(server);
      client.sendRaw(large);
      assertEquals(await client.closed, TOO_BIG);
      assertEquals(client.frames, []);
    }
  });

  it("W15.2 of many frames at once none is left out", async () => {
    await using server = await startServer();
    // Together they are less than the outbox holds.
    const count = 60;
    for (const make of [(n: number) => new Uint8Array(16_000).fill(n), (n: number) => `${n}`]) {
      await using client = await openEcho(server);
      for (let n = 0; n < count; n++) client.sendRaw(make(n));
      for (let n = 0; n < count; n++) {
        const frame = await client.nextFrame();
        assertEquals([frame.length, frame[0]], [make(n).length, make(n)[0]]);
      }
    }
  });

  it("W15.2 an echo is nobody: it has no name, and its life is not in the log", async () => {
    await using server = await startServer();
    {
      await using client = await openEcho(server);
      client.sendRaw("hi");
      await client.nextFrame();
    }
    await using other = await openClient(`${server.wsUrl}?username=ada`);
    assertEquals((await other.next("welcome")).user, "ada");
    other.close(1000);
    await server.said(/"ada"/);
    assertMatch(server.stderr(), /^[^\n]*"ada"[^\n]*\n$/);
  });
});
