import { assert, assertEquals, assertFalse } from "@std/assert";
import { it } from "@std/testing/bdd";
import { type Answer, HANDSHAKE, openRaw } from "../harness/raw.ts";
import { type Application, openApplication, type Transport } from "./application.ts";

type Headers = Record<string, string>;

/** What a request gets on a connection of its own. */
async function ask(
  { url }: Application,
  headers: Headers,
  method?: string,
): Promise<Answer> {
  await using peer = await openRaw(url);
  return await peer.request("/path?query", headers, method);
}

export function handshakeContract(transport: Transport) {
  it("answers an upgrade as RFC 6455 has it, without extensions", async () => {
    await using application = await openApplication(transport);
    const { status, headers } = await ask(application, {
      ...HANDSHAKE,
      "sec-websocket-extensions": "permessage-deflate; client_max_window_bits",
    });
    assertEquals(status, 101);
    assertEquals(headers.get("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assertEquals(headers.get("upgrade")?.toLowerCase(), "websocket");
    assertEquals(headers.get("connection")?.toLowerCase(), "upgrade");
    assertFalse(headers.has("sec-websocket-extensions"));
    assertFalse(headers.has("sec-websocket-protocol"));
  });

  it("takes the headers of an upgrade in any case, and beside others", async () => {
    await using application = await openApplication(transport);
    for (
      const odd of [
        { connection: "keep-alive, Upgrade" },
        { connection: "upgrade", upgrade: "WebSocket" },
        { connection: "UPGRADE", upgrade: "WEBSOCKET" },
        { "x-long": "x".repeat(4000) },
        { "x-bytes": "\u00e9" },
      ]
    ) {
      const { status } = await ask(application, { ...HANDSHAKE, ...odd });
      assertEquals([odd, status], [odd, 101]);
      await (await application.arrived()).end();
    }
  });

  it("hands over the request as it was sent, and the address of the peer", async () => {
    const seen: string[] = [];
    await using application = await openApplication(transport, {
      fetch: (request, upgrade) => {
        const { method, url, headers } = request;
        seen.push(method, new URL(url).pathname, new URL(url).search, headers.get("x-odd")!);
        return upgrade();
      },
    });
    await ask(application, { ...HANDSHAKE, "x-odd": "a, b;c=\u00fc" });
    // A header is bytes, each of them a character.
    assertEquals(seen, ["GET", "/path", "?query", "a, b;c=\u00c3\u00bc"]);
    assertEquals(application.addresses, ["127.0.0.1"]);
  });

  it("what is no upgrade is a request like any other, and its connection goes on", async () => {
    await using application = await openApplication(transport);
    await using peer = await openRaw(application.url);
    for (const headers of [{}, { upgrade: "websocket2" }, {}] as Headers[]) {
      const { status, body } = await peer.request("/", headers);
      assertEquals([status, body], [200, "here"]);
    }
    assertEquals((await peer.request("/", HANDSHAKE)).status, 101);
    await application.arrived();
  });

  it("a handshake that lacks something keeps no place, whatever it gets", async () => {
    await using application = await openApplication(transport, {
      fetch: (_, upgrade) => {
        try {
          return upgrade();
        } catch {
          application.visits.pop();
          return new Response("no handshake", { status: 400 });
        }
      },
    });
    for (
      const missing of [
        { "sec-websocket-key": "" },
        { "sec-websocket-key": "short" },
        { "sec-websocket-version": "" },
        { "sec-websocket-version": "99" },
        { "sec-websocket-protocol": "a,,a" },
        { connection: "close" },
        { upgrade: "h2c" },
      ] as Headers[]
    ) {
      const headers = Object.entries({ ...HANDSHAKE, ...missing }).filter(([, value]) => value);
      const { status } = await ask(application, Object.fromEntries(headers));
      assert([101, 400].includes(status), `${status} for ${JSON.stringify(missing)}`);
    }
    // Disposing of it waits for the end of each that was taken.
  });

  it("delivers a refusal whole, and keeps nothing of it", async () => {
    const body = "no\n".repeat(20_000);
    await using application = await openApplication(transport, {
      fetch: () =>
        new Response(body, {
          status: 403,
          headers: [
            ["x-why", "because"],
            ["set-cookie", "a=1"],
            ["set-cookie", "b=2"],
            ["content-length", `${body.length}`],
          ],
        }),
    });
    for (const ahead of [new Uint8Array(), new TextEncoder().encode("sent ahead of the answer")]) {
      await using peer = await openRaw(application.url);
      const answer = await peer.request("/", HANDSHAKE, "GET", ahead);
      assertEquals([answer.status, answer.headers.get("x-why")], [403, "because"]);
      assertEquals(answer.headers.getSetCookie(), ["a=1", "b=2"]);
      assertEquals(answer.headers.get("content-length"), `${body.length}`);
      assertEquals(answer.body, body);
    }
    assertEquals(application.visits, []);
  });

  it("an upgrade by another method than GET is the application's to refuse", async () => {
    await using application = await openApplication(transport, {
      fetch: ({ method }) => new Response(`not by ${method}`, { status: 405 }),
    });
    for (const method of ["POST", "PUT", "OPTIONS", "TRACE"]) {
      const { status, body } = await ask(application, HANDSHAKE, method);
      assertEquals([method, status, body], [method, 405, `not by ${method}`]);
    }
  });

  it("an application that throws is a fault and a 500, for an upgrade too", async () => {
    await using application = await openApplication(transport, {
      fetch: () => {
        throw new Error("on purpose");
      },
    });
    for (const headers of [{}, HANDSHAKE] as Headers[]) {
      const { status, body } = await ask(application, headers);
      assertEquals([status, JSON.parse(body).code], [500, "INTERNAL"]);
    }
    assertEquals(application.faults.splice(0), ["Error: on purpose", "Error: on purpose"]);
  });

  for (
    const offered of [
      "snug.v1",
      "snug.v1, auth.secret",
      "auth.secret,snug.v1",
      "auth.secret ,  snug.v1",
      "auth.secret,x,\tsnug.v1",
    ]
  ) {
    it(`selects the one subprotocol that it is told to, of ${JSON.stringify(offered)}`, async () => {
      await using application = await openApplication(transport, { protocol: "snug.v1" });
      const headers = { ...HANDSHAKE, "sec-websocket-protocol": offered };
      const answer = await ask(application, headers);
      assertEquals([answer.status, answer.headers.get("sec-websocket-protocol")], [101, "snug.v1"]);
    });
  }

  it("selects no subprotocol when it is told none, whatever is offered", async () => {
    await using application = await openApplication(transport);
    const headers = { ...HANDSHAKE, "sec-websocket-protocol": "chat, auth.secret" };
    const answer = await ask(application, headers);
    assertEquals([answer.status, answer.headers.get("sec-websocket-protocol")], [101, null]);
  });

  // Without an abort such a connection is never freed: the listener can't end.
  const { abort } = transport.abilities;
  const sanitizers = { sanitizeOps: abort, sanitizeResources: abort };
  it(
    "a peer that goes while the application still thinks is told as gone",
    sanitizers,
    async () => {
      const asked = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      const upgraded = Promise.withResolvers<void>();
      const application = await openApplication(transport, {
        fetch: async (_, upgrade) => {
          asked.resolve();
          await gone.promise;
          try {
            return upgrade();
          } finally {
            upgraded.resolve();
          }
        },
      });
      {
        await using peer = await openRaw(application.url);
        const lines = Object.entries({ host: "localhost", ...HANDSHAKE }).map((it) =>
          it.join(": ")
        );
        await peer.write(["GET / HTTP/1.1", ...lines, "", ""].join("\r\n"));
        await asked.promise;
        await peer.reset();
      }
      gone.resolve();
      await upgraded.promise;
      assertEquals(await application.visits[0]!.end(), { code: 1006, reason: "" });
      if (abort) await application[Symbol.asyncDispose]();
    },
  );
}
