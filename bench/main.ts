// `deno task bench`: measures Snug beside a bare Deno loop and its peers, interleaved on this
// machine, and prints tables. BENCH_ONLY picks scenarios and BENCH_SERVERS servers by parts of
// their names, BENCH_RUNS and BENCH_SECONDS say how often and how long. `--write` puts a whole run
// into the pages, `--render` writes them again from results.json. What was lost ends it with 1.
import { tableOf } from "./figures.ts";
import { build } from "./generator.ts";
import { Measurement, type Sample } from "./measure.ts";
import { aboutOf, pagesOf, type Results } from "./pages.ts";
import { picked } from "./picked.ts";
import { CONTROL, type Scenario, SCENARIOS } from "./scenarios.ts";
import { type Server, SERVERS } from "./servers.ts";
import { complaints, markdownOf } from "./table.ts";
import { describeMachine, programVersion } from "./versions.ts";

// Debian keeps nats-server where not every user looks.
Deno.env.set("PATH", `${Deno.env.get("PATH")}:/usr/sbin`);
const here = import.meta.dirname!;
const only = Deno.env.get("BENCH_ONLY") ?? "";
const wanted = Deno.env.get("BENCH_SERVERS") ?? "";
const runs = Number(Deno.env.get("BENCH_RUNS") ?? 3);
const seconds = Number(Deno.env.get("BENCH_SECONDS") ?? 2);
const [order, ...rest] = Deno.args;

if (rest.length > 0 || ![undefined, "--write", "--render"].includes(order)) {
  fail("usage: deno task bench [--write | --render]");
} else if (!(runs >= 1 && Number.isInteger(runs) && seconds > 0)) {
  fail("BENCH_RUNS is a whole number from 1, BENCH_SECONDS a number above 0");
} else if (order === "--render") {
  render(JSON.parse(Deno.readTextFileSync(`${here}/results.json`)));
} else if (order === "--write" && (only || wanted)) {
  fail("--write is for whole runs, without BENCH_ONLY and BENCH_SERVERS");
} else if (picked(SCENARIOS, only).length === 0) {
  fail(`BENCH_ONLY is part of: ${SCENARIOS.map(({ name }) => name).join(" | ")}`);
} else if (picked(SERVERS, wanted).length === 0) {
  fail(`BENCH_SERVERS is part of: ${SERVERS.map(({ name }) => name).join(" | ")}`);
} else if (Deno.build.os !== "linux" || navigator.hardwareConcurrency < 2) {
  fail("the bench needs Linux and two cores, one for the server and one for the generator");
} else {
  const results = await run();
  if (order === "--write") {
    Deno.writeTextFileSync(`${here}/results.json`, JSON.stringify(results, undefined, 1) + "\n");
    render(results);
  }
  const bad = results.tables.flatMap(({ name, rows }) =>
    rows.filter(complaints).map((row) => `${name}, ${row.server}: ${complaints(row)}`)
  );
  if (bad.length > 0) fail(bad.join("\n"));
}

async function run(): Promise<Results> {
  if (!installPeers()) console.error("npm install failed: peers that are not there are not run");
  const scenarios = picked(SCENARIOS, only);
  const servers = SERVERS.filter(({ name }) =>
    name === CONTROL || picked(SERVERS, wanted).some((server) => server.name === name)
  );
  const versions = new Map(servers.map((server) => [server, server.version()]));
  const installed = servers.filter((server) => versions.get(server));

  const data = await Deno.makeTempDir({ prefix: "snug-bench-" });
  try {
    await build(`${data}/generator`);
    const about = {
      machine: describeMachine(data),
      command: `BENCH_RUNS=${runs} BENCH_SECONDS=${seconds} deno task bench`,
      versions: Object.fromEntries(installed.map((server) => [server.name, versions.get(server)!])),
      notRun: servers.filter((server) => !versions.get(server)).map(({ name }) => name),
    };
    console.log(`${aboutOf(about)}\n`);
    const measurement = new Measurement(`${data}/generator`, data, seconds);
    const tables = [];
    for (const scenario of scenarios) {
      const table = tableOf(scenario, await samplesOf(scenario, installed, measurement));
      console.log(markdownOf(table));
      tables.push(table);
    }
    return { ...about, tables };
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

/** Every server once, then every server again: what the machine does meanwhile hits them alike. */
async function samplesOf(scenario: Scenario, servers: Server[], measurement: Measurement) {
  const samples = new Map<string, Sample[]>();
  for (let turn = 0; turn < runs; turn++) {
    for (const server of servers) {
      if (server.name !== CONTROL && scenario.servers?.includes(server.name) === false) continue;
      const sample = await measurement.measure(server, scenario);
      samples.set(server.name, [...samples.get(server.name) ?? [], sample]);
    }
  }
  return samples;
}

function installPeers(): boolean {
  const args = ["install", "--prefix", `${here}/peers`, "--no-audit", "--no-fund"];
  return programVersion("npm", ...args, "--no-package-lock", "--silent") !== undefined;
}

function render(results: Results): void {
  const pages = pagesOf(results, (path) => Deno.readTextFileSync(`${here}/../${path}`));
  for (const [path, text] of pages) Deno.writeTextFileSync(`${here}/../${path}`, text);
}

function fail(why: string): void {
  console.error(why);
  Deno.exitCode = 1;
}
