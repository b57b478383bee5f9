// The load generator: built from C, told what to do, and its line read.
import type { Load } from "./scenarios.ts";
import type { Dialect } from "./servers.ts";

/** A phase in which everything came back, or could not be carried at its rate at all. */
export type Phase = { behind: true } | {
  behind: false;
  /** Below 0 where more came than was sent. */
  lost: number;
  deliveriesPerSecond: number;
  perFrame: number;
  /** Shares of one core. */
  serverBusy: number;
  generatorBusy: number;
  cpuMicros: number;
  p50Ms: number;
  p99Ms: number;
  /** Of each process of the server. */
  cpuSeconds: number[];
};

/** The generator's line; bytes and memory are per client. */
export interface Report {
  joined: number;
  joinsPerSecond: number;
  joinBytes: number;
  joinDeliveries: number;
  joinGeneratorBusy: number;
  memoryKib: number;
  phases: Phase[];
  dead: number;
}

/** What the generator is to do. */
export interface Orders {
  port: number;
  /** Every process of the server; memory is that of the first. */
  pids: number[];
  dialect: Dialect;
  load: Load;
  /** How long a phase is measured. */
  seconds: number;
}

/** Compiles it to `program`; a warning is an error. */
export async function build(program: string): Promise<void> {
  const folder = `${import.meta.dirname}/generator`;
  const sources = ["main.c", "client.c", "measure.c"].map((name) => `${folder}/${name}`);
  const args = ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, ...sources];
  const { success } = await new Deno.Command("cc", { args }).output().catch(() => ({
    success: false,
  }));
  if (!success) throw new Error(`cc ${args.join(" ")} failed; a C compiler is needed`);
}

/** Runs it on the second core. */
export async function drive(program: string, orders: Orders): Promise<Report> {
  const args = ["-c", "1", program, ...argumentsFor(orders)];
  const { stdout, stderr } = await new Deno.Command("taskset", { args }).output();
  const complaint = new TextDecoder().decode(stderr);
  const report = parseReport(new TextDecoder().decode(stdout), complaint);
  if (complaint) console.error(complaint.trimEnd());
  return report;
}

/** The options of generator/main.c. */
export function argumentsFor({ port, pids, dialect, load, seconds }: Orders): string[] {
  const args: string[] = [];
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined) args.push(`--${name}`, String(value));
  };
  add("port", port);
  for (const pid of pids) add("pid", pid);
  add("path", dialect.path);
  add("proto", dialect.subprotocol);
  for (const step of dialect.steps) add("step", step);
  add("payload", dialect.payload);
  add("wrap", dialect.wrap);
  add("bin", dialect.isBinary ? 1 : undefined);
  add("clients", load.connections);
  add("rooms", load.rooms);
  add("senders", load.senders);
  if (load.countsAcks && dialect.ack) {
    add("marker", dialect.ack);
    add("fanout", 1);
  }
  add("window", load.window);
  add("half", load.half ? 1 : undefined);
  for (const rate of load.rates ?? []) add("rate", rate);
  add("count", load.count);
  add("idle", load.idleSeconds);
  // What a server compiles at run time, it compiles in the time before.
  add("warm", load.rates ? 0.3 : Math.min(1, seconds / 2));
  add("dur", seconds);
  return args;
}

/** Reads the generator's line; what it complained of is in the error where there is none. */
export function parseReport(line: string, complaint: string): Report {
  const report: unknown = line.startsWith("{") ? JSON.parse(line) : undefined;
  if (!isReport(report)) throw new Error(`the generator gave no report: ${complaint || line}`);
  return report;
}

function isReport(value: unknown): value is Report {
  const report = value as Report | undefined;
  const numbers = [
    report?.joined,
    report?.joinsPerSecond,
    report?.joinBytes,
    report?.joinDeliveries,
    report?.joinGeneratorBusy,
    report?.memoryKib,
    report?.dead,
  ];
  return numbers.every(Number.isFinite) && Array.isArray(report?.phases);
}
