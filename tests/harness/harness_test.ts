import { assert, assertEquals, assertGreater, assertMatch, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openBrowser } from "./chromium.ts";
import { openClient } from "./client.ts";
import { needs } from "./needs.ts";
import { startProcess } from "./process.ts";
import { startServer } from "./server.ts";
import { tempFolder } from "./temp.ts";

/** Echoes every frame; "close" closes. Selects snug.v1 when it is offered. */
function serveEcho() {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const offered = request.headers.get("sec-websocket-protocol") ?? "";
    if (request.headers.get("x-refuse")) return new Response("no", { status: 403 });
    const options = offered.includes("snug.v1") ? { protocol: "snug.v1" } : {};
    const { socket, response } = Deno.upgradeWebSocket(request, options);
    socket.onmessage = ({ data }) => {
      if (data === "close") socket.close(4009, "too slow");
      else socket.send(data);
    };
    return response;
  });
  const url = `ws://127.0.0.1:${server.addr.port}/ws`;
  return { url, [Symbol.asyncDispose]: () => server.shutdown() };
}

describe("the client", () => {
  it("gives messages in order and refuses another type than expected", async () => {
    await using server = serveEcho();
    await using client = await openClient(server.url);
    for (const ts of [1, 2, 3]) client.send({ type: "ping", ts });
    assertEquals(await client.next("ping"), { type: "ping", ts: 1 });
    const error = await assertRejects(() => client.next("ack"), Error);
    assertEquals(error.message, 'expected ack, got {"type":"ping","ts":2}');
    assertEquals((await client.next((m) => m.type === "ping" && m.ts === 3)).type, "ping");
    assertEquals(client.unread, []);
  });

  it("skips others only when told to", async () => {
    await using server = serveEcho();
    await using client = await openClient(server.url);
    client.send({ type: "ping", ts: 1 });
    client.send({ type: "pong", ts: 2 });
    assertEquals(await client.until("pong"), { type: "pong", ts: 2 });
  });

  it("splits batched frames where the subprotocol is selected", async () => {
    await using server = serveEcho();
    await using client = await openClient(server.url, { protocols: ["snug.v1", "auth.x"] });
    assertEquals(client.protocol, "snug.v1");
    client.sendRaw('{"type":"ping","ts":1}\n{"type":"ping","ts":2}');
    assertEquals((await client.next("ping")).ts, 1);
    assertEquals((await client.next("ping")).ts, 2);
    assertEquals(client.frames.length, 1);
  });

  it("gives frames as they came", async () => {
    await using server = serveEcho();
    await using client = await openClient(server.url);
    client.sendRaw("not json");
    client.sendRaw(new Uint8Array([1, 2, 3]));
    assertEquals(await client.nextFrame(), "not json");
    assertEquals(await client.nextFrame(), new Uint8Array([1, 2, 3]));
    assertEquals(client.unread, []);
  });

  it("says what it waited for, how long and what it saw", async () => {
    await using server = serveEcho();
    await using client = await openClient(server.url);
    client.sendRaw("hm");
    await client.nextFrame();
    const error = await assertRejects(() => client.next("joined", 10), Error);
    assertMatch(error.message, /expected joined, but nothing came within 10 ms.*frames were hm/);
    client.send({ type: "pong" });
    assertEquals(await client.next(), { type: "pong" });
  });

  it("tells how it was closed, also who still waits", async () => {
    await using server = serveEcho();
    await using client = await openClient(server.url);
    const waiting = assertRejects(() => client.until("pong"), Error, "closed with 4009 too slow");
    client.sendRaw("close");
    await waiting;
    assertEquals(await client.closed, { code: 4009, reason: "too slow" });
    await assertRejects(() => client.next(), Error, "closed with 4009");
  });

  it("sends headers, and fails when it is refused", async () => {
    await using server = serveEcho();
    const refused = () => openClient(server.url, { headers: { "x-refuse": "1" } });
    await assertRejects(refused, Error, "403");
  });
});

const FAKE_MAIN = `
  const { PORT, HOST, STORE_URL, ...rest } = Deno.env.toObject();
  Deno.addSignalListener("SIGTERM", () => server.shutdown().then(() => Deno.exit(Number(rest.CODE ?? 0))));
  const server = Deno.serve({ port: Number(PORT), hostname: HOST, onListen({ port }) {
    console.log("Snug listens on http://127.0.0.1:" + port + "/#token=abc");
  } }, () => Response.json({ STORE_URL, given: rest.WS_TOKEN, names: Object.keys(rest), cwd: Deno.cwd() }));
`;

describe("the server", () => {
  it("runs alone, with its own settings, and stops", async () => {
    await using folder = await tempFolder();
    await Deno.writeTextFile(`${folder.path}/main.ts`, FAKE_MAIN);
    const start = (env: Record<string, string>) =>
      startServer(env, `file://${folder.path}/main.ts`);

    let exited;
    {
      await using server = await start({ WS_TOKEN: "open" });
      assertMatch(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
      assertEquals(server.wsUrl, `${server.url.replace("http", "ws")}/ws`);
      const seen = await (await fetch(server.url)).json();
      assertEquals(seen.given, "open");
      assertMatch(seen.STORE_URL, /^sqlite:\/.*\/snug\.db$/);
      assert(!seen.names.includes("REQUIRE_ALL"));
      exited = server.exited;
    }
    assertEquals((await exited).code, 0);

    const bad = await start({ CODE: "7" });
    await assertRejects(() => bad[Symbol.asyncDispose](), Error, "the server ended with 7");

    await using killed = await start({});
    killed.kill("SIGKILL");
    assertEquals((await killed.exited).signal, "SIGKILL");
  });
});

describe("needs", () => {
  const run = async (requireAll: string) => {
    await using folder = await tempFolder();
    const made = `${folder.path}/made_test.ts`;
    const needs = new URL("./needs.ts", import.meta.url).href;
    const config = new URL("../../deno.json", import.meta.url).pathname;
    await Deno.writeTextFile(
      made,
      `import { needs } from "${needs}"; needs("no-such-program")("talks", () => {});`,
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--no-lock", `--config=${config}`, made],
      env: { NO_COLOR: "1", REQUIRE_ALL: requireAll },
    }).output();
    return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
  };

  it("skips a test whose program is missing, and says which", async () => {
    const { code, said } = await run("");
    assertEquals(code, 0, said);
    assertMatch(said, /talks \(skipped: no-such-program is not installed\) \.\.\. ignored/);
  });

  it("fails it when REQUIRE_ALL is 1", async () => {
    const { code, said } = await run("1");
    assertEquals(code, 1, said);
    assertMatch(said, /no-such-program is not installed, and REQUIRE_ALL=1/);
  });
});

needs("chromium")("a real browser opens a page and takes a picture", async () => {
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto("data:text/html,<title>hello</title>");
  assertEquals(await page.title(), "hello");
  assertGreater((await page.screenshot()).length, 100);
});

describe("a process", () => {
  const run = (code: string) => startProcess(Deno.execPath(), { args: ["eval", code] });

  it("can be waited for, written to and is stopped", async () => {
    await using process = run(`
      const text = new TextDecoder();
      for await (const chunk of Deno.stdin.readable) console.log("got", text.decode(chunk));
      console.log("done"); setInterval(() => {}, 1000);
    `);
    await process.write("hello");
    const [, word] = await process.said(/got (\w+)/);
    assertEquals(word, "hello");
  });

  it("has an environment of its own", async () => {
    await using process = run(`console.log(Object.keys(Deno.env.toObject()).join(), "end")`);
    await process.said(/end/);
    assertEquals((await process.exited).code, 0);
    assert(!process.stdout().includes("HOME"));
  });

  it("that ends or is silent is reported with its output", async () => {
    await using ended = run(`console.error("no such store"); Deno.exit(3)`);
    await assertRejects(() => ended.said(/listens/), Error, "no such store");
    assertEquals((await ended.exited).code, 3);
    await using silent = run(`setInterval(() => {}, 1000)`);
    await assertRejects(() => silent.said(/listens/, 20), Error, "within 20 ms");
  });
});
