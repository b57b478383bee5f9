// What a page of somebody else can do with the browser of a person who is signed in here, or with a
// name of its own that it points at this machine: nothing.
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { openBrowser } from "../harness/chromium.ts";
import { openClient } from "../harness/client.ts";
import { type Server, startServer } from "../harness/server.ts";
import { within } from "../harness/within.ts";
import { it } from "./it.ts";

const TOKEN = "a-shared-token";
const ARGS = [
  "--host-resolver-rules=MAP evil.test 127.0.0.1, MAP *.evil.test 127.0.0.1",
  // A browser may hold such pages back by itself; the server must not need that.
  "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
];
const LIMIT_MS = 10_000;

/** Somebody else's pages, on a port of their own. */
function serveElsewhere() {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response("<!doctype html><title>Elsewhere</title>", {
        headers: { "content-type": "text/html" },
      }),
  );
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** What a page makes of an expression; the browser itself would wait for ever. */
function soon<T>(page: Page, what: string, expression: string): Promise<T> {
  return within(LIMIT_MS, what, page.evaluate<T>(expression));
}

/** In the page: what becomes of a socket: its first message, or "closed". */
function socket(page: Page, url: string, protocols: string[] = []): Promise<string> {
  return soon(
    page,
    url,
    `new Promise((tell) => {
    const socket = new WebSocket(${JSON.stringify(url)}, ${JSON.stringify(protocols)});
    socket.onmessage = ({ data }) => tell(data);
    socket.onclose = () => tell("closed");
  })`,
  );
}

/** In the page: the status of a request, 0 where the page may not see it, or "failed". */
function ask(page: Page, url: string, init: object = {}): Promise<number | string> {
  return soon(
    page,
    url,
    `fetch(${JSON.stringify(url)}, ${
      JSON.stringify(init)
    }).then((it) => it.status, () => "failed")`,
  );
}

async function open(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function signIn(context: BrowserContext, server: Server): Promise<Page> {
  const page = await open(context, server.url);
  const init = { method: "POST", headers: { authorization: `Bearer ${TOKEN}` } };
  assertEquals(await ask(page, "/api/session", init), 200);
  return page;
}

for (const ALLOWED_ORIGINS of ["", "*"]) {
  const mode = ALLOWED_ORIGINS === "" ? "" : ", also where every origin may connect";
  it(`W15.4 W15.9 no other page gets a socket or a change by the cookie${mode}`, async () => {
    await using elsewhere = serveElsewhere();
    await using server = await startServer({ WS_TOKEN: TOKEN, ALLOWED_ORIGINS });
    await using browser = await openBrowser(...ARGS);
    const context = await browser.newContext();
    context.setDefaultTimeout(LIMIT_MS);
    const own = await signIn(context, server);
    const [cookie] = await context.cookies();
    assertEquals([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ["snug", true, "Strict"]);
    assertEquals(await own.evaluate("document.cookie"), "");
    assert((await socket(own, server.wsUrl)).includes('"welcome"'), "its own page is let in");

    // Another site, and another port of this host: to that one the browser sends the cookie.
    for (const host of ["evil.test", "127.0.0.1"]) {
      const page = await open(context, `http://${host}:${elsewhere.port}/`);
      for (const path of ["/ws", "/ws/chat/general", "/ws/echo"]) {
        assertEquals([host, await socket(page, server.url.replace("http", "ws") + path)], [
          host,
          "closed",
        ]);
      }
      const session = `${server.url}/api/session`;
      assertEquals(await ask(page, session, { credentials: "include" }), "failed");
      const quiet = { mode: "no-cors", credentials: "include" };
      for (const method of ["GET", "POST"]) await ask(page, session, { ...quiet, method });
      await ask(page, session, { method: "DELETE", credentials: "include" });
      await page.evaluate(`{
        const form = document.body.appendChild(document.createElement("form"));
        form.method = "post";
        form.enctype = "text/plain";
        form.action = ${JSON.stringify(session)};
        form.submit();
      }`);
      await page.waitForURL(session);
      await page.close();
    }
    assertEquals(await ask(own, "/api/session"), 200, "the session is still there");
    assertEquals((await context.cookies()).map(({ value }) => value), [cookie!.value]);
    assertEquals(await ask(own, "/api/session", { method: "DELETE" }), 204);
    assertEquals(await socket(own, server.wsUrl), "closed");
  });
}

it("W15.5 a page that points its own name at this machine reaches nothing", async () => {
  await using server = await startServer();
  await using browser = await openBrowser(...ARGS);
  const context = await browser.newContext();
  context.setDefaultTimeout(LIMIT_MS);
  const { port } = new URL(server.url);
  const evil = `http://rebound.evil.test:${port}`;
  const page = await context.newPage();
  // The page came from the attacker's own machine, before its name pointed here.
  await page.route(`${evil}/`, (route) => route.fulfill({ contentType: "text/html", body: "<p>" }));
  await page.goto(`${evil}/`);
  assertEquals(await page.evaluate("location.host"), `rebound.evil.test:${port}`);
  for (const path of ["/ws", "/ws/chat/general", "/ws/echo"]) {
    assertEquals(await socket(page, `ws://rebound.evil.test:${port}${path}`), "closed");
    assertEquals(await ask(page, path), 403);
  }
  for (const path of ["/api/session", "/healthz", "/chat.js", "/r/general"]) {
    assertEquals(await ask(page, path), 403);
  }
  assertEquals(await ask(page, "/api/session", { method: "POST" }), 403);
  // Under its real name the same browser is let in.
  const own = await open(context, server.url);
  assert((await socket(own, server.wsUrl)).includes('"welcome"'));
  await using client = await openClient(server.wsUrl);
  assertFalse((await client.next("welcome")).uid === "");
});
