// One measurement: a server as its own process on one core, the generator on the other.
import { natsConfig, type Server } from "./servers.ts";
import type { Scenario } from "./scenarios.ts";

/** What the generator says of a phase; times in microseconds. */
interface Phase {
  deliv_s: number;
  frames_s: number;
  srv_cpu_pct: number;
  gen_cpu_pct: number;
  us_per_deliv: number;
  p50_us: number;
  p99_us: number;
}

/** The generator's line. */
export interface Result {
  handshakes_s: number;
  kb_per_conn: number;
  lost?: number;
  dead: number;
  sat?: Phase;
  half?: Phase;
}

export interface Machine {
  generator: string;
  /** Seconds that a phase is measured. */
  seconds: number;
  data: string;
}

/** Starts the server, drives it, stops it. Undefined where the server is not installed. */
export async function measure(
  server: Server,
  scenario: Scenario,
  machine: Machine,
): Promise<Result | undefined> {
  const port = freePort();
  await Deno.writeTextFile(`${machine.data}/nats.conf`, natsConfig(port));
  const process = start(server, port);
  if (!process) return undefined;
  try {
    await ready(process.stdout, server);
    return await drive(server, scenario, machine, port, process.pid);
  } finally {
    stop(process);
    await process.status;
  }
}

function start(server: Server, port: number): Deno.ChildProcess | undefined {
  if (!exists(server.command[0]!)) return undefined;
  return new Deno.Command("taskset", {
    args: ["-c", "0", "sh", "-c", 'exec "$@" 2>&1', "sh", ...server.command],
    env: { ...server.env, PORT: String(port) },
    stdin: "null",
    stdout: "piped",
  }).spawn();
}

function stop(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It ended by itself; what it said is in the error of `ready`.
  }
}

function exists(program: string): boolean {
  const { success } = new Deno.Command("sh", { args: ["-c", `command -v "${program}"`] })
    .outputSync();
  return success;
}

/** Waits for the line that says it listens, then lets the rest flow away. */
async function ready(output: ReadableStream<Uint8Array>, server: Server): Promise<void> {
  const reader = output.getReader();
  let said = "";
  while (!server.ready.test(said)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${server.name} did not start: ${said}`);
    said += new TextDecoder().decode(value);
  }
  void (async () => {
    while (!(await reader.read()).done);
  })().catch(() => {});
}

async function drive(
  { dialect }: Server,
  scenario: Scenario,
  machine: Machine,
  port: number,
  pid: number,
): Promise<Result> {
  const args = ["-c", "1", machine.generator, "--port", String(port), "--path", dialect.path];
  args.push("-n", String(scenario.connections), "--rooms", String(scenario.rooms));
  args.push("--payload", dialect.payload, "--pid", String(pid));
  for (const step of dialect.steps) args.push("--step", step);
  if (dialect.subprotocol) args.push("--proto", dialect.subprotocol);
  if (dialect.wrap) args.push("--wrap", dialect.wrap);
  if (dialect.isBinary) args.push("--bin");
  if (scenario.measures === "deliveries") {
    args.push("--senders", String(scenario.senders), "--window", String(scenario.window));
    args.push("--dur", String(machine.seconds), "--half", "0.5");
  } else {
    args.push("--connect-only", "--idle", scenario.measures === "memory" ? "5" : "0.3");
  }
  const { stdout, stderr } = await new Deno.Command("taskset", { args }).output();
  const line = new TextDecoder().decode(stdout);
  if (!line.startsWith("{")) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(line);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
