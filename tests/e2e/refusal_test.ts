import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertLess,
  assertMatch,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import { type Answer, HANDSHAKE, openRaw, openRawClient } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";

type Headers = Record<string, string>;

/** What a request gets on a connection of its own. */
async function ask(server: Server, path: string, headers: Headers = {}): Promise<Answer> {
  await using raw = await openRaw(server.url);
  return await raw.request(path, headers);
}

/** Asserts the form of a refusal (W15.6): JSON with a code and a sentence, and nothing internal. */
function assertRefused({ status, headers, body }: Answer, expected: number, code: string) {
  assertEquals([status, headers.get("content-type")], [expected, "application/problem+json"], body);
  const { code: given, message, retryAfterMs, ...rest } = JSON.parse(body);
  assertEquals([given, rest], [code, { status: expected, detail: message }]);
  assertMatch(message, /^[^\n]{10,}$/);
  assertFalse(/\.ts|\bat |node_modules|Error:/.test(message), message);
  const retryAfter = headers.get("retry-after");
  assertEquals(retryAfter, retryAfterMs === undefined ? null : `${Math.ceil(retryAfterMs / 1000)}`);
  return { retryAfterMs };
}

const PATHS = ["/ws", "/ws/chat/general", "/ws/echo"];

describe("refusal", () => {
  it("W15.6 who would be let in gets 426, in every way to ask, and it costs no place", async () => {
    await using server = await startServer({ MAX_CONNECTIONS: "1" });
    for (const path of [...PATHS, ...PATHS, "/ws?username=ada", "/ws/chat/caf%C3%A9"]) {
      const answer = await ask(server, path);
      assertRefused(answer, 426, "UPGRADE_REQUIRED");
      assertEquals(answer.headers.get("upgrade"), null);
      // A proxy that swallows the upgrade leaves one of the two, or neither.
      assertRefused(await ask(server, path, { connection: "Upgrade" }), 426, "UPGRADE_REQUIRED");
    }
    await using _client = await openClient(server.wsUrl);
  });

  it("W15.6 without an upgrade the answer is what the upgrade would get", async () => {
    await using server = await startServer({
      WS_TOKEN: "secret",
      ALLOWED_ORIGINS: "https://app.example",
    });
    const authorization = "Bearer secret";
    for (const path of PATHS) {
      for (const upgrade of [{}, HANDSHAKE] as Headers[]) {
        assertRefused(await ask(server, path, upgrade), 401, "UNAUTHORIZED");
        const bad = { authorization: "Bearer x" };
        assertRefused(await ask(server, path, { ...upgrade, ...bad }), 401, "UNAUTHORIZED");
        const foreign = { authorization, origin: "https://evil.example" };
        assertRefused(await ask(server, path, { ...upgrade, ...foreign }), 403, "FORBIDDEN");
      }
      const good = { authorization, origin: "https://app.example" };
      assertRefused(await ask(server, path, good), 426, "UPGRADE_REQUIRED");
      assertEquals((await ask(server, path, { ...good, ...HANDSHAKE })).status, 101);
    }
  });

  it("W15.6 asked why, it says the same with 200, and an upgrade is refused as ever", async () => {
    await using server = await startServer({ WS_TOKEN: "secret" });
    for (const path of PATHS) {
      for (const [token, expected] of [["wrong", 401], ["secret", 426]] as const) {
        const headers = { authorization: `Bearer ${token}` };
        const { status, body } = await ask(server, path, headers);
        const asked = await ask(server, `${path}?why`, headers);
        assertEquals([status, asked.status, asked.body], [expected, 200, body]);
        assertEquals(JSON.parse(body).status, expected);
      }
      const upgrade = await ask(server, `${path}?why`, { ...HANDSHAKE, authorization: "Bearer x" });
      assertRefused(upgrade, 401, "UNAUTHORIZED");
    }
  });

  it("W15.4 a page may connect from the same host and port, or from a listed origin", async () => {
    await using server = await startServer({ ALLOWED_ORIGINS: "https://app.example,http://b:81" });
    const { host, port } = new URL(server.url);
    for (
      const [origin, expected] of [
        [`http://${host}`, 101],
        [`https://${host}`, 101],
        ["https://app.example", 101],
        ["http://b:81", 101],
        ["http://app.example", 403],
        ["https://app.example:444", 403],
        ["https://app.example.evil.example", 403],
        ["https://x.app.example", 403],
        ["http://b", 403],
        [`http://127.0.0.1:${Number(port) + 1}`, 403],
        [`http://localhost:${port}`, 403],
        ["http://127.0.0.1", 403],
        ["null", 403],
        ["file://", 403],
        ["", 403],
        [`http://${host}/`, 403],
        [`http://${host}@evil.example`, 403],
      ] as const
    ) {
      const { status } = await ask(server, "/ws", { ...HANDSHAKE, origin });
      assertEquals([origin, status], [origin, expected]);
    }
  });

  it("W15.5 in open mode every route answers only to names of this machine", async () => {
    await using server = await startServer({ ALLOWED_ORIGINS: "https://app.example" });
    const { port } = new URL(server.url);
    for (const path of [...PATHS, "/", "/healthz", "/readyz", "/nothing", "/chat.js", "/api"]) {
      for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.2", "localhost.evil"]) {
        assertRefused(await ask(server, path, { host }), 403, "FORBIDDEN");
        assertRefused(await ask(server, path, { ...HANDSHAKE, host }), 403, "FORBIDDEN");
      }
      for (const host of [`localhost:${port}`, "LOCALHOST", `[::1]:${port}`, "app.example"]) {
        assert((await ask(server, path, { host })).status !== 403, `${path} as ${host}`);
      }
    }
    await using guarded = await startServer({ WS_TOKEN: "secret" });
    assertEquals((await ask(guarded, "/healthz", { host: "chat.example" })).status, 200);
  });

  it("W15.6 a Host that is none is refused, and keeps no place", async () => {
    await using server = await startServer({ WS_TOKEN: "secret", MAX_CONNECTIONS: "1" });
    for (const host of ["[", "a b", "%", "::", "x:99999", "<b>"]) {
      const answer = await ask(server, "/ws?token=secret", { ...HANDSHAKE, host });
      assertRefused(answer, 400, "INVALID_FIELD");
    }
    await using _client = await openClient(`${server.wsUrl}?token=secret`);
    assertFalse(/Invalid URL|\bat /.test(server.stderr()), server.stderr());
  });

  it("W15.6 a bad room or username is 400, before and instead of an upgrade", async () => {
    await using server = await startServer();
    for (
      const path of [
        "/ws/chat/%00",
        "/ws/chat/a%20b",
        "/ws/chat/a%2Fb",
        "/ws/chat/.hidden",
        "/ws/chat/%ff",
        "/ws/chat/%",
        `/ws/chat/${"x".repeat(65)}`,
        `/ws/chat/${"%C3%A9".repeat(33)}`,
        "/ws/chat/%F0%9F%98%80",
        `/ws?username=${"x".repeat(33)}`,
        "/ws?username=%00",
        "/ws?username=a%0Ab",
        "/ws?username=%20",
        "/ws/chat/general?username=a%E2%80%A8b",
        "/ws/echo?username=%07",
      ]
    ) {
      assertRefused(await ask(server, path), 400, "INVALID_FIELD");
      assertRefused(await ask(server, path, HANDSHAKE), 400, "INVALID_FIELD");
    }
    await using _client = await openClient(`${server.wsUrl}?username=${"%F0%9F%98%80".repeat(32)}`);
  });

  it("W15.6 an upgrade that is no WebSocket handshake is 400 and names the version", async () => {
    await using server = await startServer({ MAX_CONNECTIONS: "1" });
    for (
      const missing of [
        { "sec-websocket-key": "" },
        { "sec-websocket-version": "8" },
        { "sec-websocket-version": "" },
        { connection: "close" },
      ]
    ) {
      const headers = Object.entries({ ...HANDSHAKE, ...missing }).filter(([, value]) => value);
      const answer = await ask(server, "/ws", Object.fromEntries(headers));
      assertRefused(answer, 400, "INVALID_FIELD");
      assertEquals(answer.headers.get("sec-websocket-version"), "13");
    }
    await using _client = await openClient(server.wsUrl);
  });

  it("W15.6 W15.11 too many connections from one address are 429 with a time", async () => {
    await using server = await startServer({ MAX_CONNECTIONS_PER_IP: "2" });
    await using _first = await enter(server);
    await using _second = await enter(server, { username: "bob" });
    for (const upgrade of [{}, HANDSHAKE]) {
      const refused = assertRefused(await ask(server, "/ws", upgrade), 429, "RATE_LIMITED");
      assertGreater(refused.retryAfterMs, 0);
    }
    // What is no connection is not counted.
    assertEquals((await ask(server, "/healthz")).status, 200);
  });

  it("W15.6 a full server is 503, and has room again when somebody goes", async () => {
    await using server = await startServer({ MAX_CONNECTIONS: "1" });
    const only = await enter(server, { username: "ada" });
    for (const path of PATHS) {
      const { status, headers, body } = await ask(server, path, HANDSHAKE);
      assertEquals([status, headers.get("content-type")], [503, "application/problem+json"]);
      assertGreater(JSON.parse(body).retryAfterMs, 0);
      assertGreater(Number(headers.get("retry-after")), 0);
    }
    assertEquals((await ask(server, "/healthz")).status, 200);
    await only[Symbol.asyncDispose]();
    await server.said(/"ada"/);
    await using _next = await enter(server);
  });

  it("W15.6 peers that go away in the middle of the handshake keep no place", async () => {
    await using server = await startServer({
      MAX_CONNECTIONS: "3",
      MAX_CONNECTIONS_PER_IP: "1000000",
      DRAIN_MS: "500",
    });
    const lines = Object.entries({ host: "localhost", ...HANDSHAKE }).map((it) => it.join(": "));
    const request = ["GET /ws HTTP/1.1", ...lines, "", ""].join("\r\n");
    for (let i = 0; i < 60; i++) {
      await using raw = await openRaw(server.url);
      await raw.write(request);
      await raw.reset();
    }
    // What was taken for them comes back by and by.
    const deadline = performance.now() + 5000;
    await using stack = new AsyncDisposableStack();
    for (let open = 0; open < 3;) {
      assertLess(performance.now(), deadline);
      // One that was taken just now for somebody who is gone is not free yet.
      const client = await openRawClient(server.url).catch(() => undefined);
      if (client) open++;
      if (client) stack.use(client);
    }
  });
});
