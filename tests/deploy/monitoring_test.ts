import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parse, stringify } from "yaml";
import { readSamples } from "../harness/metrics.ts";
import { find, needs } from "../harness/needs.ts";
import { startProcess } from "../harness/process.ts";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { ROOT } from "./dockerfile.ts";

type Rule = { alert: string; expr: string; annotations: Record<string, string> };

const path = (name: string) => new URL(`deploy/${name}`, ROOT).pathname;
const dashboard = JSON.parse(await Deno.readTextFile(path("grafana.json")));
const rules: Rule[] = parse(await Deno.readTextFile(path("alerts.yml"))).groups[0].rules;

/** What the dashboard asks, as Grafana puts it in. */
const queries: string[] = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
  targets.map(({ expr }) => expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".+"))
);

/** Its metrics, each with what it says of labels that Snug gives: `snug_joins_total{outcome="gap"}`. */
function metricsOf(expr: string): string[] {
  return [...expr.matchAll(/\b((?:snug|process)_\w+)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name, selectors = ""]) => {
      const [, label, values] = selectors.match(/\b(code|outcome)=~?"([^"]*)"/) ?? [];
      return values?.split("|").map((value) => `${name}{${label}="${value}"}`) ?? [name!];
    },
  );
}

async function promtool(...args: string[]): Promise<string> {
  await using process = startProcess(find("promtool")!, { args });
  const { code } = await process.exited;
  const said = process.stdout() + process.stderr();
  assertEquals(code, 0, said);
  return said;
}

describe("the dashboard and the alert rules", () => {
  for (const TRANSPORT of ["deno", "ws"]) {
    it(`ask for what there is with TRANSPORT=${TRANSPORT}`, async () => {
      await using server = await startServer({ TRANSPORT });
      const samples = [...(await readSamples(server)).keys()];
      const names = new Set([...samples, ...samples.map((sample) => sample.replace(/\{.*/, ""))]);
      const asked = [...queries, ...rules.map(({ expr }) => expr)].flatMap(metricsOf);
      assertGreater(asked.length, 40);
      for (const name of asked) assert(names.has(name), `${name} is not in /metrics`);
      // By the other direction nobody looks at what is counted.
      for (const name of names) {
        const base = name.replace(/\{.*/, "").replace(/_(sum|count|bucket)$/, "");
        const isAsked = asked.some((one) => one.startsWith(base));
        assert(isAsked || UNSEEN.has(base), `${base} is in no panel and no rule`);
      }
    });
  }

  needs("promtool")("are well written, each query of the dashboard too", async () => {
    await promtool("check", "config", path("prometheus.yml"));
    await using folder = await tempFolder();
    const recorded = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
    const file = `${folder.path}/queries.yml`;
    await Deno.writeTextFile(file, stringify({ groups: [{ name: "queries", rules: recorded }] }));
    await promtool("check", "rules", file);
  });

  needs("promtool")("every rule fires when it should, and not before", async () => {
    await using folder = await tempFolder();
    const firing = (alert: string) => `count(ALERTS{alertname="${alert}",alertstate="firing"})`;
    const test = (alert: string, series: Series, samples: object[]) => ({
      interval: "1m",
      input_series: Object.entries(series).map(([series, values]) => ({ series, values })),
      promql_expr_test: [{ expr: firing(alert), eval_time: "29m", exp_samples: samples }],
    });
    const tests = CASES.flatMap(([alert, bad, good]) => [
      test(alert, bad, [{ labels: "{}", value: 1 }]),
      test(alert, good, []),
    ]);
    const tried = new Set(CASES.map(([alert]) => alert));
    assertEquals([...tried].sort(), rules.map(({ alert }) => alert).sort());
    const file = `${folder.path}/test.yml`;
    const rule_files = [path("alerts.yml")];
    await Deno.writeTextFile(file, stringify({ rule_files, evaluation_interval: "1m", tests }));
    await promtool("test", "rules", file);
  });

  it("tell the operator what to do: each rule has its line there", async () => {
    const text = await Deno.readTextFile(new URL("docs/OPERATIONS.md", ROOT));
    for (const { alert } of rules) assert(text.includes(`\`${alert}\``), alert);
  });
});

/** What is told of, and needs no picture. */
const UNSEEN = new Set(["snug_build_info", "snug_draining", "snug_sign_ins_total"]);

/** Series by name, in the notation of promtool: a value at minute 0, what each minute adds, how often. */
type Series = Record<string, string>;

const buckets = (name: string, fast: string, all: string): Series => ({
  [`${name}_bucket{instance="a",le="0.1"}`]: fast,
  [`${name}_bucket{instance="a",le="0.5"}`]: all,
  [`${name}_bucket{instance="a",le="+Inf"}`]: all,
});
const refused = (code: string, values: string): Series => ({
  [`snug_refusals_total{instance="a",code="${code}"}`]: values,
});

/** For each rule what makes it fire, and what is nearly that. */
const CASES: [alert: string, bad: Series, good: Series][] = [
  ["SnugDown", { 'up{job="snug"}': "0x30" }, { 'up{job="snug"}': "1x30" }],
  ["SnugStoreFails", { snug_store_up: "0x30" }, { snug_store_up: "1x30" }],
  [
    "SnugRestarts",
    { 'process_start_time_seconds{job="snug"}': "1x5 2x5 3x5 4x12" },
    { 'process_start_time_seconds{job="snug"}': "1x10 2x20" },
  ],
  ["SnugFault", { snug_faults_total: "0x20 1x10" }, { snug_faults_total: "1x30" }],
  [
    "SnugNearlyFull",
    { snug_connections: "81x30", snug_connections_max: "100x30" },
    { snug_connections: "79x30", snug_connections_max: "100x30" },
  ],
  [
    "SnugNearlyFull",
    { snug_rooms: "81x30", snug_rooms_max: "100x30" },
    { snug_rooms: "79x30", snug_rooms_max: "100x30" },
  ],
  [
    "SnugSlowStore",
    buckets("snug_commit_duration_seconds", "0+90x30", "0+100x30"),
    buckets("snug_commit_duration_seconds", "0+100x30", "0+100x30"),
  ],
  [
    "SnugBusy",
    buckets("snug_event_loop_lag_seconds", "0+90x30", "0+100x30"),
    buckets("snug_event_loop_lag_seconds", "0+100x30", "0+100x30"),
  ],
  [
    "SnugApart",
    {
      'snug_instances{job="s",instance="a"}': "2x30",
      'snug_instances{job="s",instance="b"}': "1x30",
    },
    {
      'snug_instances{job="s",instance="a"}': "2x30",
      'snug_instances{job="t",instance="b"}': "1x30",
    },
  ],
  ["SnugMisunderstood", { snug_bus_refused_total: "0x20 1x10" }, {
    snug_bus_refused_total: "1x30",
  }],
  [
    "SnugSlowReaders",
    { 'snug_closes_total{code="4009"}': "0+7x30" },
    { 'snug_closes_total{code="4009"}': "0+5x30", 'snug_closes_total{code="1000"}': "0+99x30" },
  ],
  [
    "SnugUpgradesSwallowed",
    refused("UPGRADE_REQUIRED", "0+7x30"),
    refused("UPGRADE_REQUIRED", "0+5x30"),
  ],
  ["SnugRefuses", refused("FORBIDDEN", "0+70x30"), refused("FORBIDDEN", "0+50x30")],
];
