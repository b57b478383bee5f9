import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Client, openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";

type Headers = Record<string, string>;

const from = (client: string, more: Headers = {}): Headers => ({
  "x-forwarded-for": client,
  ...more,
});

/** A connection, or the status of its refusal. */
async function knock(server: Server, headers: Headers, query = ""): Promise<Client | number> {
  try {
    const client = await openClient(`${server.wsUrl}${query}`, { headers });
    await client.next("welcome");
    return client;
  } catch (error) {
    return Number(/code: (\d+)/.exec(String(error))?.[1]);
  }
}

/** The status of a request for a connection that is then not made. */
async function ask(server: Server, headers: Headers): Promise<number> {
  const response = await fetch(`${server.url}/ws`, { headers });
  await response.body?.cancel();
  return response.status;
}

describe("proxy", () => {
  it("W15.7 behind a trusted proxy each client has its own places, and is in the log", async () => {
    await using server = await startServer({
      TRUSTED_PROXIES: "127.0.0.0/8",
      MAX_CONNECTIONS_PER_IP: "2",
    });
    await using stack = new AsyncDisposableStack();
    for (const client of ["203.0.113.1", "203.0.113.2", "2001:db8::1", "1.1.1.1, 203.0.113.3"]) {
      for (let count = 0; count < 2; count++) {
        const connection = await knock(server, from(client));
        assert(connection instanceof Client, `${client}: ${connection}`);
        stack.use(connection);
      }
      assertEquals([client, await knock(server, from(client))], [client, 429]);
    }
    // An address that the client made up before its own, and the same /64 of IPv6.
    assertEquals(await knock(server, from("9.9.9.9, 203.0.113.1")), 429);
    assertEquals(await knock(server, from("2001:db8::ffff:1")), 429);
    await stack.disposeAsync();
    await server.said(/of "203\.0\.113\.3" left/);
    assertFalse(/of "(1\.1\.1\.1|127\.0\.0\.1)" left/.test(server.stderr()));
    assertFalse(server.stderr().includes("TRUSTED_PROXIES"));
  });

  it("W15.7 nobody else is believed, whatever header they send", async () => {
    await using server = await startServer({
      TRUSTED_PROXIES: "10.0.0.1",
      MAX_CONNECTIONS_PER_IP: "5",
    });
    const statuses = [];
    for (const name of ["x-forwarded-for", "forwarded", "x-real-ip", "x-client-ip"]) {
      for (let index = 0; index < 2; index++) {
        statuses.push(await ask(server, { [name]: `203.0.113.${index}` }));
      }
    }
    assertEquals(statuses, [426, 426, 426, 426, 426, 429, 429, 429]);
  });

  it("W15.7 a proxy that is not trusted is told of once", async () => {
    await using server = await startServer();
    for (let index = 0; index < 5; index++) await ask(server, from(`203.0.113.${index}`));
    await server.said(/127\.0\.0\.1.* sends X-Forwarded-For and is not in TRUSTED_PROXIES/);
    assertEquals(server.stderr().match(/TRUSTED_PROXIES/g)?.length, 1);
  });

  it("W15.11 who guesses is refused with a time, in the log once a penalty, and others are not", async () => {
    await using server = await startServer({ WS_TOKEN: "a-token", TRUSTED_PROXIES: "127.0.0.1" });
    const guess = (client: string, token: string) =>
      ask(server, from(client, { authorization: `Bearer ${token}` }));
    const statuses = [];
    for (let index = 0; index < 12; index++) statuses.push(await guess("203.0.113.1", `g${index}`));
    assertEquals(statuses, [...Array(11).fill(401), 429]);
    assertEquals(await guess("203.0.113.2", "a-token"), 426);
    await server.said(/too many bad tokens from "203\.0\.113\.1": no token is looked at for 1 s/);
    assertEquals(server.stderr().match(/too many bad tokens/g)?.length, 1);
  });
});

describe("log injection", () => {
  it("P6 nothing that a client sends begins a line of the log, or paints the terminal", async () => {
    for (const LOG_FORMAT of ["text", "json"]) {
      await using server = await startServer({
        LOG_FORMAT,
        LOG_LEVEL: "debug",
        TRUSTED_PROXIES: "127.0.0.1",
      });
      const evil =
        '"\u2028\u202e\u061c\u009b\u001b[31m2026-01-01T00:00:00Z [ERR] snug: "root" left';
      const header = '"\t[ERR] snug: "root" left';
      const query = `?username=${encodeURIComponent(evil)}`;
      assertEquals(await knock(server, {}, query), 400);
      const name = "?username=%22%20left%20%5BERR%5D";
      const client = await knock(
        server,
        { "user-agent": header, ...from(`${header}, 203.0.113.1`), referer: header },
        name,
      );
      assert(client instanceof Client);
      client.send({ type: "join", room: "general" });
      client.close(4999, evil.slice(0, 30));
      await client.closed;
      await server.said(/203\.0\.113\.1/);
      server.kill("SIGTERM");
      await server.exited;
      for (const line of server.stderr().trimEnd().split("\n")) {
        if (LOG_FORMAT === "json") JSON.parse(line);
        else assertMatch(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z \[(INF|WRN|DBG)\] snug: /);
        assertFalse(/[\p{Cc}\u2028\p{Bidi_Control}]/u.test(line), JSON.stringify(line));
      }
      assertFalse(server.stderr().includes('[ERR] snug: "root" left') && LOG_FORMAT === "text");
    }
  });
});
