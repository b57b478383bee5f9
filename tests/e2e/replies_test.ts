import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { openEvents } from "../harness/events.ts";
import { ask } from "../harness/http.ts";
import { startMain, startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { enter, heard, say, settled, texts, type Visitor } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";

const EXAMPLE = new URL("../../examples/replies.json", import.meta.url).pathname;
/** Longer than it takes to look at the file again, on any machine. */
const LIMIT_MS = 30_000;

/** Says it, and gives what the bot answers. */
async function answerTo(visitor: Visitor, text: string): Promise<string> {
  const { seq } = await say(visitor, text);
  const answer = await visitor.until((it) => it.type === "chat" && it.replyTo === seq);
  assert(answer.type === "chat" && answer.uid === "bot:replies");
  return answer.text;
}

const saying = (text: string, name = "Bot") =>
  JSON.stringify({ name, rooms: { general: { default: text } } });

describe("REPLIES_FILE", () => {
  it("W20 the shipped example greets, answers, and says when it did not understand", async () => {
    await using server = await startServer({ REPLIES_FILE: EXAMPLE });
    await using ada = await enter(server, { username: "Ada" });
    const greeting = await ada.until("system");
    assertEquals([greeting.user, greeting.uid], ["Barkeep", "bot:replies"]);
    assertEquals(greeting.text, "Welcome to general, Ada. Say “help”, and I tell what I know.");
    assertEquals(await answerTo(ada, "hi"), "Hello, Ada!");
    assertEquals(await answerTo(ada, "Hello there"), "Hello, Ada!");
    assertMatch(await answerTo(ada, "i need help"), /^What is it about\?/);
    assertMatch(await answerTo(ada, "When are your opening hours?"), /from 9 to 5/);
    assertMatch(await answerTo(ada, "xyzzy"), /^I did not understand that, Ada\./);
    // Plain clients, streams and who posts over HTTP are people too.
    await using plain = await enter(server, { username: "Bob", isPlain: true });
    assertMatch((await plain.until("system")).text, /^Welcome to general, Bob\./);
    await using events = await openEvents(server);
    const told = (await events.until("system")).data;
    assert(told.type === "system" && told.text.startsWith("Welcome to general, guest-"));
    const { body } = await ask(server, "POST /api/rooms/general/messages?username=Eve", "hi");
    const answer = await ada.until((it) => it.type === "chat" && it.replyTo === body.seq);
    assert(answer.type === "chat" && answer.text === "Hello, Eve!");
  });

  it("W20.2 what was said before a restart is answered once, and its entries stay", async () => {
    await using folder = await tempFolder();
    const env = { REPLIES_FILE: EXAMPLE, STORE_URL: `sqlite:${folder.path}/snug.db` };
    const said: string[] = [];
    for (const text of ["hi", "hello"]) {
      await using server = await startServer(env);
      await using ada = await enter(server, { username: "Ada" });
      await answerTo(ada, text);
      await settled(ada);
      said.push(text, "Hello, Ada!");
      await using late = await enter(server);
      assertEquals(texts(late.joined.messages), said);
    }
  });

  it("is read again when it changes, also where another file takes its place", async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/replies.json`;
    await Deno.writeTextFile(path, saying("one"));
    await using server = await startServer({ REPLIES_FILE: path });
    await using ada = await enter(server, { username: "Ada" });
    assertEquals(await answerTo(ada, "?"), "one");
    const changes = () => server.stderr().split("REPLIES_FILE has changed").length - 1;
    const changed = (count: number) =>
      server.said(new RegExp(`(REPLIES_FILE has changed[^]*){${count}}`), LIMIT_MS);
    await Deno.writeTextFile(path, saying("two"));
    await changed(1);
    assertEquals(await answerTo(ada, "?"), "two");
    // As an editor saves: of the same size, and with the times of the old one.
    await Deno.writeTextFile(`${path}~`, saying("six"));
    const { mtime, atime } = await Deno.stat(path);
    await Deno.utime(`${path}~`, atime!, mtime!);
    await Deno.rename(`${path}~`, path);
    await changed(2);
    assertEquals(await answerTo(ada, "?"), "six");
    assertEquals(changes(), 2);
  });

  it("when it goes bad it is told once, without its texts, and the old one stays", async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/replies.json`;
    await Deno.writeTextFile(path, saying("one"));
    await using server = await startServer({ REPLIES_FILE: path });
    await using ada = await enter(server, { username: "Ada" });
    const put = async (json: string | undefined, said: RegExp) => {
      if (json === undefined) await Deno.remove(path);
      else {
        // At once: half a file would be told too.
        await Deno.writeTextFile(`${path}~`, json);
        await Deno.rename(`${path}~`, path);
      }
      await server.said(said, LIMIT_MS);
    };
    await put(
      `{"rooms": "s3cret"}`,
      /the old replies stay: .*name: expected, and is missing; .*rooms: exp/,
    );
    await put("{ s3cret", /replies\.json: expected JSON/);
    await put(saying("s3cret", "Ada"), /name: expected one that no user has now/);
    await put(undefined, /replies\.json: can't be read: /);
    assertEquals(await answerTo(ada, "?"), "one");
    await put(saying("two", "Other"), /REPLIES_FILE has changed/);
    assertEquals(await answerTo(ada, "?"), "two");
    assertEquals(heard(ada, "chat").at(-1)?.user, "Other");
    assertEquals(server.stderr().split("the old replies stay").length - 1, 4, server.stderr());
    assertFalse(server.stderr().includes("s3cret"), server.stderr());
  });

  it("stops a start that can't go by it, with a line for each problem", async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/replies.json`;
    await Deno.writeTextFile(path, `{"rooms": {"a b": {}}}`);
    const start = async (REPLIES_FILE: string) => {
      await using process = startMain({
        env: { PORT: "0", STORE_URL: "memory:", REPLIES_FILE },
        cwd: folder.path,
      });
      const { code } = await within(LIMIT_MS, "its end", process.exited);
      assertEquals([code, process.stdout()], [1, ""]);
      return process.stderr().trimEnd().split("\n");
    };
    assertEquals(await start("replies.json"), [
      "Snug can't start: REPLIES_FILE=replies.json: name: expected, and is missing",
      "REPLIES_FILE=replies.json: rooms.a b: expected the name of a room",
    ]);
    const [missing] = await start("nothing.json");
    assertMatch(
      missing!,
      /^Snug can't start: REPLIES_FILE=nothing\.json: can't be read: No such file/,
    );
  });
});
