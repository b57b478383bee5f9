// The examples of docs/SDK.md, run as they stand there by what they are written for.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../src/protocol.ts";
import * as sdk from "../static/chat.js";
import { openBrowser } from "./harness/chromium.ts";
import { needs } from "./harness/needs.ts";
import { startProcess } from "./harness/process.ts";
import { type Server, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { enter, say } from "./harness/visitor.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/SDK.md", import.meta.url));
const HERE = "127.0.0.1:8000";
/** How long a program may take to start and say something, in milliseconds. */
const STARTS_MS = 20_000;
const STATIC = new URL("../static", import.meta.url).pathname;

/** An example, by its first line, against that server. */
function example(begins: string, { url }: Server): string {
  const found = PAGE.split(/^```\w+\n/m).find((part) => part.startsWith(begins))?.split("\n```")[0];
  if (found === undefined) throw new Error(`docs/SDK.md has no example ${begins}`);
  assert(found.includes(HERE));
  return found.replaceAll(HERE, new URL(url).host);
}

/** Runs an example as its first line says. */
async function run(name: string, server: Server) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const code = example(`// ${name}: `, server);
  const [program = "", ...args] = code.slice(0, code.indexOf("\n")).split(": ")[1]!.split(" ");
  await Deno.writeTextFile(`${folder.path}/${name}`, code);
  await Deno.symlink(STATIC, `${folder.path}/static`);
  const origin = `--allow-import=${new URL(server.url).host}`;
  const inDeno = args.map((arg) => arg === "--allow-import" ? origin : arg);
  const options = { cwd: folder.path, env: { ...Deno.env.toObject(), NO_COLOR: "1" } };
  // Deno runs what is written for Node, where there is no Node 22.
  const process = stack.use(
    program === "node" && hasNode()
      ? startProcess(program, { args, ...options })
      : startProcess(Deno.execPath(), {
        args: program === "deno" ? inDeno : ["run", "--allow-net", ...args],
        ...options,
      }),
  );
  const owned = stack.move();
  return { process, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Whether Node is there, and new enough. */
function hasNode(): boolean {
  try {
    const { stdout } = new Deno.Command("node", { args: ["--version"] }).outputSync();
    return Number(new TextDecoder().decode(stdout).match(/v(\d+)/)?.[1]) >= 22;
  } catch {
    return false;
  }
}

describe("docs/SDK.md", () => {
  it("watch.mjs shows a room in Deno", async () => {
    await using server = await startServer();
    await using ada = await enter(server, { username: "ada" });
    await say(ada, "hello");
    await using watcher = await run("watch.mjs", server);
    await watcher.process.said(/\d here, topic: none, last: hello\n/);
    await say(ada, "bye");
    await watcher.process.said(/last: bye\n/);
    assertEquals((await watcher.process.exited).code, 0);
  });

  it("tally.ts is right by the types that it gets from the server, and counts", async () => {
    await using server = await startServer();
    await using ada = await enter(server, { username: "ada" });
    await using tally = await run("tally.ts", server);
    // What is said before it is there is no entry to it.
    await ada.until(
      (it) => it.type === "presence" && it.joined.some(({ user }) => user === "Tally"),
      STARTS_MS,
    );
    const { seq } = await say(ada, "hello");
    ada.send({ type: "react", room: "general", of: seq, emoji: "🎉" });
    await tally.process.said(/🎉 for 1\n/);
    await say(ada, "bye");
    await tally.process.said(/ada: 2\n/);
    assertEquals((await tally.process.exited).code, 0);
  });

  it("echo.mjs answers in Node", async () => {
    await using server = await startServer();
    await using echo = await run("echo.mjs", server);
    await echo.process.said(/connected\nlistening\n/);
    await using ada = await enter(server, { username: "ada" });
    const { seq } = await say(ada, "hello");
    const isAnswer = (it: ServerMessage) => it.type === "chat" && it.user === "Echo";
    const answer = await ada.until(isAnswer, STARTS_MS);
    assert(answer.type === "chat");
    assertEquals([answer.text, answer.replyTo], ["ada said hello", seq]);
    await say(ada, "bye");
    assertEquals((await echo.process.exited).code, 0);
  });

  for (const name of ["plain", "batched"]) {
    it(`${name}.mjs speaks without the SDK`, async () => {
      await using server = await startServer();
      await using ada = await enter(server, { username: "ada" });
      await using client = await run(`${name}.mjs`, server);
      const hi = await ada.until("chat", STARTS_MS);
      assertMatch(hi.user, /^(Plain|Batched)$/);
      if (name === "batched") await client.process.said(/kept as 1\n/);
      await say(ada, "bye");
      await client.process.said(/ada: bye\n/);
      assertEquals((await client.process.exited).code, 0);
    });
  }

  needs("chromium")("the page shows a room in a browser, and says something", async () => {
    let html = "";
    const headers = { "content-type": "text/html" };
    const site = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(html, { headers }),
    );
    try {
      const origin = `http://127.0.0.1:${site.addr.port}`;
      await using server = await startServer({ ALLOWED_ORIGINS: origin });
      html = example("<!doctype html>", server);
      await using ada = await enter(server, { username: "ada" });
      const { seq } = await say(ada, "hello");
      await using browser = await openBrowser();
      const page = await browser.newPage();
      await page.goto(origin);
      await page.getByText("ada: hello").waitFor();
      await page.locator("input").fill("hi, ada");
      await page.locator("button").click();
      await page.getByText("Lou: hi, ada").waitFor();
      ada.send({ type: "delete", room: "general", of: seq });
      await page.getByText("ada: (deleted)").waitFor();
    } finally {
      await site.shutdown();
    }
  });

  it("names everything that the SDK has, and nothing else", () => {
    for (const name of Object.keys(sdk)) {
      assert(PAGE.includes(name) || name === "Chat" || name === "RoomState", name);
    }
    const methods = (prototype: object) =>
      Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
    const named = [...PAGE.matchAll(/`(\w+)(?=[`(])/g)].map(([, name]) => name!);
    for (const name of methods(sdk.Chat.prototype)) assert(named.includes(name), name);
    for (const name of methods(sdk.RoomState.prototype)) {
      // Only openRoom calls it.
      if (name !== "open" && name !== "name") assert(named.includes(name), name);
    }
  });
});
