// `snug chat` in pipes, as scripts use it: the real program against a real server.
import { assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openClient } from "../harness/client.ts";
import type { Process } from "../harness/process.ts";
import { type Env, type Server, startMain, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, texts, type Visitor } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";

const LIMIT_MS = 60_000;
const TOKEN = "a-token-that-nobody-guesses";

type Chatting = { args?: string[]; env?: Env };
type Ended = { code: number; out: string; err: string };

/** The program, with its input open. */
async function open(url: string, { args = [], env = {} }: Chatting = {}) {
  await using stack = new AsyncDisposableStack();
  const { path: cwd } = stack.use(await tempFolder());
  const process = stack.use(startMain({ args: ["chat", url, ...args], env, cwd }));
  const owned = stack.move();
  return { process, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** How it ends after that input. */
async function chat(url: string, input: string, options: Chatting = {}): Promise<Ended> {
  await using opened = await open(url, options);
  await opened.process.write(input).catch(() => {}); // it may have ended at once
  await opened.process.end().catch(() => {});
  return await ended(opened.process);
}

async function ended(process: Process): Promise<Ended> {
  const { code } = await within(LIMIT_MS, "the end of snug chat", process.exited);
  return { code, out: process.stdout(), err: process.stderr() };
}

/** What was said in a room. */
async function log(server: Server, room = "general"): Promise<string[]> {
  await using visitor = await enter(server, { room });
  return texts(visitor.joined.messages);
}

function events(out: string): Record<string, unknown>[] {
  return out.trimEnd().split("\n").map((line) => JSON.parse(line));
}

describe("a pipe", () => {
  it("says each line as it stands, commands too, and ends with 0 and no words", async () => {
    await using server = await startServer();
    const quiet = { code: 0, out: "", err: "" };
    assertEquals(await chat(server.url, "one\n\n/topic mine\r\nexit\nlast"), quiet);
    assertEquals(await log(server), ["one", "/topic mine", "exit", "last"]);
    assertEquals(await chat(`${server.url}/r/birds`, "a link", { args: ["--name", "Ada"] }), quiet);
    assertEquals(await chat(server.wsUrl, "a name", { args: ["--room", "#birds"] }), quiet);
    await using visitor = await enter(server, { room: "birds" });
    assertEquals(texts(visitor.joined.messages), ["a link", "a name"]);
    assertEquals(visitor.joined.messages[0]!.user, "Ada");
  });

  it("takes more lines than may wait at once, at the server's pace", async () => {
    await using server = await startServer({ RATE_MESSAGES_PER_SECOND: "1000", RATE_BURST: "50" });
    const lines = Array.from({ length: 400 }, (_, index) => `line ${index}`);
    const { code, err } = await chat(server.url, lines.join("\n"), { args: ["--json"] });
    assertEquals([code, err], [0, ""]);
    await using visitor = await enter(server);
    assertEquals(visitor.joined.seq, lines.length);
    assertEquals(visitor.joined.messages.at(-1)!.user, visitor.joined.messages[0]!.user);
    assertEquals(texts(visitor.joined.messages).at(-1), lines.at(-1));
  });

  it("ends with 1 and says why where something was refused; the rest is kept", async () => {
    await using server = await startServer({ MAX_MESSAGE_BYTES: "2048" });
    const { code, out, err } = await chat(server.url, `before\n${"x".repeat(3000)}\nafter\n`);
    assertEquals([code, out], [1, ""]);
    assertEquals(err.split("\n"), [
      `Not sent. It is longer than this server allows (2 KB). “${"x".repeat(40)}…”`,
      "1 line was refused.",
      "",
    ]);
    assertEquals(await log(server), ["before", "after"]);
  });

  it("ends with 1 and says why it can't come in", async () => {
    await using server = await startServer({ WS_TOKEN: TOKEN, JOIN_POLICY: "listed" });
    const { host } = new URL(server.url);
    const env = { SNUG_TOKEN: TOKEN };
    const cases: [string, Chatting, RegExp][] = [
      [
        "http://127.0.0.1:1",
        {},
        /^Not connected to 127\.0\.0\.1:1\. The server can't be reached\.$/,
      ],
      [server.url, {}, RegExp(`^Not connected to ${host}\\. .*token.*\\.$`)],
      [server.url, { env: { SNUG_TOKEN: "wrong" } }, /^Not connected to .* token .*\.$/],
      [
        `${server.url}/nowhere`,
        { env },
        RegExp(`^Not connected to ${host}\\. Nothing is here\\.$`),
      ],
      [server.url, { env, args: ["--room", "board"] }, /^#board is private\. /],
    ];
    for (const [url, options, why] of cases) {
      const { code, out, err } = await chat(url, "hi\n", options);
      assertEquals([code, out], [1, ""], err);
      assertMatch(err.trimEnd(), why);
      assertFalse(err.includes("wrong"), err);
    }
  });

  it("ends with 2 and says how it is used where it is not asked for well", async () => {
    const cases: [string[], string][] = [
      [[], "chat needs the address of a server"],
      [["localhost:8000#token=s3cret"], "localhost:8000: expected an address such as https:"],
      [["http://a", "b"], "unknown: b"],
      [["http://a", "--rom", "x"], "Unknown option '--rom'"],
      [["http://a", "--room", "a/b"], "a/b can’t be the name of a room"],
      [["http://a", "--room", "a b"], "a b can’t be the name of a room; a-b can"],
      [["http://a", "--token-file", "none"], "can't read none: "],
    ];
    await using folder = await tempFolder();
    for (const [args, why] of cases) {
      await using process = startMain({ args: ["chat", ...args], cwd: folder.path });
      const { code, out, err } = await ended(process);
      assertEquals([code, out], [2, ""]);
      assertStringIncludes(err.split("\n")[0]!, why);
      assertMatch(err, /usage: snug chat URL/);
      assertFalse(err.includes("s3cret"), err);
    }
    await using process = startMain({ args: ["chat", "--help"], cwd: folder.path });
    const { code, out, err } = await ended(process);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^usage: snug chat URL .*--token-file FILE.*--json/s);
  });

  it("takes the token from the environment, a file, a link or an option, and never shows it", async () => {
    await using server = await startServer({ WS_TOKEN: TOKEN });
    await using folder = await tempFolder();
    const file = `${folder.path}/token`;
    await Deno.writeTextFile(file, `${TOKEN}\n`);
    const ways: [string, Chatting][] = [
      [server.url, { env: { SNUG_TOKEN: TOKEN } }],
      [server.url, { args: ["--token-file", file] }],
      [`${server.url}/#token=${TOKEN}`, {}],
      [server.url, { args: ["--token", TOKEN], env: { SNUG_TOKEN: "another" } }],
    ];
    for (const [url, options] of ways) {
      const args = [...options.args ?? [], "--json"];
      const { code, out, err } = await chat(url, "hi\n", { ...options, args });
      assertEquals([code, err], [0, ""]);
      assertFalse(out.includes(TOKEN) || out.includes('"session"'), out);
    }
  });

  it("P1 P4 says everything once, though the server restarts in the middle", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    await using first = await startServer(env);
    await using opened = await open(first.url, { args: ["--tail"] });
    const { process } = opened;
    await process.write("before\n");
    await process.said(/: before\n/);
    first.kill("SIGTERM");
    await first.exited;
    await process.said(/Reconnecting in \d+ s\. The .*\. Messages wait and go out by themselves\./);
    await process.write("meanwhile\n");
    await using second = await startServer({ ...env, PORT: new URL(first.url).port });
    await process.said(/Connected again\./, LIMIT_MS);
    await process.said(/: meanwhile\n/, LIMIT_MS);
    await process.write("after\n");
    await process.said(/: after\n/);
    assertEquals(await log(second), ["before", "meanwhile", "after"]);
    process.kill("SIGINT");
    assertEquals((await ended(process)).code, 0);
  });

  it("ends with 1 where it is stopped while something waits", async () => {
    await using server = await startServer();
    await using opened = await open(server.url, { args: ["--json"] });
    const { process } = opened;
    await process.said(/"type":"joined"/);
    server.kill("SIGTERM");
    await process.said(/"status":"waiting"/);
    await process.write("too late\n");
    await server.exited;
    // What it says of itself again shows that it has read the line before.
    await process.said(/"status":"waiting".*"status":"connecting".*"status":"waiting"/s, LIMIT_MS);
    process.kill("SIGTERM");
    const { code, err } = await ended(process);
    assertEquals([code, err], [1, "1 message could not be sent.\n"]);
  });
});

describe("--tail", () => {
  it("tells in words what happens, without colours and without anything of a terminal's", async () => {
    await using server = await startServer({ WS_TOKEN: "open", ADMIN_TOKEN: TOKEN });
    await using eve = await enter(server, { username: "Eve" });
    await say(eve, "from before");
    await using opened = await open(server.url, {
      args: ["--tail", "--name", "Tim"],
      env: { NO_COLOR: "" },
    });
    const { process } = opened;
    await process.said(/^#general, 2 here: Eve, you\.\n.*Eve: from before\n/);
    // A new name in the second in which one came in would be no news.
    await eve.until((message) =>
      message.type === "presence" && message.joined.some(({ user }) => user === "Tim")
    );
    const { seq } = await say(eve, "evil \x1b]0;title\x07\x9b2J\u202egnp.exe");
    await process.said(/Eve: evil ␛\]0;title␇\ufffd2Jgnp\.exe\n/);
    eve.send({ type: "chat", room: "general", text: "@Tim look", replyTo: seq });
    await process.said(
      /Eve, to Eve \(“evil .*”\): @Tim look\n.*Eve mentioned you in #general\.\n/s,
    );
    eve.send({ type: "chat", room: "general", text: "/me waves\nand goes" });
    await process.said(/\* Eve waves\n {6}and goes\n/);
    eve.send({ type: "react", room: "general", of: seq + 1, emoji: "👍" });
    await process.said(/Eve reacted 👍 to “@Tim look”\.\n/);
    eve.send({ type: "react", room: "general", of: seq + 1, emoji: "👍", on: false });
    await process.said(/Eve took 👍 back from “@Tim look”\.\n/);
    eve.send({ type: "edit", room: "general", of: seq + 1, text: "@Tim see" });
    await process.said(/Eve changed “@Tim look” to: @Tim see\n/);
    eve.send({ type: "delete", room: "general", of: seq + 1 });
    await process.said(/Eve deleted a message\.\n/);
    eve.send({ type: "direct", to: "Tim", text: "psst" });
    await process.said(/Eve to you alone: psst\n/);
    await meetAlone(eve);
    eve.send({ type: "nick", name: "Eva" });
    await process.said(/Eve is now Eva\.\n/);
    await using ada = await enter(server, { username: "Ada" });
    await process.said(/Ada came in\.\n/);
    ada.send({ type: "leave", room: "general" });
    await process.said(/Ada left\.\n/);
    await moderate(server, process);
    assertEquals(process.stdout().match(/is now Eva/g)?.length, 1);
    assertFalse(/[^\P{Cc}\n]|\p{Bidi_Control}/u.test(process.stdout()), process.stdout());
  });

  it("leaves at SIGINT at once: nobody waits for it to come back", async () => {
    await using server = await startServer();
    await using eve = await enter(server, { username: "Eve" });
    await using opened = await open(server.url, { args: ["--tail", "--name", "Tim"] });
    await opened.process.said(/2 here/);
    const told = (list: "joined" | "left") =>
      eve.until((message) =>
        message.type === "presence" && message[list].some(({ user }) => user === "Tim")
      );
    await told("joined");
    opened.process.kill("SIGINT");
    assertEquals((await ended(opened.process)).code, 0);
    await told("left");
  });
});

/** A moderator mutes Tim, sets the topic and sends Tim out; each is told. */
/** Waits until she and Tim are in the conversation that she began, and both were told of her. */
async function meetAlone(eve: Visitor) {
  const { uid } = eve.welcome;
  const tim = heard(eve, "presence").flatMap(({ joined }) => joined)
    .find(({ user }) => user === "Tim")!;
  const room = `@${[uid, tim.uid].sort().join()}`;
  eve.send({ type: "join", room });
  const met = new Set<string>();
  await eve.until((message) => {
    if (message.type === "joined" && message.room === room) {
      for (const member of message.members) if (member.uid !== uid) met.add(member.uid);
    }
    if (message.type === "presence" && message.room === room) {
      for (const member of message.joined) met.add(member.uid);
    }
    return met.has(uid) && met.has(tim.uid);
  });
}

async function moderate(server: Server, process: Process) {
  await using mod = await openClient(`${server.wsUrl}?username=Mod&token=${TOKEN}`);
  await mod.next("welcome");
  mod.send({ type: "join", room: "general" });
  const { members } = await mod.next("joined");
  const { uid } = members.find(({ user }) => user === "Tim")!;
  mod.send({ type: "mute", room: "general", uid, minutes: 5 });
  await process.said(/Mod muted you in #general until .*\.\n/);
  await process.write("may I?\n");
  await process.said(/Not sent\. You are muted .* “may I\?”\n/);
  mod.send({ type: "mute", room: "general", uid, minutes: 0 });
  await process.said(/You may write in #general again\.\n/);
  mod.send({ type: "topic", room: "general", text: "bees" });
  await process.said(/Mod set the topic: bees\n/);
  mod.send({ type: "kick", room: "general", uid });
  await process.said(/You were removed from #general\. By Mod, at .*\.\n/);
}

describe("--json", () => {
  it("writes one object to a line: what one said, what all said, who came", async () => {
    await using server = await startServer();
    await using opened = await open(server.url, { args: ["--json", "--tail", "--name", "Tim"] });
    const { process } = opened;
    await process.said(/"type":"joined"/);
    await using eve = await enter(server, { username: "Eve" });
    const text = "evil \x1b[31m\x07\x7f\x9b2J\u202e";
    await say(eve, text);
    await process.said(/"text":"evil/);
    await process.said(/"type":"presence"[^\n]*"user":"Eve"/);
    await process.write("hello\n");
    await process.said(/"type":"sent"[^\n]*\n[^]*"type":"chat"[^\n]*"text":"hello"[^\n]*\n/);
    const all = events(process.stdout());
    const chats = all.filter(({ type }) => type === "chat");
    assertEquals(chats.map(({ user, text }) => [user, text]), [["Eve", text], ["Tim", "hello"]]);
    const { uid } = all.find(({ type }) => type === "welcome")!;
    assertEquals(uid, chats[1]!.uid);
    const sent = all.find(({ type }) => type === "sent")!;
    assertEquals([sent.room, sent.text, sent.seq], ["general", "hello", chats[1]!.seq]);
    assertFalse(/[^\P{Cc}\n]|\p{Bidi_Control}/u.test(process.stdout()), process.stdout());
    process.kill("SIGINT");
    assertEquals((await ended(process)).code, 0);
  });

  it("says what was refused, and ends with 1 all the same", async () => {
    await using server = await startServer({ MAX_MESSAGE_BYTES: "2048" });
    const { code, out } = await chat(server.url, "x".repeat(3000), { args: ["--json"] });
    assertEquals(code, 1);
    const failed = events(out).find(({ type }) => type === "failed")!;
    assertEquals([failed.room, failed.code], ["general", "INVALID_FIELD"]);
  });
});
