// `deno task bench`: measures Snug beside a bare Deno loop and its peers, interleaved on this
// machine, and prints a table. BENCH_ONLY picks scenarios and BENCH_SERVERS servers by a part of
// their names, BENCH_RUNS (3) and BENCH_SECONDS (3) say how often and how long.
import { measure, type Result } from "./run.ts";
import { SCENARIOS } from "./scenarios.ts";
import { servers } from "./servers.ts";
import { rows } from "./table.ts";

const runs = Number(Deno.env.get("BENCH_RUNS") ?? 3);
const seconds = Number(Deno.env.get("BENCH_SECONDS") ?? 3);
const here = import.meta.dirname!;
const peers = `${here}/peers`;
const data = await Deno.makeTempDir({ prefix: "snug-bench-" });
const generator = `${data}/generator`;

await run("cc", ["-O2", "-o", generator, `${here}/generator.c`]);
await run("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"], peers);
console.log(machine());

const picked = (name: string, variable: string) =>
  (Deno.env.get(variable) ?? "").split("|").some((part) => name.includes(part.trim()));

for (const scenario of SCENARIOS.filter(({ name }) => picked(name, "BENCH_ONLY"))) {
  const chosen = servers(peers, data).filter(({ name }) =>
    name === "loop" || (picked(name, "BENCH_SERVERS") && (scenario.servers?.includes(name) ?? true))
  );
  const results = new Map<string, Result[]>();
  for (let turn = 0; turn < runs; turn++) {
    for (const server of chosen) {
      const result = await measure(server, scenario, { generator, seconds, data });
      if (result) results.set(server.name, [...results.get(server.name) ?? [], result]);
    }
  }
  console.log(rows(scenario, results));
}
await Deno.remove(data, { recursive: true });

async function run(program: string, args: string[], cwd = here): Promise<void> {
  const { success } = await new Deno.Command(program, { args, cwd, stdout: "null" }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}

function machine(): string {
  const cpu = /model name\s*: (.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
  const cores = navigator.hardwareConcurrency;
  return `${cpu}, ${cores} cores, Deno ${Deno.version.deno}, ${runs} runs of ${seconds} s, ` +
    "server on core 0, generator on core 1, medians\n";
}
