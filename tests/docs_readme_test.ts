// The commands of README.md that talk to a server over HTTP, run as they stand there.
import { assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { needs } from "./harness/needs.ts";
import { startProcess } from "./harness/process.ts";
import { startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { enter, heard, say, settled } from "./harness/visitor.ts";

const PAGE = await Deno.readTextFile(new URL("../README.md", import.meta.url));
const HERE = "http://127.0.0.1:8000";

describe("README.md", () => {
  needs("curl")("W17 W17.5 W18 its curl commands say, read and watch", async () => {
    const commands = PAGE.split("```sh\n").find((part) => part.startsWith("curl"))!
      .split("\n```")[0]!.split("\n");
    await using server = await startServer();
    await using folder = await tempFolder();
    await using ada = await enter(server, { username: "ada" });
    const start = (command: string) =>
      startProcess("sh", {
        args: ["-c", `exec ${command.replace(HERE, server.url)}`],
        cwd: folder.path,
        env: { PATH: Deno.env.get("PATH") ?? "" },
      });
    const run = async (command = "") => {
      await using process = start(command);
      assertEquals((await process.exited).code, 0, command);
      return JSON.parse(process.stdout());
    };
    const [hi, session, once, history, file, events = ""] = commands;
    assertEquals((await run(hi)).user, "deploy");
    const { uid } = await run(session);
    const first = await run(once);
    assertEquals([first.uid, first.user, await run(once)], [uid, "build", first]);
    await settled(ada);
    const said = heard(ada, "chat");
    assertEquals(said.map(({ text }) => text), ["hi from a script", "build 17 is out"]);
    assertEquals((await run(history)).messages, said);
    await Deno.writeTextFile(`${folder.path}/README.md`, "read me");
    assertEquals((await run(file)).type, "text/plain");
    await using watching = start(events);
    await watching.said(/event: joined\n/);
    await say(ada, "bye");
    await watching.said(/event: chat\nid: [\w-]+:3\ndata: .*"bye"/);
  });
});
