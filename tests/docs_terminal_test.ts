// The commands of docs/TERMINAL.md, run as they stand there by a shell.
import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mainCommand, mainEnvironment, startServer } from "./harness/server.ts";
import { type Process, startProcess } from "./harness/process.ts";
import { tempFolder } from "./harness/temp.ts";
import { within } from "./harness/within.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/TERMINAL.md", import.meta.url));
const HERE = "http://127.0.0.1:8000";
const LIMIT_MS = 60_000;

/** The commands of the page, in their order. */
const COMMANDS = [...PAGE.matchAll(/^```sh\n([^]*?)\n```$/gm)].map(([, command]) => command!);

/** A shell in a folder of its own, where `snug` is the program, runs what it is given. */
async function shell(folder: string, command: string): Promise<Process> {
  const snug = mainCommand({}).map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${folder}/snug`, `#!/bin/sh\nexec ${snug} "$@"\n`, { mode: 0o755 });
  const env = mainEnvironment({});
  const path = { PATH: `${folder}:${env.PATH}` };
  return startProcess("/bin/sh", {
    args: ["-c", command.replaceAll("~", folder)],
    cwd: folder,
    env: { ...env, ...path },
  });
}

describe("docs/TERMINAL.md", () => {
  it("has commands that do what it says", async () => {
    await using server = await startServer({ WS_TOKEN: "a-token-of-the-page" });
    await using folder = await tempFolder();
    const { path } = folder;
    await Deno.writeTextFile(`${path}/.snug-token`, "a-token-of-the-page\n");
    const [alone, board, pipe, json, tail, ...others] = COMMANDS.map((command) => {
      assertMatch(command, RegExp(`snug chat ${HERE}`));
      const here = command.replaceAll(HERE, server.url);
      return `export SNUG_TOKEN="$(cat ${path}/.snug-token)"\n${here}`;
    });
    assertEquals(others, []);
    for (const command of [alone!, board!.replace(/^export.*\n/, ""), pipe!, json!]) {
      await using process = await shell(path, command);
      await process.end();
      const { code } = await within(LIMIT_MS, command, process.exited);
      assertEquals([code, process.stdout(), process.stderr()], [0, "", ""], command);
    }
    const lines = (await Deno.readTextFile(`${path}/sent.jsonl`)).trimEnd().split("\n");
    const sent = lines.map((line) => JSON.parse(line)).find(({ type }) => type === "sent");
    assertEquals([sent.room, sent.seq, sent.text], ["ops", 2, "Version 1.4 is out"]);

    // What runs in the background is stopped as a script does it.
    const until = `until grep -qs "#ops, " ops.log; do :; done; kill $!; wait $!`;
    await using process = await shell(path, `${tail}\n${until}`);
    const { code } = await within(LIMIT_MS, tail!, process.exited);
    assertEquals([code, process.stderr()], [0, ""]);
    assertMatch(await Deno.readTextFile(`${path}/ops.log`), /Deploy: Version 1\.4 is out\n/);
  });
});
