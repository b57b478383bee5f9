import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { type Client, openClient } from "../harness/client.ts";
import { openRaw } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";

type Headers = Record<string, string>;
type Answer = { status: number; headers: globalThis.Headers; body: string };

const TOKEN = "a-shared-token";
const GUARDED = { WS_TOKEN: TOKEN, JWT_SECRET: SECRET };
const JSON_TYPE = { "content-type": "application/json" };

async function ask(server: Server, method: string, headers: Headers = {}, body?: string) {
  const response = await fetch(`${server.url}/api/session`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  const answer: Answer = {
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  };
  return answer;
}

/** The cookie of an answer as a browser sends it back, and its attributes. */
function cookieOf({ headers }: Answer): { cookie: string; attributes: string[] } {
  const [cookie = "", ...attributes] = (headers.get("set-cookie") ?? "").split("; ");
  return { cookie, attributes: attributes.toSorted() };
}

async function signIn(server: Server, token = TOKEN): Promise<string> {
  const answer = await ask(server, "POST", { authorization: `Bearer ${token}` });
  assertEquals(answer.status, 200, answer.body);
  return cookieOf(answer).cookie;
}

/** A connection with these headers, or the status of its refusal. */
async function knock(server: Server, headers: Headers, query = ""): Promise<Client | number> {
  try {
    return await openClient(`${server.wsUrl}${query}`, { headers });
  } catch (error) {
    return Number(/code: (\d+)/.exec(String(error))?.[1]);
  }
}

async function enter(server: Server, headers: Headers): Promise<Client> {
  const client = await knock(server, headers);
  assert(typeof client !== "number", `refused with ${client}`);
  return client;
}

describe("session", () => {
  it("W15.9 a token becomes a cookie that no script can read, by header or by body", async () => {
    await using server = await startServer({ ...GUARDED, AUTH_HEADER: "x-ws-auth-key" });
    const body = JSON.stringify({ token: TOKEN, name: "Ada" });
    const answers = [
      await ask(server, "POST", { authorization: `Bearer ${TOKEN}` }),
      await ask(server, "POST", { "x-ws-auth-key": TOKEN }),
      await ask(server, "POST", { "content-type": "application/json; charset=utf-8" }, body),
    ];
    for (const answer of answers) {
      assertEquals(answer.status, 200, answer.body);
      const { cookie, attributes } = cookieOf(answer);
      assertMatch(cookie, /^snug=[\w-]{43}$/);
      assertEquals(attributes.map((it) => it.replace(/\d+/, "N")), [
        "HttpOnly",
        "Max-Age=N",
        "Path=/",
        "SameSite=Strict",
      ]);
      assertEquals(answer.headers.get("cache-control"), "no-store");
      const { uid, name, expires, ...rest } = JSON.parse(answer.body);
      assertMatch(uid, /^guest:/);
      assert(expires > Date.now() + 29 * 24 * 3_600_000);
      assertEquals(rest, {});
      await using client = await enter(server, { cookie });
      const welcome = await client.next("welcome");
      assertEquals([welcome.uid, welcome.user, welcome.session], [uid, name, null]);
      const who = await ask(server, "GET", { cookie });
      assertEquals([who.status, JSON.parse(who.body).uid], [200, uid]);
      assertEquals(cookieOf(who).cookie, cookie, "the browser's copy lives on");
    }
    assertEquals(JSON.parse(answers[2]!.body).name, "Ada");
  });

  it("W15.9 a user's session ends with the token it was made from", async () => {
    await using server = await startServer(GUARDED);
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const token = await sign({ sub: "u-17", name: "Ada", exp });
    const answer = await ask(server, "POST", JSON_TYPE, JSON.stringify({ token }));
    assertEquals(JSON.parse(answer.body), { uid: "u-17", name: "Ada", expires: exp * 1000 });
    const age = Number(/Max-Age=(\d+)/.exec(answer.headers.get("set-cookie")!)?.[1]);
    assert(age > 3500 && age <= 3600, String(age));
    await using client = await enter(server, { cookie: cookieOf(answer).cookie });
    const { uid, user, expires } = await client.next("welcome");
    assertEquals([uid, user, expires], ["u-17", "Ada", exp * 1000]);
  });

  it("W15.9 signing out ends its connections with 4001, and the cookie is good for nothing", async () => {
    await using folder = await tempFolder();
    const env = { ...GUARDED, STORE_URL: `sqlite:${folder.path}/snug.db` };
    let cookie = "";
    {
      await using server = await startServer(env);
      cookie = await signIn(server);
      const other = await signIn(server);
      const clients = [await enter(server, { cookie }), await enter(server, { cookie })];
      await using stays = await enter(server, { cookie: other });
      for (const client of clients) await client.next("welcome");
      await stays.next("welcome");
      const out = await ask(server, "DELETE", { cookie });
      assertEquals([out.status, out.body], [204, ""]);
      assertMatch(out.headers.get("set-cookie")!, /^snug=; Max-Age=0;/);
      for (const client of clients) {
        assertEquals(await client.closed, { code: 4001, reason: "token expired or revoked" });
      }
      assertEquals((await ask(server, "DELETE", { cookie })).status, 204);
      assertEquals((await ask(server, "DELETE")).status, 204);
      assertEquals(await knock(server, { cookie }), 401);
      assertEquals((await ask(server, "GET", { cookie })).status, 401);
      stays.send({ type: "ping", ref: "still-here" });
      await stays.until("pong");
      cookie = `${cookie}; ${other}`.split("; ")[1]!;
    }
    // The other one is there after a restart.
    await using server = await startServer(env);
    await using back = await enter(server, { cookie });
    await back.next("welcome");
    assertFalse(server.stderr().includes(cookie.slice("snug=".length)));
  });

  it("W15.9 a bad cookie is 401 and forgotten by the browser; signing in anew ends the old one", async () => {
    await using server = await startServer(GUARDED);
    const response = await fetch(`${server.url}/ws`, { headers: { cookie: "snug=made-up" } });
    assertEquals([response.status, JSON.parse(await response.text()).code], [401, "UNAUTHORIZED"]);
    assertMatch(response.headers.get("set-cookie")!, /snug=; Max-Age=0;/);
    const old = await signIn(server);
    const fresh = await ask(server, "POST", { cookie: old, authorization: `Bearer ${TOKEN}` });
    assertEquals(await knock(server, { cookie: old }), 401);
    await using client = await enter(server, { cookie: cookieOf(fresh).cookie });
    await client.next("welcome");
  });

  it("W15.9 it ends when the shared token is another", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    let cookie = "";
    {
      await using server = await startServer({ ...env, WS_TOKEN: TOKEN });
      cookie = await signIn(server);
    }
    await using server = await startServer({ ...env, WS_TOKEN: "another" });
    assertEquals(await knock(server, { cookie }), 401);
  });

  it("W15.9 the cookie counts for pages of this host alone", async () => {
    const listed = "https://listed.example";
    for (const ALLOWED_ORIGINS of [listed, "*"]) {
      await using server = await startServer({ ...GUARDED, ALLOWED_ORIGINS });
      const cookie = await signIn(server);
      assertEquals(await knock(server, { cookie, origin: listed }), 401);
      const answer = await ask(server, "GET", { cookie, origin: listed });
      assertEquals(answer.status, 401);
      assertEquals(answer.headers.get("access-control-allow-credentials"), null);
      await using client = await enter(server, { cookie, origin: server.url });
      await client.next("welcome");
      // Such a page can't sign anybody out, or in as somebody else.
      const out = await ask(server, "DELETE", { cookie, origin: listed });
      assertEquals([out.status, out.headers.get("set-cookie")], [204, null]);
      const authorization = `Bearer ${TOKEN}`;
      const into = await ask(server, "POST", { cookie, origin: listed, authorization });
      assertEquals([into.status, into.headers.get("set-cookie")], [403, null]);
      client.send({ type: "ping", ref: "still-here" });
      await client.until("pong");
    }
  });

  it("W15.6 what is no such request gets a status and a sentence", async () => {
    await using server = await startServer(GUARDED);
    const long = JSON.stringify({ token: "x".repeat(20_000) });
    const cases: [status: number, code: string, headers: Headers, body?: string][] = [
      [401, "UNAUTHORIZED", {}],
      [401, "UNAUTHORIZED", JSON_TYPE, "{}"],
      [401, "UNAUTHORIZED", JSON_TYPE, '{"token":"wrong"}'],
      [415, "UNSUPPORTED_MEDIA_TYPE", { "content-type": "text/plain" }, `{"token":"${TOKEN}"}`],
      [415, "UNSUPPORTED_MEDIA_TYPE", { "content-type": "application/jsonx" }, "{}"],
      [413, "TOO_LARGE", JSON_TYPE, long],
      [400, "PARSE_ERROR", JSON_TYPE, "{"],
      [400, "PARSE_ERROR", JSON_TYPE, "[]"],
      [400, "PARSE_ERROR", JSON_TYPE, "null"],
      [400, "INVALID_FIELD", JSON_TYPE, '{"token":17}'],
      [400, "INVALID_FIELD", JSON_TYPE, '{"token":""}'],
      [400, "INVALID_FIELD", JSON_TYPE, `{"token":"${TOKEN}","name":"a\\u202eb"}`],
    ];
    for (const [status, code, headers, body] of cases) {
      const answer = await ask(server, "POST", headers, body);
      assertEquals([body, answer.status, JSON.parse(answer.body).code], [body, status, code]);
      assertEquals(answer.headers.get("set-cookie"), null);
      assertFalse(/\.ts|node_modules|\n\s*at /.test(answer.body), answer.body);
    }
    for (const method of ["PUT", "PATCH"]) {
      const answer = await ask(server, method);
      assertEquals([answer.status, answer.headers.get("allow")], [405, "GET, POST, DELETE"]);
      assertEquals(JSON.parse(answer.body).code, "METHOD_NOT_ALLOWED");
    }
    assertEquals((await ask(server, "GET")).status, 401);
  });

  it("W15.9 a body that ends in the middle is no fault of the server's", async () => {
    for (const TRANSPORT of ["deno", "ws"]) {
      await using server = await startServer({ TRANSPORT });
      await using raw = await openRaw(server.url);
      const head = `POST /api/session HTTP/1.1\r\nhost: ${new URL(server.url).host}\r\n`;
      await raw.write(`${head}content-length: 50\r\n\r\n{"name":`);
      raw.end();
      await raw.ended();
      server.kill("SIGTERM");
      await server.exited;
      assertFalse(server.stderr().includes("[ERR]"), server.stderr());
    }
  });

  it("W15.9 where it is open a guest may have a session too, but GET makes up nobody", async () => {
    await using server = await startServer();
    const nobody = await ask(server, "GET");
    assertEquals([nobody.status, JSON.parse(nobody.body).message], [401, "nobody is signed in"]);
    const answer = await ask(server, "POST", JSON_TYPE, '{"name":"Ada"}');
    const { uid, name } = JSON.parse(answer.body);
    assertEquals(name, "Ada");
    await using client = await enter(server, { cookie: cookieOf(answer).cookie });
    assertEquals((await client.next("welcome")).uid, uid);
  });

  it("W15.11 sessions are begun no faster than they may be kept", async () => {
    await using server = await startServer({ MAX_CONNECTIONS_PER_IP: "3" });
    for (let times = 0; times < 3; times++) assertEquals((await ask(server, "POST")).status, 200);
    const answer = await ask(server, "POST");
    assertEquals([answer.status, JSON.parse(answer.body).code], [429, "RATE_LIMITED"]);
    assert(Number(answer.headers.get("retry-after")) > 0);
  });

  it("W15.11 an address that asks too often is told when to go on, and has the page all the same", async () => {
    for (const TRANSPORT of ["deno", "ws"]) {
      await using server = await startServer({ MAX_CONNECTIONS_PER_IP: "1", TRANSPORT });
      // One each second comes back, so that a slow machine needs more than ten.
      let last = await ask(server, "GET");
      for (let times = 1; last.status !== 429 && times < 1000; times++) {
        assertEquals(last.status, 401);
        last = await ask(server, "GET");
      }
      assertEquals([last.status, JSON.parse(last.body).code], [429, "RATE_LIMITED"]);
      assertEquals(last.headers.get("retry-after"), "1");
      const page = await fetch(`${server.url}/`);
      await page.body?.cancel();
      assertEquals(page.status, 200);
    }
  });

  it("W15.9 behind a trusted proxy with TLS the cookie is Secure and bound to the host", async () => {
    await using server = await startServer({ ...GUARDED, TRUSTED_PROXIES: "127.0.0.1" });
    const tls = { "x-forwarded-proto": "https" };
    const { host } = new URL(server.url);
    const answer = await ask(server, "POST", { ...tls, authorization: `Bearer ${TOKEN}` });
    const { cookie, attributes } = cookieOf(answer);
    assertMatch(cookie, /^__Host-snug=[\w-]{43}$/);
    assert(attributes.includes("Secure"));
    await using client = await enter(server, { cookie, ...tls, origin: `https://${host}` });
    await client.next("welcome");
    assertEquals(await knock(server, { cookie, ...tls, origin: `http://${host}` }), 403);
    const tossed = cookie.replace("__Host-", "");
    assertEquals(await knock(server, { cookie: tossed, ...tls }), 401);
    await using untrusting = await startServer(GUARDED);
    const plain = await ask(untrusting, "POST", { ...tls, authorization: `Bearer ${TOKEN}` });
    assertMatch(cookieOf(plain).cookie, /^snug=/);
  });
});
