// The commands and files of docs/BOTS.md, used as they stand there but for paths and ports.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parse } from "yaml";
import { readReplies } from "../src/replies.ts";
import { needs } from "./harness/needs.ts";
import { startProcess } from "./harness/process.ts";
import { mainCommand, mainEnvironment, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { enter, heard, settled } from "./harness/visitor.ts";
import { within } from "./harness/within.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/BOTS.md", ROOT));
const HERE = "http://127.0.0.1:8000";
const LIMIT_MS = 60_000;
const blocks = (kind: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)\\n\`\`\`$`, "gm"))].map(([, it]) => it!);

describe("docs/BOTS.md", () => {
  needs("curl")("W20.5 W20.6 a hook is made, posted to, listed and revoked", async () => {
    const [, using, revoking] = blocks("sh");
    const ADMIN_TOKEN = "who-may-do-everything";
    await using server = await startServer({ WS_TOKEN: "open", ADMIN_TOKEN });
    await using ada = await enter(server);
    const run = async (script: string) => {
      const env = { PATH: Deno.env.get("PATH") ?? "", ADMIN_TOKEN };
      const args = ["-euc", script.replaceAll(HERE, server.url)];
      await using process = startProcess("sh", { args, env });
      const { code } = await within(LIMIT_MS, "its end", process.exited);
      assertEquals(code, 0, process.stdout() + process.stderr());
      return process.stdout();
    };
    assertEquals(await run(using!), "okokok");
    await settled(ada);
    const said = heard(ada, "chat");
    assertEquals(said.map(({ user }) => user), ["Builds", "Builds", "Builds"]);
    assertEquals(said.slice(0, 2).map(({ text }) => text), ["Build 17 is out", "So is build 18"]);
    assertMatch(said[2]!.text, /\d:\d\d/);
    await run(revoking!);
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const left = await fetch(`${server.url}/api/hooks`, { headers });
    assertEquals(await left.json(), { hooks: [] });
  });

  it("W20 the bot starts as it says, by the file that ships", async () => {
    const [command] = blocks("sh");
    await using folder = await tempFolder();
    const snug = mainCommand({}).map((word) => `'${word}'`).join(" ");
    const script = command!.replace(/ snug$/, ` exec ${snug}`).replace(
      "examples/",
      new URL("examples/", ROOT).pathname,
    );
    const env = { ...mainEnvironment({}), PORT: "0", STORE_URL: "memory:" };
    await using server = startProcess("sh", { args: ["-euc", script], cwd: folder.path, env });
    const [, url] = await server.said(/listens on (http:\S+)/);
    await using ada = await enter({ wsUrl: `${url!.replace("http", "ws")}/ws` });
    assertMatch((await ada.until("system")).text, /^Welcome/);
  });

  it("its JSON is a file of replies, and its YAML is YAML", () => {
    const [json, ...more] = blocks("json");
    assert(more.length === 0 && readReplies(json!, 16384).ok);
    assertEquals(blocks("yaml").length, 3);
    for (const yaml of blocks("yaml")) assert(typeof parse(yaml) === "object");
  });
});
