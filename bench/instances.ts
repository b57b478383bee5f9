// `deno task bench:instances`: what several servers on one Redis behind nginx cost, beside one alone and
// beside Socket.IO with its own adapter for that. All of a setup has the first core, so the main figure is
// CPU for each delivery, and by whom. BENCH_ONLY, BENCH_RUNS and BENCH_SECONDS are those of main.ts;
// `--write` puts the tables into the page.
import { type Cluster, type Setup, startCluster } from "./cluster.ts";
import { build, drive, type Phase } from "./generator.ts";
import { between } from "./pages.ts";
import { picked } from "./picked.ts";
import { CONTROL, type Load } from "./scenarios.ts";
import { SERVERS, SEVERAL } from "./servers.ts";
import { describeMachine, programVersion } from "./versions.ts";

const PAGE = `${import.meta.dirname}/README.md`;
const runs = Number(Deno.env.get("BENCH_RUNS") ?? 3);
const seconds = Number(Deno.env.get("BENCH_SECONDS") ?? 1);

interface Scenario {
  name: string;
  /** First at this rate of messages, then as fast as they come back. */
  load: Load & { rates: [number]; window: number };
}

const scenario = (name: string, connections: number, rooms: number, rate: number): Scenario => ({
  name,
  load: {
    connections,
    rooms,
    senders: Math.min(100, connections),
    rates: [rate],
    window: 100,
    // Until everybody is told of everybody.
    idleSeconds: 2,
  },
});

/** As many deliveries a second in each. */
const SCENARIOS: Scenario[] = [
  scenario("1 room of 100", 100, 1, 40),
  scenario("1 room of 1,000", 1000, 1, 4),
  scenario("20 rooms of 5", 100, 20, 800),
  scenario("200 rooms of 5", 1000, 200, 800),
];

const by = (name: string) => SEVERAL.find((server) => server.name === name)!;
const SETUPS: { name: string; setup: Setup }[] = [
  { name: CONTROL, setup: { server: SERVERS[0]!, instances: 0 } },
  {
    name: "Snug alone, SQLite",
    setup: { server: SERVERS.find(({ name }) => name === "Snug")!, instances: 0 },
  },
  ...[1, 2, 4].flatMap((instances) => [
    { name: `Snug × ${instances}`, setup: of("Snug", instances, "always") },
    { name: `Socket.IO × ${instances}`, setup: of("Socket.IO", instances, "nothing") },
  ]),
  { name: "Snug ws × 2", setup: of("Snug ws", 2, "always") },
  { name: "Snug × 2, Redis keeps nothing", setup: of("Snug", 2, "nothing") },
];

function of(name: string, instances: number, redis: Setup["redis"] & string): Setup {
  return { server: by(name), instances, redis };
}

type Part = Cluster["parts"][number];
const PARTS: Part[] = ["servers", "Redis", "nginx"];

/** One run of one setup: microseconds of CPU for a delivery, by part, at the rate and at full speed. */
interface Sample {
  micros: Record<Part, number>;
  fullMicros: number;
  deliveries: number;
  p50Ms: number;
  p99Ms: number;
  lost: number;
  generatorBusy: number;
}

const only = Deno.env.get("BENCH_ONLY") ?? "";
const scenarios = picked(SCENARIOS, only);
const isWritten = Deno.args[0] === "--write";
if (Deno.args.length > (isWritten ? 1 : 0)) {
  fail("usage: deno task bench:instances [--write]");
} else if (isWritten && only) {
  fail("--write is for whole runs, without BENCH_ONLY");
} else if (scenarios.length === 0) {
  fail(`BENCH_ONLY is part of: ${SCENARIOS.map(({ name }) => name).join(" | ")}`);
} else {
  const data = await Deno.makeTempDir({ prefix: "snug-instances-" });
  try {
    await build(`${data}/generator`);
    const text = [aboutOf(data), ...await Array.fromAsync(tables(data))].join("\n\n");
    if (isWritten) {
      Deno.writeTextFileSync(PAGE, between(Deno.readTextFileSync(PAGE), "instances", text, PAGE));
    }
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

async function* tables(data: string): AsyncGenerator<string> {
  for (const scenario of scenarios) {
    const samples = new Map<string, Sample[]>();
    const began = loadOf();
    // Every setup once, then every setup again: what the machine does meanwhile hits them alike.
    for (let turn = 0; turn < runs; turn++) {
      for (const { name, setup } of SETUPS) {
        const sample = await measure(data, setup, scenario.load);
        if (sample) samples.set(name, [...samples.get(name) ?? [], sample]);
        else console.error(`${scenario.name}, ${name}: can't carry the rate`);
      }
    }
    const lost = [...samples.values()].flat().some((sample) => sample.lost !== 0);
    if (lost) Deno.exitCode = 1;
    const text = tableOf(scenario, samples, [began, loadOf()]);
    console.log(`${text}\n`);
    yield text;
  }
}

async function measure(
  data: string,
  setup: Setup,
  load: Scenario["load"],
): Promise<Sample | undefined> {
  const folder = await Deno.makeTempDir({ dir: data });
  await using cluster = await startCluster(setup, folder);
  const { port, pids, parts } = cluster;
  const { dialect } = setup.server;
  const report = await drive(`${data}/generator`, { port, pids, dialect, load, seconds });
  const [atRate, full] = report.phases;
  if (!atRate || atRate.behind || !full || full.behind) return undefined;
  return {
    micros: microsOf(atRate, parts),
    fullMicros: full.cpuMicros,
    deliveries: full.deliveriesPerSecond,
    p50Ms: atRate.p50Ms,
    p99Ms: atRate.p99Ms,
    lost: atRate.lost + full.lost + report.dead,
    generatorBusy: Math.max(atRate.generatorBusy, full.generatorBusy),
  };
}

function microsOf(phase: Phase & { behind: false }, parts: Part[]): Record<Part, number> {
  const all = phase.cpuSeconds.reduce((sum, one) => sum + one, 0);
  const of = (part: Part) => {
    const used = phase.cpuSeconds.filter((_, index) => parts[index] === part);
    return all > 0 ? phase.cpuMicros * used.reduce((sum, one) => sum + one, 0) / all : 0;
  };
  return { servers: of("servers"), Redis: of("Redis"), nginx: of("nginx") };
}

function tableOf(scenario: Scenario, samples: Map<string, Sample[]>, loads: number[]): string {
  const { rates, connections, rooms } = scenario.load;
  const perSecond = rates[0] * connections / rooms;
  const heads = [
    `CPU µs each at ${perSecond}/s`,
    ...PARTS.map((part) => `of it ${part}`),
    "p50 ms",
    "p99 ms",
    "at full speed: CPU µs each",
    "deliveries/s",
    "× loop",
    "lost",
  ];
  const control = samples.get(CONTROL);
  const rows = [...samples].map(([name, all]) => {
    const at = (pick: (sample: Sample) => number) => median(all.map(pick));
    const busy = Math.max(...all.map(({ generatorBusy }) => generatorBusy));
    return [
      name,
      shown(at(({ micros }) => PARTS.reduce((sum, part) => sum + micros[part], 0))),
      ...PARTS.map((part) => shown(at(({ micros }) => micros[part]))),
      shown(at(({ p50Ms }) => p50Ms)),
      shown(at(({ p99Ms }) => p99Ms)),
      shown(at(({ fullMicros }) => fullMicros)),
      `${Math.round(at(({ deliveries }) => deliveries))}${busy > 0.9 ? " †" : ""}`,
      control
        ? shown(median(all.map((it, turn) => it.deliveries / control[turn]!.deliveries)))
        : "",
      String(all.reduce((sum, { lost }) => sum + lost, 0)),
    ];
  });
  return [
    `### ${scenario.name}`,
    "",
    row(["setup", ...heads]),
    row(["---", ...heads.map(() => "---")]),
    ...rows.map(row),
    "",
    `Processes that waited for a core, by the mean of the minute: ${
      loads.join(" before, ")
    } after.`,
  ].join("\n");
}

function aboutOf(data: string): string {
  const redis = programVersion("redis-server", "--version")?.match(/v=(\S+)/)?.[1];
  const versions = SEVERAL.map(({ name, version }) => `${name}: ${version()}`);
  return [
    describeMachine(data),
    `\`BENCH_RUNS=${runs} BENCH_SECONDS=${seconds} deno task bench:instances\``,
    `Redis ${redis}, ${versions.join("; ")}`,
  ].map((line) => `- ${line}`).join("\n");
}

function loadOf(): number {
  return Math.round(Deno.loadavg()[0]! * 10) / 10;
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function shown(number: number): string {
  return number >= 100 ? String(Math.round(number)) : String(Number(number.toPrecision(3)));
}

function fail(why: string): void {
  console.error(why);
  Deno.exitCode = 1;
}

function row(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}
