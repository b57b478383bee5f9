// The commands of docs/OPERATIONS.md, run as they stand there but for paths, hosts and ports.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readConfig } from "../src/config.ts";
import { tempCertificate } from "./harness/certificate.ts";
import { needs } from "./harness/needs.ts";
import { startNginx } from "./harness/nginx.ts";
import { type Process, startProcess } from "./harness/process.ts";
import { RedisServer } from "./harness/redis.ts";
import { passedOn, startServer } from "./harness/server.ts";
import { tempFolder } from "./harness/temp.ts";
import { enter, say } from "./harness/visitor.ts";
import { within } from "./harness/within.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/OPERATIONS.md", ROOT));
const BLOCKS = [...PAGE.matchAll(/^```sh\n([^]*?)\n```$/gm)].map(([, block]) => block!);
const LIMIT_MS = 60_000;

type Change = [from: string, to: string];

/** What each block that is run here can be told by. */
const RUN = {
  serve: "TRUSTED_PROXIES=127.0.0.1 WS_TOKEN",
  ask: "https://chat.example.org/ws",
  tls: "TLS_CERT_FILE",
  metrics: "curl --fail http://127.0.0.1:8000/metrics",
  metricsByToken: "Bearer $METRICS_TOKEN",
  checkRules: "promtool check",
  backup: 'snug backup "',
  restore: "snug restore",
  renew: "snug renew",
  save: "snug export > saved",
  fetchPackages: "deno install",
};
const NOT_RUN = "# Not run by a test";

/** A block, with what a test has in place of its words. */
function block(name: keyof typeof RUN, changes: Change[] = []): string {
  const found = BLOCKS.filter((one) => one.includes(RUN[name]));
  assertEquals(found.length, 1, `${found.length} blocks have ${RUN[name]}`);
  return changes.reduce((text, [from, to]) => {
    assertStringIncludes(text, from);
    return text.replaceAll(from, to);
  }, found[0]!);
}

/** Where the commands are run: `snug` is this program, and works on a database in there. */
async function place() {
  const folder = await tempFolder();
  const program = `${folder.path}/snug`;
  const main = new URL("main.ts", ROOT).pathname;
  const permissions = "--allow-net --allow-env --allow-read --allow-write";
  const start = `exec '${Deno.execPath()}' run --quiet ${permissions} '${main}' "$@"`;
  await Deno.writeTextFile(program, `#!/bin/sh\n${start}\n`, { mode: 0o755 });
  const { PATH, ...ours } = passedOn();
  const run = (script: string, env: Record<string, string> = {}, cwd = folder.path) =>
    startProcess("sh", {
      args: ["-euc", script],
      cwd,
      env: { ...ours, NO_COLOR: "1", ...env, PATH: `${folder.path}:${PATH}` },
    });
  return Object.assign(folder, { run, database: `sqlite:${folder.path}/data/snug.db` });
}

/** What a block said that did what it was told. */
async function ended(process: Process): Promise<string> {
  const { code } = await within(LIMIT_MS, "its end", process.exited);
  assertEquals(code, 0, process.stdout() + process.stderr());
  return process.stdout();
}

/** A script whose last command becomes the process itself, so that a signal reaches it. */
const inPlace = (script: string) => script.replace(/ snug$/, " exec snug");

describe("docs/OPERATIONS.md", () => {
  needs("nginx", "curl")("behind nginx: the server, and how to see that it works", async () => {
    await using here = await place();
    const script = block("serve");
    await using server = here.run(inPlace(script), { PORT: "0", STORE_URL: "memory:" });
    const [, url] = await server.said(/listens on (http:\S+)/);
    await using nginx = await startNginx([{ url: url! }]);
    const ask = block("ask", [["https://chat.example.org", nginx.url]]);
    await using good = here.run(ask, { WS_TOKEN: "a-long-random-one" });
    assertMatch(await ended(good), /^HTTP\/1\.1 426 /);
    await using bad = here.run(ask, { WS_TOKEN: "another" });
    assertMatch(await ended(bad), /^HTTP\/1\.1 401 /);
  });

  needs("openssl")("TLS: the server takes the files", async () => {
    await using here = await place();
    await using certificate = await tempCertificate();
    const { TLS_CERT_FILE, TLS_KEY_FILE } = certificate.env;
    await using server = here.run(
      inPlace(block("tls", [
        ["PORT=443", "PORT=0"],
        ["HOST=0.0.0.0", "HOST=127.0.0.1"],
        ["fullchain.pem", TLS_CERT_FILE],
        ["privkey.pem", TLS_KEY_FILE],
      ])),
      { STORE_URL: "memory:" },
    );
    await server.said(/listens on https:/);
  });

  needs("curl")("monitor: metrics without a token here, and with one", async () => {
    await using here = await place();
    const METRICS_TOKEN = "one-for-prometheus";
    await using server = await startServer({ METRICS_TOKEN, TRUSTED_PROXIES: "192.0.2.1" });
    await using behind = await startServer({ METRICS_TOKEN, TRUSTED_PROXIES: "127.0.0.1" });
    const at = (url: string): Change[] => [["http://127.0.0.1:8000", url]];
    await using own = here.run(block("metrics", at(server.url)));
    assertMatch(await ended(own), /^snug_connections 0$/m);
    await using without = here.run(block("metrics", at(behind.url)));
    assert((await without.exited).code !== 0);
    await using other = here.run(block("metricsByToken", at(behind.url)), { METRICS_TOKEN });
    assertMatch(await ended(other), /^snug_connections 0$/m);
  });

  needs("promtool")("alerts: the check of the rules", async () => {
    await using here = await place();
    await using check = here.run(block("checkRules"), {}, ROOT.pathname);
    assertMatch(await ended(check), /SUCCESS/);
  });

  it("backup, restore, export and import", async () => {
    await using here = await place();
    const backups: Change = ["/backups/", `${here.path}/backups/`];
    const env = { STORE_URL: here.database };
    await Deno.mkdir(`${here.path}/backups`);
    {
      await using server = await startServer({ STORE_URL: here.database });
      await using ada = await enter(server);
      await say(ada, "kept");
      await using backup = here.run(block("backup", [backups]), env);
      await ended(backup);
      await say(ada, "said later");
    }
    const [file] = await Array.fromAsync(Deno.readDir(`${here.path}/backups`));
    assertMatch(file!.name, /^snug-\d{4}-\d\d-\d\d\.db$/);
    const from: Change = ["snug-2026-03-01.db", file!.name];
    await using restore = here.run(block("restore", [backups, from]), env);
    await ended(restore);
    await using move = here.run(block("save"), env);
    await ended(move);
    const saved = await Deno.readTextFile(`${here.path}/saved.jsonl`);
    assertMatch(saved, /"kept"/);
    assertEquals(saved.includes("said later"), false);
    await Deno.stat(`${here.path}/data/new.db`);
  });

  needs("redis-server")("a restored Redis: its rooms begin new epochs", async () => {
    await using here = await place();
    await using redis = await RedisServer.start();
    await using renew = here.run(block("renew"), { STORE_URL: redis.url });
    assertMatch(await ended(renew), /new epochs/);
  });

  it("systemd: the packages of the source are fetched once, by the lock", async () => {
    await using here = await place();
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .output();
    const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
    const packages: Change = ["/opt/snug-packages", `${here.path}/packages`];
    const offline = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };
    const PATH = Deno.execPath().replace(/\/[^/]*$/, "");
    await using install = here.run(
      `mkdir packages && cp -r ${npmCache} packages/npm && cd ${ROOT.pathname} && PATH=${PATH}:$PATH
      ${block("fetchPackages", [packages])}`,
      offline,
    );
    await ended(install);
    assertEquals([...Deno.readDirSync(`${here.path}/packages`)].length > 1, true);
  });

  it("has no command that neither a test runs nor says that none does", () => {
    for (const one of BLOCKS) {
      const isRun = Object.values(RUN).some((words) => one.includes(words));
      assert(isRun !== one.startsWith(NOT_RUN), one);
    }
  });

  it("names settings that there are, and so does nginx.conf", async () => {
    const read = readConfig({});
    assert(read.ok);
    const conf = await Deno.readTextFile(new URL("nginx.conf", ROOT));
    const codes = await Deno.readTextFile(new URL("src/protocol.ts", ROOT));
    for (const [name] of (PAGE + conf).matchAll(/\b[A-Z]{2,}(?:_[A-Z]+)+\b/g)) {
      const isDenos = name === "DENO_DIR" || name === "DENO_CERT";
      assert(name in read.config || isDenos || codes.includes(`"${name}"`), name);
    }
  });
});
