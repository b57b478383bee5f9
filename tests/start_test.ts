import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import project from "../deno.json" with { type: "json" };
import { STORE_URLS } from "../src/store_url.ts";
import { openClient } from "./harness/client.ts";
import { type Env, type Server, startMain, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { within } from "./harness/within.ts";

type Start = { args?: string[]; env?: Env; dotEnv?: string; cwd?: string };
type Ended = { code: number; out: string[]; err: string[] };

/** Starts what must end by itself, and gives what it said, line by line. */
async function run({ args = [], env = {}, dotEnv, cwd }: Start): Promise<Ended> {
  await using folder = await tempFolder();
  if (dotEnv !== undefined) await Deno.writeTextFile(`${folder.path}/.env`, dotEnv);
  await using process = startMain({ args, env, cwd: cwd ?? folder.path });
  const { code } = await within(20_000, "its end", process.exited);
  const lines = (text: string) => text === "" ? [] : text.trimEnd().split("\n");
  return { code, out: lines(process.stdout()), err: lines(process.stderr()) };
}

/** It said in words why it can't start, on standard error alone. */
function assertRefused({ code, out, err }: Ended) {
  assertEquals([code, out], [1, []], err.join("\n"));
  assertMatch(err[0]!, /^Snug can't start:/);
  for (const line of err) assertFalse(/^\s+at |Error:|\.ts:\d/.test(line), line);
}

/** The one sentence of such a start. */
async function refusal(start: Start): Promise<string> {
  const ended = await run(start);
  assertRefused(ended);
  assertEquals(ended.err.length, 1, ended.err.join("\n"));
  return ended.err[0]!;
}

describe("the command line", () => {
  it("--version says the version of deno.json, and -V too", async () => {
    for (const flag of ["--version", "-V"]) {
      const ended = await run({ args: [flag] });
      assertEquals(ended, { code: 0, out: [`snug ${project.version}`], err: [] });
    }
  });

  it("--help says how it is used, and -h too, also where the settings are bad", async () => {
    for (const flag of ["--help", "-h"]) {
      const { code, out, err } = await run({ args: [flag], env: { PORT: "bad" } });
      assertEquals([code, err], [0, []]);
      assertMatch(out.join("\n"), /usage: snug .*backup FILE.*--help.*--version/s);
    }
  });

  it("ends with 2 and says how it is used when it does not know a word", async () => {
    const unknown = [["sevre"], ["serve", "8000"], ["--port=8000"], ["--versions"], [""]];
    for (const args of unknown) {
      const { code, out, err } = await run({ args });
      assertEquals([code, out], [2, []]);
      assertEquals(err[0]!.trimEnd(), `unknown: ${args.join(" ")}`.trimEnd());
      assertMatch(err.join("\n"), /usage: snug/);
    }
  });
});

describe("a command", () => {
  it("ends with 2 and says what it needs when that is not given", async () => {
    for (const word of ["backup", "restore"]) {
      const { code, out, err } = await run({ args: [word] });
      assertEquals([code, out, err[0]], [2, [], `${word} needs a file`]);
    }
    for (const number of [[], ["0"], ["1000"], ["three"]]) {
      const { code, err } = await run({ args: ["serve", "--processes", ...number] });
      assertEquals([code, err[0]], [2, "--processes needs a whole number from 1 to 999"]);
    }
    for (const args of [["backup", "a", "b"], ["check", "a", "b"], ["health", "a"]]) {
      const { code, err } = await run({ args });
      assertEquals([code, err[0]], [2, `unknown: ${args.join(" ")}`]);
    }
  });

  it("says in words why there is nothing to do it with", async () => {
    const cases: [string[], string][] = [
      [["check"], "STORE_URL is memory: and this needs a file, sqlite:<path>"],
      [["import", "nothing.jsonl"], "STORE_URL is memory: and this needs a file, sqlite:<path>"],
    ];
    for (const [args, words] of cases) {
      const { code, out, err } = await run({ args, env: { STORE_URL: "memory:" } });
      assertEquals([code, out, err], [1, [], [words]]);
    }
    const { code, err } = await run({ args: ["import", "nothing.jsonl"] });
    assertEquals(code, 1);
    assertMatch(err.join("\n"), /^can't read nothing\.jsonl: No such file/);
  });

  it("tells what is wrong with the settings, as a start does", async () => {
    const { code, err } = await run({ args: ["check"], env: { PORT: "bad" } });
    assertEquals([code, err[0]], [1, "Snug can't check:"]);
    assertMatch(err[1]!, /^PORT=bad: expected /);
    const { err: ofFile } = await run({ args: ["check"], dotEnv: "PORT" });
    assertEquals(ofFile, ["Snug can't check: .env, line 1: expected NAME=value"]);
  });
});

describe("a start with bad settings", () => {
  it("tells all of them at once, a line each, and ends with 1", async () => {
    const ended = await run({
      env: {
        PORT: "80000",
        LOG_LEVEL: "loud",
        WS_TOKN: "s3cret",
        STORE_URL: "mysql://x",
        HOME: "",
      },
    });
    assertRefused(ended);
    assertEquals(ended.err, [
      "Snug can't start:",
      "WS_TOKN: not a variable of Snug; expected WS_TOKEN",
      "PORT=80000: expected a port from 0 to 65535; 0 takes a free one",
      `STORE_URL=mysql://x: expected ${STORE_URLS}`,
      "LOG_LEVEL=loud: expected debug, info, warn or error",
    ]);
  });

  it("reads .env beside it, and the real environment wins", async () => {
    const dotEnv = `# a comment
      PORT=of-the-file
      LOG_FORMAT="of the file"
      LOG_LEVEL=of-the-file`;
    const { err } = await run({ dotEnv, env: { LOG_LEVEL: "of-the-environment", PORT: "0" } });
    assertEquals(err.map((line) => line.split(":")[0]), [
      "Snug can't start",
      "LOG_LEVEL=of-the-environment",
      "LOG_FORMAT=of the file",
    ]);
  });

  it("names the lines of .env that say nothing, without what they hold", async () => {
    const dotEnv =
      'PORT=0\n# a comment\n\nWS_TOKEN secret\nOTHER="two\nlines"\nexport A=1\n=secret';
    const { err } = await run({ dotEnv });
    assertEquals(
      err,
      [4, 8].map((line) => `Snug can't start: .env, line ${line}: expected NAME=value`),
    );
  });

  it("takes the lines of a value of several for what they are, whatever stands in them", async () => {
    const values = [`"one\ntwo \\n three\nfour"`, "'one\ntwo \\n\n\"three\n'", "`one\ntwo\r\n'`"];
    for (const value of values) {
      const { err } = await run({ dotEnv: `OTHER=${value}\nOTHER=\nwrong\n"wrong\nPORT=bad` });
      const first = value.split("\n").length + 2;
      assertEquals(
        err,
        [first, first + 1].map((line) =>
          `Snug can't start: .env, line ${line}: expected NAME=value`
        ),
        value,
      );
    }
  });

  it("says so when .env can't be read", async () => {
    await using folder = await tempFolder();
    await Deno.mkdir(`${folder.path}/.env`);
    assertMatch(await refusal({ cwd: folder.path }), /: \.env can't be read: /);
  });
});

describe("a start that finds something in its way", () => {
  it("names the port that is in use", async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    for (const STORE_URL of ["memory:", "sqlite:snug.db"]) {
      assertEquals(
        await refusal({ env: { PORT: String(port), STORE_URL } }),
        `Snug can't start: port ${port} on 127.0.0.1 is in use; stop what uses it, or set PORT`,
      );
    }
  });

  it("names an address that is not of this machine", async () => {
    // An address of documentation (RFC 5737): no machine has it.
    const sentence = await refusal({ env: { HOST: "192.0.2.1", PORT: "0", STORE_URL: "memory:" } });
    assertStringIncludes(sentence, "can't listen on 192.0.2.1:0: ");
    assertMatch(sentence, /; HOST must be an address of this machine, and PORT one /);
  });

  it("names a store that can't be written", async () => {
    await using folder = await tempFolder();
    await Deno.writeTextFile(`${folder.path}/file`, "");
    const path = `${folder.path}/file/snug.db`;
    const sentence = await refusal({ env: { PORT: "0", STORE_URL: `sqlite:${path}` } });
    assertStringIncludes(sentence, `can't write ${path}.lock: `);
    assertMatch(sentence, /; STORE_URL must name a place where this process may write$/);
    const FILES_DIR = `${folder.path}/file`;
    const other = await refusal({ env: { PORT: "0", STORE_URL: "memory:", FILES_DIR } });
    assertStringIncludes(other, `can't write ${FILES_DIR}/.lock: `);
    assertMatch(other, /; FILES_DIR must name a place where this process may write$/);
  });

  it("names a database that is none, and leaves it as it is", async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/snug.db`;
    await Deno.writeTextFile(path, "these are my notes");
    const sentence = await refusal({ env: { PORT: "0", STORE_URL: `sqlite:${path}` } });
    assertStringIncludes(sentence, `can't use the database ${path}: file is not a database`);
    assertEquals(await Deno.readTextFile(path), "these are my notes");
  });

  it("names the database that another server uses, which goes on", async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/snug.db`;
    await using server = await startServer({ STORE_URL: `sqlite:${path}` });
    const sentence = await refusal({ env: { PORT: "0", STORE_URL: `sqlite:${path}` } });
    assertStringIncludes(sentence, `another process uses the database ${path}: stop it, or`);
    assertEquals(
      (await fetch(`${server.url}/readyz`).then((answer) => answer.json())).status,
      "ready",
    );
  });
});

describe("a start where others can reach it, without a token set,", () => {
  it("P6 makes one, shows it once in a link, and keeps only its hash", async () => {
    await using folder = await tempFolder();
    const env = {
      HOST: "0.0.0.0",
      STORE_URL: `sqlite:${folder.path}/snug.db`,
      LOG_LEVEL: "debug",
    };
    let token = "";
    {
      await using server = await startServer(env);
      const [link, made] = await server.said(/http:\/\/localhost:\d+\/#token=([\w-]+)\n/);
      token = made!;
      assert(token.length >= 22, "it can be guessed");
      assertStringIncludes(link!, new URL(server.url).port);
      await use(server, token);
      assertEquals(await holding(folder.path, token), []);
      server.kill("SIGTERM");
      assertEquals((await server.exited).code, 0);
      assertEquals(server.stdout().split(token).length, 2, "it is shown once");
      assertFalse(server.stderr().includes(token), "it is in the log");
    }
    assertEquals(await holding(folder.path, token), []);

    for (let again = 0; again < 2; again++) {
      await using server = await startServer(env);
      await use(server, token);
      server.kill("SIGTERM");
      await server.exited;
      assertFalse(server.stdout().includes("token="), "another link is shown");
      assertFalse((server.stdout() + server.stderr()).includes(token), "it is shown again");
    }
    assertEquals(await holding(folder.path, token), []);
  });

  it("P6 makes another one for another store", async () => {
    const made = await Promise.all([1, 2].map(async () => {
      await using server = await startServer({ HOST: "0.0.0.0" });
      return (await server.said(/#token=([\w-]+)/))[1];
    }));
    assert(made[0] !== made[1]);
  });

  it("P6 makes none where one is set, and that one decides from then on", async () => {
    await using folder = await tempFolder();
    const env = { HOST: "0.0.0.0", STORE_URL: `sqlite:${folder.path}/snug.db` };
    let made = "";
    {
      await using server = await startServer(env);
      made = (await server.said(/#token=([\w-]+)/))[1]!;
    }
    await using server = await startServer({ ...env, WS_TOKEN: "chosen" });
    await use(server, "chosen");
    assertEquals(await statusWith(server, made), 401);
    assertFalse((server.stdout() + server.stderr()).includes("chosen"));
  });

  it("P6 is open when WS_TOKEN=open says so, and says that it is", async () => {
    await using server = await startServer({ HOST: "0.0.0.0", WS_TOKEN: "open" });
    assertEquals(await statusWith(server), 426);
    assertMatch(server.stdout(), /open to everybody who can reach it/);
    assertFalse(server.stdout().includes("token="));
  });

  it("P6 is open on a loopback address, to this machine", async () => {
    await using server = await startServer({});
    assertEquals(await statusWith(server), 426);
    assertMatch(server.stdout(), /open to this machine/);
    assertFalse(server.stdout().includes("token="));
  });
});

/** The token lets in, and nothing else does. */
async function use(server: Server, token: string) {
  assertEquals(await statusWith(server), 401);
  assertEquals(await statusWith(server, `${token}x`), 401);
  assertEquals(await statusWith(server, "open"), 401);
  assertEquals(await statusWith(server, token), 426);
  await using client = await openClient(`${onLoopback(server)}/ws?token=${token}`);
  await client.next("welcome");
}

/** What /ws answers to this token: 426 where a WebSocket would be let in. */
async function statusWith(server: Server, token?: string): Promise<number> {
  const query = token === undefined ? "" : `?token=${encodeURIComponent(token)}`;
  const answer = await fetch(`${onLoopback(server)}/ws${query}`);
  await answer.body?.cancel();
  return answer.status;
}

function onLoopback({ url }: Server): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:");
}

/** The files of a folder that hold the text, and what a database in it says of it. */
async function holding(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const bytes = await Deno.readFile(`${folder}/${name}`);
    if (new TextDecoder("latin1").decode(bytes).includes(text)) found.push(name);
  }
  const db = new DatabaseSync(`${folder}/snug.db`, { readOnly: true });
  const kept = JSON.stringify(db.prepare("select * from meta").all());
  db.close();
  assertStringIncludes(kept, "token-hash");
  return kept.includes(text) ? [...found, "meta"] : found;
}
