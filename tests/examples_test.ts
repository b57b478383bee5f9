// The programs of examples/, each run as it stands against a real server.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../src/protocol.ts";
import { SECRET, sign } from "./gate/issuer.ts";
import { openBrowser } from "./harness/chromium.ts";
import { find, needs } from "./harness/needs.ts";
import { type Process, startProcess } from "./harness/process.ts";
import { passedOn, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { enter, say } from "./harness/visitor.ts";
import { within } from "./harness/within.ts";

const FOLDER = new URL("../examples/", import.meta.url).pathname;
/** How long a program may take to start, or to come back, in milliseconds. */
const LIMIT_MS = 60_000;

function run(program: string, args: string[], env: Record<string, string> = {}): Process {
  const options = { args, cwd: FOLDER, env: { ...passedOn(), NO_COLOR: "1", ...env } };
  return startProcess(program, options);
}

function runDeno(file: string, ...args: string[]): Process {
  return run(Deno.execPath(), ["run", "--quiet", "--allow-net", "--allow-env", file, ...args]);
}

/** What is written for Node 22 is run by Deno where there is none. */
function runNode([file, ...args]: [string, ...string[]], env: Record<string, string> = {}) {
  return hasNode()
    ? run("node", [file, ...args], env)
    : run(Deno.execPath(), ["run", "--quiet", "-A", file, ...args], env);
}

function hasNode(): boolean {
  try {
    const { stdout } = new Deno.Command("node", { args: ["--version"] }).outputSync();
    return Number(new TextDecoder().decode(stdout).match(/v(\d+)/)?.[1]) >= 22;
  } catch {
    return false;
  }
}

const answers = (seq: number) => (it: ServerMessage) => it.type === "chat" && it.replyTo === seq;

describe("examples/", () => {
  it("bot.ts answers, and what was asked while the server was away too", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db`, PORT: "0" };
    await using stack = new AsyncDisposableStack();
    {
      await using first = await startServer(env);
      env.PORT = new URL(first.url).port;
      const bot = stack.use(runDeno("bot.ts", first.url));
      await using ada = await enter(first, { username: "Ada" });
      await ada.until((it) => it.type === "presence" && it.count === 2, LIMIT_MS);
      await bot.said(/connected\n/, LIMIT_MS);
      const { seq } = await say(ada, "!dice");
      const answer = await ada.until(answers(seq), LIMIT_MS);
      assert(answer.type === "chat" && answer.user === "Croupier");
      assertMatch(answer.text, /^You have thrown a [1-6]\.$/);
    }
    await using second = await startServer(env);
    await using ada = await enter(second, { username: "Ada" });
    const { seq } = await say(ada, "!time");
    const answer = await ada.until(answers(seq), LIMIT_MS);
    assert(answer.type === "chat" && /^It is \d{4}-/.test(answer.text));
  });

  it("W17.5 notice.mjs says it once, however often it is run, and why it can't", async () => {
    await using server = await startServer({ JWT_SECRET: SECRET, WS_TOKEN: "open" });
    await using ada = await enter(server);
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await sign({ sub: "deploy", name: "Deployment", exp });
    const tell = async (version: string[], SNUG_TOKEN = token) => {
      const env = { SNUG_URL: server.url, SNUG_TOKEN };
      await using notice = runNode(["notice.mjs", ...version], env);
      const { code } = await within(LIMIT_MS, "its end", notice.exited);
      return [code, notice.stdout(), notice.stderr()];
    };
    assertEquals(await tell(["1.4"]), [0, "kept as 1\n", ""]);
    assertEquals(await tell(["1.4"]), [0, "kept as 1\n", ""]);
    assertEquals(await tell(["1.5"]), [0, "kept as 2\n", ""]);
    const said = [await ada.until("chat"), await ada.until("chat")];
    assertEquals(said.map(({ user, text }) => `${user}: ${text}`), [
      "Deployment: Version 1.4 is out.",
      "Deployment: Version 1.5 is out.",
    ]);
    const refused = await tell(["1.6"], "no-token");
    assertEquals(refused, [1, "", "not said: this token or session is not valid\n"]);
    assertEquals((await tell([]))[0], 2);
  });

  it("watch.mjs writes what is said as lines of JSON until it is stopped", async () => {
    await using server = await startServer();
    await using watcher = runNode(["watch.mjs", server.url, "general", "random"]);
    await watcher.said(/#general: 1 here\n#random: 1 here\n/, LIMIT_MS);
    await using ada = await enter(server, { username: "Ada" });
    await say(ada, "hello");
    ada.send({ type: "topic", room: "general", text: "no" });
    ada.send({ type: "react", room: "general", of: 1, emoji: "👋" });
    await watcher.said(/👋.*\n/);
    const lines = watcher.stdout().trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.map(({ type, room, seq, user }) => [type, room, seq, user]), [
      ["chat", "general", 1, "Ada"],
      ["reaction", "general", 2, "Ada"],
    ]);
    watcher.kill("SIGTERM");
    assertEquals((await within(LIMIT_MS, "its end", watcher.exited)).code, 0);
  });

  it("watch.mjs says in words why it can't begin: no WebSocket, no address, no such room", async () => {
    await using server = await startServer();
    const ended = async (program: Process) => {
      await using _ = program;
      const { code } = await within(LIMIT_MS, "its end", program.exited);
      assertEquals([code, program.stdout()], [1, ""]);
      return program.stderr();
    };
    const before22 = 'delete globalThis.WebSocket; await import("./watch.mjs")';
    const old = run(Deno.execPath(), ["eval", "--quiet", before22]);
    assertEquals(
      await ended(old),
      "There is no WebSocket here: Node has one from version 22 on. Any other goes in as an option.\n",
    );
    assertMatch(await ended(runNode(["watch.mjs", "nowhere"])), /^.*nowhere.*\n$/);
    const bad = await ended(runNode(["watch.mjs", server.url, "a b"]));
    assertMatch(bad, /^#a b: room must be a name of .*\n$/);
  });

  needs("chromium")("page.html shows a room in a page of another origin, and speaks", async () => {
    const html = await Deno.readTextFile(`${FOLDER}page.html`);
    const headers = { "content-type": "text/html" };
    const site = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () => new Response(html, { headers }),
    );
    try {
      const origin = `http://127.0.0.1:${site.addr.port}`;
      await using server = await startServer({ ALLOWED_ORIGINS: origin });
      await using ada = await enter(server, { username: "Ada" });
      await say(ada, "hello");
      await using browser = await openBrowser();
      const page = await browser.newPage();
      await page.goto(`${origin}/page.html?snug=${server.url}`);
      await page.getByText("Ada: hello").waitFor();
      await page.locator("input").fill("<b>hi</b>");
      await page.locator("button").click();
      await page.getByText("Visitor: <b>hi</b>").waitFor();
      const said = await ada.until((it) => it.type === "chat" && it.user === "Visitor");
      assert(said.type === "chat" && said.text === "<b>hi</b>");
    } finally {
      await site.shutdown();
    }
  });

  needs("python3-websockets")("listen.py prints, answers, and misses nothing", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db`, PORT: "0" };
    await using stack = new AsyncDisposableStack();
    let listener: Process;
    {
      await using first = await startServer(env);
      env.PORT = new URL(first.url).port;
      const args = ["listen.py", `${first.wsUrl}?username=Snake`, "random"];
      listener = stack.use(run(find("python3-websockets")!, args));
      await listener.said(/1 here\n/, LIMIT_MS);
      await using ada = await enter(first, { username: "Ada", room: "random" });
      await say(ada, "hello", { room: "random" });
      const { seq } = await say(ada, "ping", { room: "random" });
      const pong = await ada.until(answers(seq), LIMIT_MS);
      assert(pong.type === "chat" && pong.user === "Snake" && pong.text === "pong");
    }
    await using second = await startServer(env);
    await using ada = await enter(second, { username: "Ada", room: "random" });
    await say(ada, "still here", { room: "random" });
    await listener.said(/still here\n/, LIMIT_MS);
    await say(ada, "bye", { room: "random" });
    await listener.said(/bye\n/, LIMIT_MS);
    const said = listener.stdout().split("\n").filter((line) => line.includes(": "));
    const lines = ["Ada: hello", "Ada: ping", "Snake: pong", "Ada: still here", "Ada: bye"];
    assertEquals(said, lines, listener.stderr());
  });

  it("README.md names each file there is", async () => {
    const page = await Deno.readTextFile(`${FOLDER}README.md`);
    for await (const { name } of Deno.readDir(FOLDER)) {
      if (name !== "README.md") assert(page.includes(`[\`${name}\`](${name})`), name);
    }
  });
});
