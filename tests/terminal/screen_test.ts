// `snug chat` in a real terminal: what is to be seen there, and what keys do.
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { needs } from "../harness/needs.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { openTerminal, type TerminalOptions } from "../harness/terminal.ts";
import { enter, say } from "../harness/visitor.ts";

const it = needs("tmux");
/** One is in the room, and nothing is being written. */
const READY = /^#general, [^]*\n#general>$/;

function open(url: string, name: string, options: TerminalOptions = {}) {
  return openTerminal(["chat", url, "--name", name], options);
}

describe("snug chat in a terminal", () => {
  it("two talk; typing is seen, and gone without a trace", async () => {
    await using server = await startServer();
    await using ada = await open(server.url, "Ada");
    await ada.shows(/^#general, 1 here: you\.\n#general>$/);
    await using bob = await open(server.url, "Bob");
    await bob.shows(/^#general, 2 here: Ada, you\.\n#general>$/);
    await ada.shows(/\nBob came in\.\n#general>$/);
    await bob.press("h");
    await ada.shows(/\nBob is typing\n#general>$/);
    await bob.enter("ello");
    await ada.shows(/came in\.\n\d\d:\d\d.* Bob: hello\n#general>$/);
    await bob.shows(/you\.\n\d\d:\d\d.* Bob: hello\n#general>$/);
    await ada.enter("/me nods");
    await bob.shows(/hello\n.* \* Ada nods\n#general>$/);
    await ada.shows(/ \* Ada nods\n#general>$/);
    await ada.enter("/dance");
    await ada.shows(/There is no command \/dance\. To say it, begin with \/\/\.\n#general>$/);
    await ada.enter("/msg Bob psst");
    await bob.shows(/ Ada to you alone: psst\n#general>$/);
    await ada.shows(/ Ada to Bob alone: psst\n#general>$/);
    await ada.enter("/join birds");
    await ada.shows(/\n#birds, 1 here: you\.\n#birds>$/);
    await bob.enter("still here");
    await ada.shows(/#general Bob: still here\n#birds>$/);
    await ada.enter("/leave");
    await ada.shows(/You left #birds\.\n#general>$/);
    await ada.enter("/help");
    await ada.shows(/\/nick name: change your name\n.*\nexit: leave\n#general>$/s);
  });

  it("W20.4 a bot's greeting is told", async () => {
    const REPLIES_FILE = new URL("../../examples/replies.json", import.meta.url).pathname;
    await using server = await startServer({ REPLIES_FILE });
    await using ada = await open(server.url, "Ada");
    await ada.shows(
      /^#general, 1 here: you\.\nBarkeep: Welcome to general, Ada\. [^]*\n#general>$/,
    );
  });

  it("a line is edited, completed, called back and folded, and others do not disturb it", async () => {
    await using server = await startServer();
    await using eve = await enter(server, { username: "Eve Adams" });
    await using ada = await open(server.url, "Ada", { columns: 40, rows: 20 });
    await ada.shows(/2 here/);
    await ada.press("helo", "Left");
    await say(eve, "in between");
    await ada.shows(/Eve Adams: in between\n#general> helo$/);
    await ada.press("l", "Enter");
    await ada.shows(/Ada: hello\n#general>$/);
    await ada.press("C-z", "Up", "C-a", "oh ", "Enter");
    await ada.shows(/Ada: hello\n.* Ada: oh hello\n#general>$/);
    await ada.press("@ev");
    await ada.shows(/> @ev$/);
    await ada.press("Tab");
    await ada.shows(/> @Eve Adams$/);
    const long = "a line of more than forty columns, with wörds 日本語 and 👍 in it";
    await ada.press("C-u", long);
    await ada.shows(/in it$/);
    await say(eve, "above it");
    const screen = await ada.shows(/Eve Adams: above it\n#general> a line/);
    assertEquals(screen.match(/a line of more/g)?.length, 1, screen);
    await ada.resize(60, 20);
    await ada.press("Home", "So: ", "Enter");
    const said = await ada.shows(/Ada: So: a line of more .*[^]*in it\n#general>$/);
    assertEquals(said.match(/a line of more/g)?.length, 1, said);
    assertEquals(
      (await eve.until((message) => message.type === "chat" && message.text === `So: ${long}`))
        .type,
      "chat",
    );
  });

  it("P1 a restart is told in words, and what is being written stays", async () => {
    await using folder = await tempFolder();
    const env = { STORE_URL: `sqlite:${folder.path}/snug.db` };
    await using first = await startServer(env);
    await using ada = await open(first.url, "Ada");
    await ada.shows(READY);
    await ada.enter("before");
    await ada.shows(/Ada: before\n#general>$/);
    await ada.press("half a l");
    await ada.shows(/> half a l$/);
    first.kill("SIGTERM");
    await first.exited;
    await ada.shows(
      /before\nReconnecting in \d+ s\. .*\nReconnecting in \d+ s\. Try \d+\.\n#general> half a l$/s,
    );
    await ada.enter("ine");
    await using _ = await startServer({ ...env, PORT: new URL(first.url).port });
    const screen = await ada.shows(/Connected again\.\n.* Ada: half a line\n#general>$/);
    assertMatch(screen, /^#general.*\n.* Ada: before\nReconnecting in \d+ s\. /);
  });

  it("hostile text does nothing; colours are there unless NO_COLOR is set", async () => {
    await using server = await startServer();
    await using eve = await enter(server, { username: "Eve" });
    await say(eve, "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m\u202eabc\r\nAda: not me");
    await using ada = await open(server.url, "Ada");
    await using plain = await open(server.url, "Ida", { env: { NO_COLOR: "1" } });
    for (const terminal of [ada, plain]) {
      await terminal.shows(
        / Eve: ␛\]0;owned␇␛\[2J␛\[31mred\ufffd31mabc\n {6}Ada: not me\n(.*\n)*#general>$/,
      );
      assertFalse((await terminal.value("pane_title")).includes("owned"));
    }
    // deno-lint-ignore no-control-regex -- colours are what is looked for
    const colours = /\x1b\[[\d;]*m/;
    assertMatch(await ada.screen({ isColoured: true }), colours);
    assertFalse(colours.test(await plain.screen({ isColoured: true })));
  });

  it("exit, Ctrl-D and Ctrl-C leave with 0 and give the terminal back as it was", async () => {
    await using server = await startServer();
    for (const keys of [["exit", "Enter"], ["C-d"], ["half a line", "C-c"]]) {
      await using ada = await open(server.url, "Ada");
      await ada.shows(READY);
      await ada.press(...keys);
      const screen = await ada.shows(/ended with \d+\n[^]*-?echo\b/);
      assertMatch(screen, /^#general, .*\nended with 0\n/);
      assert(/ icanon/.test(screen) && / echo /.test(screen), screen);
    }
  });

  it("a first connection that fails is told, and ends with 1", async () => {
    await using ada = await open("http://127.0.0.1:1", "Ada");
    await ada.shows(
      /^Not connected to 127\.0\.0\.1:1\. The server can't be reached\.\nended with 1\n/,
    );
  });
});
