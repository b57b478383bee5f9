// Results as a table: medians, and ratios to the control row of the same minutes.
import type { Result } from "./run.ts";
import type { Scenario } from "./scenarios.ts";

const CONTROL = "loop";

/** A Markdown table of one scenario. */
export function rows(scenario: Scenario, results: Map<string, Result[]>): string {
  const figure = figureOf(scenario);
  const control = median((results.get(CONTROL) ?? []).map(figure));
  const isDelivery = scenario.measures === "deliveries";
  const heading = isDelivery
    ? [
      "server",
      "deliveries/s",
      "× loop",
      "CPU µs each",
      "a frame",
      "half: p50 ms",
      "p99 ms",
      "generator busy",
      "lost",
    ]
    : ["server", scenario.measures === "memory" ? "KiB each" : "per second", "× loop", "failed"];
  const lines = [...results].map(([name, measured]) => {
    const value = median(measured.map(figure));
    const start = [name, format(value), (value / control).toFixed(2)];
    if (!isDelivery) return [...start, sum(measured.map(({ dead }) => dead))];
    const of = (pick: (result: Result) => number) => median(measured.map(pick));
    return [
      ...start,
      of(({ sat }) => sat!.us_per_deliv).toFixed(2),
      of(({ sat }) => sat!.deliv_s / sat!.frames_s).toFixed(1),
      (of(({ half }) => half!.p50_us) / 1000).toFixed(1),
      (of(({ half }) => half!.p99_us) / 1000).toFixed(1),
      `${of(({ sat }) => sat!.gen_cpu_pct).toFixed(0)} %`,
      sum(measured.map(({ lost }) => lost ?? 0)),
    ];
  });
  const table = [heading, heading.map(() => "---"), ...lines];
  return `## ${scenario.name}\n\n${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

function figureOf(scenario: Scenario): (result: Result) => number {
  if (scenario.measures === "deliveries") return ({ sat }) => sat!.deliv_s;
  if (scenario.measures === "memory") return ({ kb_per_conn }) => kb_per_conn;
  return ({ handshakes_s }) => handshakes_s;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function sum(values: number[]): string {
  return String(values.reduce((total, value) => total + value, 0));
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}
