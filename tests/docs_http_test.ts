// The commands and the program of docs/HTTP.md, run as they stand there.
import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { needs } from "./harness/needs.ts";
import { startProcess } from "./harness/process.ts";
import { passedOn, type Server, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { enter } from "./harness/visitor.ts";
import { ask } from "./harness/http.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/HTTP.md", ROOT));
const HERE = "http://127.0.0.1:8000";
const ADMIN_TOKEN = "a-token-of-the-page";
const ENV = { WS_TOKEN: "open", ADMIN_TOKEN, RATE_BURST: "1000" };

/** The examples of a language, in their order, against that server. */
function examples(language: string, { url }: Server): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, "gm");
  return [...PAGE.matchAll(pattern)].map(([, code]) => code!.replaceAll(HERE, url));
}

describe("docs/HTTP.md", () => {
  needs("curl")("W17 W18 has commands that do what it says", async () => {
    await using server = await startServer(ENV);
    await using folder = await tempFolder();
    await using ada = await enter(server, { username: "ada" });
    const start = (command: string) =>
      startProcess("sh", {
        args: ["-c", `exec ${command}`],
        cwd: folder.path,
        env: { PATH: Deno.env.get("PATH") ?? "", ADMIN_TOKEN },
      });
    const run = async (command: string) => {
      await using process = start(command);
      assertEquals((await process.exited).code, 0, command);
      const answer = JSON.parse(process.stdout());
      assertEquals(answer.code, undefined, `${command}: ${answer.message}`);
      return answer;
    };
    const [talk, self, send, rule, ...others] = examples("sh", server).map((block) =>
      block.split("\n")
    );
    assertEquals(others, []);

    const [first, reply, history, search, events, ...more] = talk!;
    assertEquals(more, []);
    assertEquals((await run(first!)).user, "deploy");
    assertEquals((await run(reply!)).replyTo, 1);
    assertEquals((await run(history!)).messages.length, 2);
    assertEquals((await run(search!)).hits.length, 1);
    await using watching = start(events!);
    await watching.said(/event: joined\n/);

    const [session, once, again, edit, react, remove, ...rest] = self!;
    assertEquals(rest, []);
    const { uid } = await run(session!);
    const said = await run(once!);
    assertEquals([said.uid, said.seq, await run(again!)], [uid, 3, said]);
    assertEquals((await run(edit!)).text, "build 18 is done");
    assertEquals((await run(react!)).emoji, "🎉");
    assertEquals((await run(remove!)).of, 3);
    await watching.said(/event: deleted\n/);

    await Deno.writeTextFile(`${folder.path}/plan.txt`, "first this, then that");
    const [upload, name, fetch, ...nothing] = send!;
    assertEquals(nothing, []);
    const { id } = await run(upload!);
    assertEquals((await run(name!.replace("ID", id))).files.map(({ id }: { id: string }) => id), [
      id,
    ]);
    await using fetching = start(fetch!.replace("ID", id));
    assertEquals((await fetching.exited).code, 0);
    const fetched = await Deno.readTextFile(`${folder.path}/copy.txt`);
    assertEquals(fetched, "first this, then that");

    const answers = [];
    for (const command of rule!) answers.push(await run(command));
    const [muted, banned, list, lifted, everywhere, topic, told, ...none] = answers;
    assertEquals(none, []);
    assertEquals([muted.uid, banned.until, lifted.until], ["mallory", null, 0]);
    assertEquals(list.bans.map(({ uid }: { uid: string }) => uid), ["mallory"]);
    assertEquals([everywhere.uid, everywhere.room], ["mallory", undefined]);
    assertEquals([topic.text, told], ["all about version 17", { connections: 2 }]);
    const system = await ada.until((it) => it.type === "system" && it.room === undefined);
    assertEquals(system, { type: "system", text: "Snug moves to another machine at six." });
    await watching.said(/event: system\ndata: .*at six/);
  });

  it("shows a refusal as it is", async () => {
    await using server = await startServer(ENV);
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const path = "/api/rooms/general/mutes/mallory";
    const { body } = await ask(server, `PUT ${path}`, { minutes: -1 }, headers);
    assertEquals(JSON.parse(examples("json", server)[0]!), body);
  });

  it("has a program that is typed, and says something", async () => {
    await using server = await startServer(ENV);
    await using folder = await tempFolder();
    await using ada = await enter(server);
    const [program = ""] = examples("ts", server);
    const { path } = folder;
    for (const name of ["src", "static", "deno.json", "deno.lock"]) {
      await Deno.symlink(new URL(name, ROOT), `${path}/${name}`);
    }
    const run = async (code: string) => {
      await Deno.writeTextFile(`${path}/hello.ts`, code);
      const args = ["run", "--check", "--allow-net", "hello.ts"];
      const env = { ...passedOn(), NO_COLOR: "1" };
      await using process = startProcess(Deno.execPath(), { args, cwd: path, env });
      const { code: ended } = await process.exited;
      return { ended, out: process.stdout(), err: process.stderr() };
    };
    assertEquals((await run(program)).out, "robot said 1\n");
    assertEquals((await ada.until("chat")).text, "hello");
    const wrong = await run(program.replace('json: { text: "hello" }', "json: { text: 5 }"));
    assertEquals(wrong.ended, 1);
    assertMatch(wrong.err, /'number' is not assignable to type 'string'/);
  });
});
