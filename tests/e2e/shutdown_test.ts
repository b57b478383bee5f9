import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { openRawClient } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, texts, type Visitor } from "../harness/visitor.ts";

const ROOMY = { RATE_BURST: "10000", RATE_MESSAGES_PER_SECOND: "10000" };

/** How long the server took to end, in milliseconds, after it was told to. */
async function stop(server: Server, signal: Deno.Signal): Promise<number> {
  const begun = performance.now();
  server.kill(signal);
  const { code, signal: killedBy } = await server.exited;
  assertEquals([code, killedBy], [0, null], server.stderr());
  return performance.now() - begun;
}

describe("shutdown", () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`P7 W13.2 ${signal} sends everyone home with 1012, and what was said is kept`, async () => {
      await using folder = await tempFolder();
      const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
      await using server = await startServer(env);
      await using ada = await enter(server, { username: "ada" });
      await using bob = await enter(server, { isPlain: true });
      await using idle = await openClient(server.wsUrl);
      await using echo = await openClient(`${server.wsUrl}/echo`);
      const ack = await say(ada, "hi", { ref: "r-1" });

      assertLess(await stop(server, signal), 5000);
      for (const client of [ada, bob, idle, echo]) {
        assertEquals(await client.closed, { code: 1012, reason: "restarting" });
      }
      for (const client of [ada, bob, idle]) {
        const [closing, ...more] = heard(client, "closing");
        assertEquals([closing?.code, more], [1012, []]);
        assertEquals(lastType(client.frames), "closing");
        const { reconnectAfterMs } = closing!;
        assert(Number.isInteger(reconnectAfterMs), `${reconnectAfterMs}`);
        assert(reconnectAfterMs >= 500 && reconnectAfterMs <= 2000, `${reconnectAfterMs}`);
      }
      assertEquals(echo.frames, []);

      await using again = await startServer(env);
      await using back = await enter(again, {
        session: ada.welcome.session,
        since: { epoch: ada.joined.epoch, seq: 0 },
      });
      assertEquals(back.joined.messages, heard(ada, "chat"));
      assertEquals(back.joined.gap, false);
      assertEquals(await say(back, "hi", { ref: "r-1" }), ack);
    });
  }

  it("W13.2 the times to come back are spread out", async () => {
    await using server = await startServer();
    await using stack = new AsyncDisposableStack();
    const clients: Visitor[] = [];
    for (let i = 0; i < 30; i++) clients.push(stack.use(await enter(server)));
    await stop(server, "SIGTERM");
    await Promise.all(clients.map(({ closed }) => closed));
    const delays = clients.map((client) => heard(client, "closing")[0]!.reconnectAfterMs);
    assertGreater(new Set(delays).size, 20);
    assertGreater(Math.max(...delays) - Math.min(...delays), 500);
  });

  it("W13.2 W15.6 a client that never answers keeps the server until DRAIN_MS, and no longer", async () => {
    await using server = await startServer({ DRAIN_MS: "1500" });
    await using _deaf = await openRawClient(server.url);
    await using ada = await enter(server);
    const begun = performance.now();
    server.kill("SIGTERM");
    assertEquals((await ada.closed).code, 1012);
    // Meanwhile nobody else gets in.
    for (const path of ["/ws", "/ws/echo", "/ws/chat/general"]) {
      const response = await fetch(`${server.url}${path}`);
      assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
      const { message, ...rest } = await response.json();
      const refusal = { code: "UNAVAILABLE", retryAfterMs: 2000, status: 503, detail: message };
      assertEquals([typeof message, rest], ["string", refusal]);
    }
    await assertRejects(() => openClient(server.wsUrl), Error, "503");
    assertEquals((await server.exited).code, 0);
    const tookMs = performance.now() - begun;
    assert(tookMs > 1000 && tookMs < 4500, `${tookMs} ms`);
  });

  it("P5 a client that reads nothing does not keep it longer either", async () => {
    await using server = await startServer({
      ...ROOMY,
      DRAIN_MS: "1500",
      MAX_MESSAGE_BYTES: "900000",
      OUTBOX_BYTES: "3600000",
    });
    await using deaf = await openRawClient(server.url, "/ws/chat/general");
    await deaf.until("joined");
    deaf.stopReading();
    await using ada = await enter(server);
    for (let i = 0; i < 4; i++) await say(ada, "x".repeat(800_000));
    const tookMs = await stop(server, "SIGTERM");
    assertEquals((await ada.closed).code, 1012);
    assertLess(tookMs, 4500);
  });

  it("a second signal ends the server at once, and what was acknowledged is kept", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db`, DRAIN_MS: "20000" };
    {
      await using server = await startServer(env);
      await using _deaf = await openRawClient(server.url);
      await using ada = await enter(server);
      await say(ada, "hi");
      const begun = performance.now();
      server.kill("SIGTERM");
      await server.said(/sending everyone home/);
      server.kill("SIGINT");
      assertEquals((await server.exited).code, 1);
      assertLess(performance.now() - begun, 5000);
    }
    await using again = await startServer(env);
    await using back = await enter(again);
    assertEquals(texts(back.joined.messages), ["hi"]);
  });
});

/** The type of the last message, presence aside, which is told when its time comes. */
function lastType(frames: readonly unknown[]): string | undefined {
  const types = frames.flatMap((frame) => String(frame).split("\n"))
    .map((line): string => JSON.parse(line).type);
  return types.findLast((type) => type !== "presence" && type !== "system");
}
