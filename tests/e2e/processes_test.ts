// `snug serve --processes N`: several servers of one chat, kept by one process.
import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import project from "../../deno.json" with { type: "json" };
import { type Config, readConfig } from "../../src/config.ts";
import { refuseProcesses } from "../../src/processes.ts";
import { needs } from "../harness/needs.ts";
import { Person } from "../harness/person.ts";
import { type Process, startProcess } from "../harness/process.ts";
import { RedisServer } from "../harness/redis.ts";
import { type Env, mainEnvironment } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { within } from "../harness/within.ts";

const LIMIT_MS = 30_000;
const MAIN = new URL("../../main.ts", import.meta.url).href;
/** What the task may do. */
const FLAGS = project.tasks["start:processes"].command.split(" ")
  .filter((word) => word.startsWith("--") && word !== "--processes");

/** Starts them by a Deno, which is put in place of the one of that name. */
function start(
  cwd: string,
  processes: string,
  env: Env,
  { flags = FLAGS, deno = Deno.execPath() } = {},
): Process {
  const given = flags.map((flag) => flag === "--allow-run=deno" ? `--allow-run=${deno}` : flag);
  const args = ["run", "--quiet", ...given, MAIN, "serve", "--processes", processes];
  return startProcess(deno, {
    args,
    cwd,
    env: mainEnvironment({ env: { HOST: "127.0.0.1", PORT: "0", ...env } }),
  });
}

/** Where the last so many of them listen, once so many have said so. */
async function listening(process: Process, count: number): Promise<string[]> {
  await process.said(new RegExp(`(listens on http:[^]*){${count}}`), LIMIT_MS);
  return [...process.stdout().matchAll(/listens on (http:\S+)/g)].map(([, url]) => url!);
}

describe("several processes", () => {
  needs("redis-server")(
    "W21 are one chat, are started again when they end, and end as one",
    async () => {
      await using folder = await tempFolder();
      await using redis = await RedisServer.start();
      await using all = start(folder.path, "2", { STORE_URL: redis.url, DRAIN_MS: "3000" });
      const [one, two] = await listening(all, 2);
      {
        await using ada = new Person(one!, { name: "ada" });
        await using bob = new Person(two!, { name: "bob" });
        await Promise.all([ada.join(), bob.join()]);
        ada.say("from one to the other");
        await bob.until("it", () => bob.texts.includes("from one to the other"));
      }
      const pid = Number((await all.said(/process 0 is (\d+), with PORT=0/))[1]);
      Deno.kill(pid, "SIGKILL");
      await all.said(
        new RegExp(`process 0 is ${pid}[^]*process 0 ended with "?SIGKILL"?; again in 0.5 s`),
      );
      const [, , third] = await listening(all, 3);
      await using eve = new Person(third!, { name: "eve" });
      await eve.join();
      all.kill("SIGHUP");
      await eve.until("a pause", () => eve.states.some(({ status }) => status === "waiting"));
      assertEquals((await within(LIMIT_MS, "its end", all.exited)).code, 0);
      assertMatch(all.stderr(), /"?SIGHUP"?: ending 2 processes/);
      // Each was told once, and let everybody go.
      assertEquals(all.stderr().match(/"?SIGTERM"?: sending everyone home/g)?.length, 2);
      for (const url of [two!, third!]) {
        const answer = await fetch(url).then(() => "answers", () => "is gone");
        assertEquals(answer, "is gone");
      }
    },
  );

  for (const when of ["are looking for their Redis", "have not begun yet"]) {
    it(`that ${when} end well too`, async () => {
      await using folder = await tempFolder();
      // A Redis that takes the connection and never says a word.
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const STORE_URL = `redis://127.0.0.1:${silent.addr.port}`;
      await using all = start(folder.path, "2", { STORE_URL });
      using _first = await within(LIMIT_MS, "a connection", silent.accept());
      const isLooking = when === "are looking for their Redis";
      if (!isLooking) await all.said(/process 1 is/, LIMIT_MS);
      all.kill("SIGTERM");
      assertEquals((await within(LIMIT_MS, "its end", all.exited)).code, 0);
      assertEquals(/process 0 is/.test(all.stderr()), !isLooking);
    });
  }

  needs("redis-server")(
    "are not started again and again by a Redis that refuses them",
    async () => {
      await using folder = await tempFolder();
      await using redis = await RedisServer.start(["--save", "", "--requirepass", "s3cret"]);
      const STORE_URL = redis.url.replace("//", "//:wr0ng@");
      await using all = start(folder.path, "2", { STORE_URL });
      assertEquals((await within(LIMIT_MS, "its end", all.exited)).code, 1);
      assertMatch(
        all.stderr(),
        /^Snug can't start: can't use the Redis of STORE_URL: WRONGPASS [^\n]*\n$/,
      );
    },
  );

  it("go on being kept while another Deno is put in place of theirs", async () => {
    await using folder = await tempFolder();
    const deno = `${folder.path}/deno`;
    await Deno.copyFile(Deno.execPath(), deno);
    // They end by themselves, because there are no such files.
    const env = {
      STORE_URL: "redis://127.0.0.1:1",
      TLS_CERT_FILE: `${folder.path}/none`,
      TLS_KEY_FILE: `${folder.path}/none`,
    };
    await using all = start(folder.path, "1", env, { deno });
    await all.said(
      /does not work yet: .*ECONNREFUSED[^]*process 0 ended with 1; again in 0.5 s/,
      LIMIT_MS,
    );
    await Deno.remove(deno);
    await all.said(/process 0 ended with .*deno'.*; again in \d+ s/, LIMIT_MS);
    await Deno.copyFile(Deno.execPath(), deno);
    await all.said(/process 0 ended with .*deno'[^]*process 0 ended with 1;/, LIMIT_MS);
    all.kill("SIGTERM");
    assertEquals((await within(LIMIT_MS, "its end", all.exited)).code, 0);
  });

  const refused: [what: string, count: string, env: Env, flags: string[], said: RegExp][] = [
    ["a file", "2", { STORE_URL: "sqlite:snug.db" }, FLAGS, /needs STORE_URL=redis:.*sqlite:/],
    ["the memory", "2", { STORE_URL: "memory:" }, FLAGS, /needs STORE_URL=redis:.*memory:/],
    [
      "too few ports",
      "3",
      { STORE_URL: "redis://127.0.0.1:1", PORT: "65534" },
      FLAGS,
      /ports from PORT=65534 on/,
    ],
    [
      "too few cores",
      String(4 * navigator.hardwareConcurrency + 1),
      { STORE_URL: "redis://127.0.0.1:1" },
      FLAGS,
      /--processes \d+ is too many: expected at most \d+, 4 for each core/,
    ],
    [
      "no right to start any",
      "2",
      { STORE_URL: "redis://127.0.0.1:1" },
      FLAGS.filter((flag) => !flag.startsWith("--allow-run")),
      /run it with --allow-run=/,
    ],
  ];
  for (const [what, count, env, flags, said] of refused) {
    it(`with ${what} are refused in words`, async () => {
      await using folder = await tempFolder();
      await using process = start(folder.path, count, env, { flags });
      assertEquals((await within(LIMIT_MS, "its end", process.exited)).code, 1);
      assertMatch(process.stderr(), /^Snug can't start: .*\n$/);
      assertMatch(process.stderr(), said);
    });
  }

  it("may share a Redis, wherever it listens", () => {
    for (const STORE_URL of ["redis://h", "rediss://h", "unix:///run/redis.sock?db=1"]) {
      const { config } = readConfig({ STORE_URL }) as { config: Config };
      assertEquals(refuseProcesses(config, 2), undefined);
    }
  });

  it("may do what one alone may", async () => {
    const text = await Deno.readTextFile(new URL("../../src/processes.ts", import.meta.url));
    const given = [...text.matchAll(/"(--(?:allow|deny|v8)[^"]*)"/g)].map(([, flag]) => flag);
    const { command } = project.tasks.start;
    assertEquals(given, command.split(" ").filter((word) => word.startsWith("--")));
  });
});
