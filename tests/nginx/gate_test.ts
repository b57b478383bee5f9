import { assert, assertEquals, assertFalse, assertLess, assertMatch } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { type Client, openClient } from "../harness/client.ts";
import { needs } from "../harness/needs.ts";
import { type Nginx, startNginx } from "../harness/nginx.ts";
import { HANDSHAKE, openRaw } from "../harness/raw.ts";
import { type Env, startServer } from "../harness/server.ts";
import { within } from "../harness/within.ts";

const it = needs("nginx");
const TOKEN = "the-secret-token";
/** By then a file has been packed, however slow the machine is. */
const PACKED_MS = 20_000;

type Headers = Record<string, string>;

for (const transport of ["deno", "ws"]) {
  describe(`the gate behind nginx, ${transport}`, () => {
    const behind = (env: Env = {}) =>
      startServer({ TRUSTED_PROXIES: "127.0.0.1", TRANSPORT: transport, ...env });

    it("W15.6 refusals arrive as Snug said them, to an upgrade and to who asks why", async () => {
      await using server = await behind({ WS_TOKEN: TOKEN });
      await using nginx = await startNginx([server]);
      const bearer = { authorization: `Bearer ${TOKEN}` };
      const foreign = { origin: "https://elsewhere.example" };
      for (const upgrade of [HANDSHAKE, {}]) {
        assertEquals(await ask(nginx, "/ws", { ...upgrade }), [401, "UNAUTHORIZED"]);
        const origin = await ask(nginx, "/ws", { ...upgrade, ...foreign, ...bearer });
        assertEquals(origin, [403, "FORBIDDEN"]);
      }
    });

    it("W15.6 W15.11 who has no place left is told so with a time", async () => {
      await using server = await behind({ MAX_CONNECTIONS_PER_IP: "1" });
      await using nginx = await startNginx([server]);
      await using _only = await enter(nginx);
      for (const upgrade of [HANDSHAKE, {}]) {
        assertEquals(await ask(nginx, "/ws", upgrade), [429, "RATE_LIMITED"]);
      }
    });

    it("W15.7 W15.11 limits count who came to nginx, and a forged header helps nobody", async () => {
      await using server = await behind({ MAX_CONNECTIONS_PER_IP: "2" });
      await using nginx = await startNginx([server]);
      await using stack = new AsyncDisposableStack();
      const knock = async (from: string, headers: Headers = {}) => {
        const raw = stack.use(await openRaw(nginx.url, from));
        const { status } = await raw.request("/ws", { ...HANDSHAKE, ...headers });
        if (status === 101) await raw.until("welcome");
        return status;
      };
      const forged = { "x-forwarded-for": "198.51.100.1", forwarded: "for=198.51.100.1" };
      for (const headers of [{}, forged]) {
        assertEquals(await knock("127.0.0.2", headers), 101);
      }
      for (const headers of [{}, forged]) {
        assertEquals(await knock("127.0.0.2", headers), 429);
      }
      assertEquals(await knock("127.0.0.3"), 101);
      await stack.disposeAsync();
      await server.said(/(of "127\.0\.0\.2" left[^]*){2}/);
      await server.said(/of "127\.0\.0\.3" left/);
      assertFalse(/of "(127\.0\.0\.1|198[\d.]+)" left/.test(server.stderr()), server.stderr());
    });

    it("W15.4 a page of the address that nginx answers at may connect, its port told apart", async () => {
      await using server = await behind();
      await using nginx = await startNginx([server]);
      const { hostname, port } = new URL(nginx.url);
      const status = async (origin: string) => (await ask(nginx, "/ws", { origin }))[0];
      assertEquals(await status(nginx.url), 426);
      assertEquals(await status(`http://${hostname}:${Number(port) - 1}`), 403);
      assertEquals(await status(`http://${hostname}`), 403);
      await using _client = await enter(nginx, { origin: nginx.url });
    });
  });
}

describe("nginx before Snug", () => {
  it("W15.3 no token is in any log, whatever came of the request", async () => {
    await using server = await startServer({ WS_TOKEN: TOKEN, TRUSTED_PROXIES: "127.0.0.1" });
    await using nginx = await startNginx([server]);
    const paths = ["/ws", "/ws/chat/general", "/nothing", "/metrics"];
    const query = `?token=${TOKEN}&session=${TOKEN}`;
    const visit = async (path: string) => {
      await using raw = await openRaw(nginx.url);
      await raw.request(path + query, { ...HANDSHAKE, referer: `${nginx.url}/${query}` });
    };
    for (const path of paths) await visit(path);
    {
      await using broken = await openRaw(nginx.url);
      await broken.write(`GET /ws${query} HTTP/1.1\r\nhost: a b\r\ncontent-length: x\r\n\r\n`);
      await broken.ended();
      await using large = await openRaw(nginx.url);
      await large.request(`/api/session${query}`, { "content-length": `${1e9}` }, "POST");
    }
    await nginx.said(/"\/api\/session" 413 /);
    server.kill("SIGKILL");
    await server.exited;
    for (const path of paths) await visit(path);
    await nginx.said(
      /"\/ws\/chat\/general" 101 [^]*"\/ws" 502 [^]*"\/metrics" 403/,
    );
    assertFalse(nginx.log().includes(TOKEN), nginx.log());
    assertFalse(nginx.errors().includes(TOKEN), nginx.errors());
    assertMatch(nginx.log(), /^127\.0\.0\.1 \[\S+\] GET "\/ws" 101 \d+ [\d.]+ s, 127\.\S+ 101$/m);
  });

  it("W20.5 no hook's id is in any log, however its path is spelt and whatever came of it", async () => {
    const ADMIN_TOKEN = "who-may-do-everything";
    const env = { WS_TOKEN: TOKEN, ADMIN_TOKEN, TRUSTED_PROXIES: "127.0.0.1", LOG_LEVEL: "debug" };
    await using server = await startServer(env);
    await using nginx = await startNginx([server]);
    const made = await fetch(`${nginx.url}/api/hooks`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ room: "general", name: "Builds" }),
    });
    const { id, url } = await made.json();
    assertEquals(url, `${nginx.url}/api/hooks/${id}`);
    const body = JSON.stringify({ text: "hi" });
    const headers = { "content-type": "application/json" };
    const said = await fetch(url, { method: "POST", headers, body });
    assertEquals([said.status, await said.text()], [200, "ok"]);
    const paths = [
      `/api/hooks/${id}`,
      `/api/%68ooks/${id}`,
      `//api//hooks/${id}`,
      `/api/hooks/x/${id}`,
    ];
    const visit = async (path: string, method = "GET") => {
      await using raw = await openRaw(nginx.url);
      await raw.request(path, { referer: url }, method);
    };
    for (const path of paths) await visit(path);
    server.kill("SIGTERM");
    await server.exited;
    for (const path of paths) await visit(path);
    await nginx.said(/(?:"\/api\/hooks\/-" 40[45][^]*){4}(?:"\/api\/hooks\/-" 502[^]*){4}/);
    for (const log of [nginx.log(), nginx.errors(), server.stdout() + server.stderr()]) {
      assertFalse(log.includes(id), log);
    }
    assertMatch(nginx.log(), /POST "\/api\/hooks" 201 [^]*POST "\/api\/hooks\/-" 200 /);
  });

  it("/metrics is nobody's business, by whatever spelling", async () => {
    await using upstream = serveHere(() => new Response("the figures"));
    await using nginx = await startNginx([upstream]);
    for (const path of ["/metrics", "/metrics?x=1", "//metrics", "/%6detrics", "/a/../metrics"]) {
      await using raw = await openRaw(nginx.url);
      assertEquals([path, (await raw.request(path)).status], [path, 403]);
    }
    assertEquals(await fetch(`${nginx.url}/metric`).then(read), "the figures");
  });

  it("the page's files go compressed to who takes that, and are known again", async () => {
    await using server = await startServer();
    await using nginx = await startNginx([server]);
    for (const path of ["/", "/chat.js", "/app.js", "/css/base.css"]) {
      const get = async (base: string, headers: Headers) => {
        await using raw = await openRaw(base);
        return await raw.request(path, { ...headers, connection: "close" }, "HEAD");
      };
      const whole = await get(nginx.url, {});
      assertEquals([whole.status, whole.headers.get("content-encoding")], [200, null]);
      for (const encoding of ["gzip", "br"]) {
        const accept = { "accept-encoding": encoding };
        let small = await get(nginx.url, accept);
        // Nobody is kept waiting while it is packed.
        const deadline = performance.now() + PACKED_MS;
        while (small.headers.get("content-encoding") === null && performance.now() < deadline) {
          small = await get(nginx.url, accept);
        }
        assertEquals([small.status, small.headers.get("content-encoding")], [200, encoding]);
        assertEquals(small.headers.get("vary")?.toLowerCase(), "accept-encoding");
        const etag = small.headers.get("etag")!;
        const again = await get(nginx.url, { "if-none-match": etag, ...accept });
        assertEquals([again.status, again.headers.get("etag")], [304, etag]);
      }
      // What fetch unpacks is the same file.
      const texts = await Promise.all(
        [nginx, server].map(({ url }) => fetch(url + path).then(read)),
      );
      assertEquals(texts[0], texts[1]);
    }
  });

  it("an event stream is not held back", async () => {
    const sent = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
    const body = new ReadableStream({ start: (controller) => sent.resolve(controller) });
    const headers = { "content-type": "text/event-stream" };
    await using upstream = serveHere(() => new Response(body, { headers }));
    await using nginx = await startNginx([upstream]);
    const response = await fetch(`${nginx.url}/api/rooms/general/events`);
    const stream = await sent.promise;
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      stream.enqueue(new TextEncoder().encode(event));
      assertEquals((await reader.read()).value, event);
    }
    stream.close();
    assert((await reader.read()).done);
  });

  it("the connection to Snug is kept for the next request", async () => {
    const ports: number[] = [];
    await using upstream = serveHere((_, { remoteAddr }) => {
      ports.push(remoteAddr.port);
      return new Response(null, { status: 204 });
    });
    await using nginx = await startNginx([upstream]);
    await using raw = await openRaw(nginx.url);
    for (let count = 0; count < 3; count++) assertEquals((await raw.request("/")).status, 204);
    assertEquals(ports, Array(3).fill(ports[0]));
  });

  it("connections of one address are bounded before they cost Snug anything", async () => {
    let asked = 0;
    const held = Promise.withResolvers<void>();
    await using upstream = serveHere(async () => {
      asked++;
      await held.promise;
      return new Response("here");
    });
    await using nginx = await startNginx([upstream], [[
      "limit_conn addresses 200",
      "limit_conn addresses 3",
    ]]);
    const all = Array.from({ length: 10 }, () => fetch(nginx.url));
    const statuses: number[] = [];
    const answered = all.map(async (answer) => {
      const response = await answer;
      await response.body?.cancel();
      if (statuses.push(response.status) === 7) held.resolve();
    });
    await within(10_000, "all answers", Promise.all(answered)).finally(held.resolve);
    assertEquals(statuses.toSorted(), [200, 200, 200, ...Array(7).fill(429)]);
    assertLess(asked, 4);
  });
});

/** A connection that has its welcome. */
async function enter(nginx: Nginx, headers: Headers = {}): Promise<Client> {
  const client = await openClient(nginx.wsUrl, { headers });
  await client.next("welcome");
  return client;
}

/** Status and code of the answer to a request on a connection of its own. */
async function ask(nginx: Nginx, path: string, headers: Headers): Promise<[number, string]> {
  await using raw = await openRaw(nginx.url);
  const { status, body } = await raw.request(path, headers);
  return [status, JSON.parse(body).code];
}

function read(response: Response): Promise<string> {
  return response.text();
}

/** A server in the place of Snug. */
function serveHere(answer: Deno.ServeHandler<Deno.NetAddr>) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}
