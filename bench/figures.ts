// From samples to figures: what counts in each kind of scenario, as medians over the runs, and as
// ratios to the control row of the same minutes.
import type { Phase, Report } from "./generator.ts";
import type { Sample } from "./measure.ts";
import { CONTROL, type Kind, type Scenario } from "./scenarios.ts";

export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface Row {
  server: string;
  /** One for each heading; null where the server can't carry the load. */
  figures: (Spread | null)[];
  /** Of the first figure to the control row's; null where there is nothing to compare. */
  ratio: number | null;
  /** Of the generator's core, at its highest. */
  generatorBusy: number;
  /** Messages that did not arrive, or arrived too often. */
  lost: number;
  /** Connections that failed. */
  failed: number;
}

export interface Table {
  name: string;
  kind: Kind;
  headings: string[];
  rows: Row[];
}

interface Figure {
  heading: string;
  of: (sample: Sample) => number | undefined;
}

type Measured = Extract<Phase, { behind: false }>;

const ofReport = (pick: (report: Report) => number) => (sample: Sample) =>
  "report" in sample ? pick(sample.report) : undefined;

const ofPhase = (index: number, pick: (phase: Measured) => number) => (sample: Sample) => {
  const phase = "report" in sample ? sample.report.phases[index] : undefined;
  return phase && !phase.behind ? pick(phase) : undefined;
};

const flow = (heading: string): Figure[] => [
  { heading, of: ofPhase(0, (phase) => phase.deliveriesPerSecond) },
  { heading: "CPU µs each", of: ofPhase(0, (phase) => phase.cpuMicros) },
  { heading: "in a frame", of: ofPhase(0, (phase) => phase.perFrame) },
  { heading: "p50 ms at half", of: ofPhase(1, (phase) => phase.p50Ms) },
  { heading: "p99 ms", of: ofPhase(1, (phase) => phase.p99Ms) },
];

/** The first figure is the one that is compared. */
function figuresOf({ kind, load }: Scenario): Figure[] {
  switch (kind) {
    case "deliveries":
      return flow("deliveries/s");
    case "acks":
      return flow("acks/s");
    case "rates":
      return (load.rates ?? []).flatMap((rate, index) => [
        { heading: `${rate}/s: p50 ms`, of: ofPhase(index, (phase) => phase.p50Ms) },
        { heading: "p99 ms", of: ofPhase(index, (phase) => phase.p99Ms) },
        { heading: "CPU %", of: ofPhase(index, (phase) => 100 * phase.serverBusy) },
      ]);
    case "joins":
      return [{ heading: "joins/s", of: ofReport((report) => report.joinsPerSecond) }];
    case "replay":
      return [
        { heading: "joins/s", of: ofReport((report) => report.joinsPerSecond) },
        { heading: "KiB each", of: ofReport((report) => report.joinBytes / 1024) },
      ];
    case "memory":
      return [{ heading: "KiB each", of: ofReport((report) => report.memoryKib) }];
    case "start":
      return [{ heading: "ms", of: (sample) => "startMs" in sample ? sample.startMs : undefined }];
  }
}

/** Samples are in the order of the runs. */
export function tableOf(scenario: Scenario, samples: Map<string, Sample[]>): Table {
  const figures = figuresOf(scenario);
  const control = samples.get(CONTROL) ?? [];
  const rows = [...samples].map(([server, mine]): Row => ({
    server,
    figures: figures.map(({ of }) => spread(mine.map(of))),
    ratio: scenario.kind === "rates"
      ? null
      : spread(mine.map((sample, run) => ratio(figures[0]!, sample, control[run])))?.median ?? null,
    generatorBusy: Math.max(...mine.map(generatorBusy)),
    lost: sum(mine.map((sample) => lostOf(sample, scenario))),
    failed: sum(mine.map((sample) => failedOf(sample, scenario))),
  }));
  const headings = figures.map(({ heading }) => heading);
  return { name: scenario.name, kind: scenario.kind, headings, rows };
}

function ratio({ of }: Figure, sample: Sample, control?: Sample): number | undefined {
  const [mine, its] = [of(sample), control && of(control)];
  return mine === undefined || its === undefined ? undefined : mine / its;
}

function generatorBusy(sample: Sample): number {
  if (!("report" in sample)) return 0;
  const { phases, joinGeneratorBusy } = sample.report;
  if (phases.length === 0) return joinGeneratorBusy;
  return Math.max(0, ...phases.map((phase) => phase.behind ? 0 : phase.generatorBusy));
}

function failedOf(sample: Sample, { load }: Scenario): number {
  if (!("report" in sample)) return 0;
  return Math.max(sample.report.dead, load.connections - sample.report.joined);
}

function lostOf(sample: Sample, { kind, log }: Scenario): number {
  if (!("report" in sample)) return 0;
  const { phases, joined, joinDeliveries } = sample.report;
  const replayed = kind === "replay" ? Math.abs(joined * log!.messages - joinDeliveries) : 0;
  return replayed + sum(phases.map((phase) => phase.behind ? 0 : Math.abs(phase.lost)));
}

/** Of the values that are there; null unless those are most. */
function spread(values: (number | undefined)[]): Spread | null {
  const sorted = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  if (sorted.length <= values.length / 2) return null;
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
