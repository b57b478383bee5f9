// The program: the only place that serves, exits and handles signals.
import { parse } from "@std/dotenv";
import { parseCommand, USAGE } from "./src/command.ts";
import { type Config, readConfig } from "./src/config.ts";
import { runData } from "./src/data.ts";
import { askHealth } from "./src/health.ts";
import { Counts } from "./src/counts.ts";
import { openLog } from "./src/log.ts";
import { serve, StartError } from "./src/serve.ts";
import { StoreError } from "./src/store/store.ts";
import { VERSION } from "./src/version.ts";

const command = parseCommand(Deno.args);
if (typeof command === "string") fail([command, "", USAGE], 2);
switch (command.name) {
  case "help":
    console.log(USAGE);
    break;
  case "version":
    console.log(`snug ${VERSION}`);
    break;
  case "serve":
    await (command.processes === undefined ? main() : mainOfSeveral(command.processes));
    break;
  case "health": {
    const { isReady, said } = await askHealth(configuration("can't ask"));
    if (!isReady) fail([`not ready: ${said}`], 1);
    console.log("ready");
    break;
  }
  case "chat": {
    // Loaded by those who talk alone, so that serving starts no later.
    const { runChat } = await import("./src/terminal/chat.ts");
    const leaving = new AbortController();
    onSignals(() => leaving.abort());
    Deno.exit(await runChat(command.args, givenEnvironment(), leaving.signal));
    break;
  }
  default: {
    const { STORE_URL, FILES_DIR } = configuration(`can't ${command.name}`);
    await runData(command, STORE_URL, FILES_DIR).then(Deno.exit, (error) => {
      if (!(error instanceof StoreError)) throw error;
      fail([error.message], 1);
    });
  }
}

async function main(): Promise<void> {
  const config = configuration("can't start");
  const log = await openLog(config);
  // An error nobody waits for must not end everyone's conversations; it is a bug, and is logged.
  const counts = new Counts();
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    counts.faults++;
    log.error("unhandled rejection: {error}", { error: String(event.reason) });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    counts.faults++;
    log.error("uncaught: {error}", { error: String(event.error ?? event.message) });
  });

  try {
    const server = await serve(config, log, counts);
    let isStopping = false;
    onSignals(async (signal) => {
      if (isStopping) Deno.exit(1);
      isStopping = true;
      log.info("{signal}: sending everyone home", { signal });
      await server.stop().then(() => Deno.exit(0), (error) => {
        log.error("the end was not clean: {error}", { error: String(error) });
        Deno.exit(1);
      });
    });
    for (const line of server.greeting) console.log(line);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    fail([`Snug can't start: ${error.message}`], 1);
  }
}

/** Processes that do what `main` does, until they are told to end. */
async function mainOfSeveral(count: number): Promise<void> {
  const config = configuration("can't start");
  const { Processes } = await import("./src/processes.ts");
  const log = await openLog(config);
  const processes = new Processes(config, log);
  let isStopping = false;
  onSignals((signal) => {
    if (isStopping) processes.kill();
    isStopping = true;
    log.info("{signal}: ending {count} processes", { signal, count });
    processes.stop();
  });
  try {
    Deno.exit(await processes.run(count) ? 0 : 1);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    fail([`Snug can't start: ${error.message}`], 1);
  }
}

/** The settings, or the end: what can't be done with them. */
function configuration(failure: string): Config {
  const read = readConfig({ ...readDotEnv(failure), ...givenEnvironment() });
  if (!read.ok) fail([`Snug ${failure}:`, ...read.problems], 1);
  return read.config;
}

/** What is set to something: an empty variable counts as unset, and hides nothing in `.env`. */
function givenEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([, value]) => value !== ""),
  );
}

function readDotEnv(failure: string): Record<string, string> {
  let text: string;
  try {
    text = Deno.readTextFileSync(".env");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    fail([`Snug ${failure}: .env can't be read: ${(error as Error).message}`], 1);
  }
  const settings = parse(text);
  const wrong = wrongLines(text);
  if (wrong.length > 0) {
    fail(wrong.map((line) => `Snug ${failure}: .env, line ${line}: expected NAME=value`), 1);
  }
  return settings;
}

/** The numbers of lines that are passed over, and are neither comments nor part of a value. */
function wrongLines(text: string): number[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    if (/^\s*(#|$|(export\s+)?[\w.-]+(\s*=|:\s))/.test(line)) return [];
    // Where a setting put before the line is read as one, no value goes on in the line.
    const probed = parse(lines.toSpliced(index, 0, "-=").join("\n"));
    return Object.hasOwn(probed, "-") ? index + 1 : [];
  });
}

function onSignals(stop: (signal: Deno.Signal) => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    try {
      Deno.addSignalListener(signal, () => stop(signal));
    } catch {
      // Windows has no SIGTERM and no SIGHUP.
    }
  }
}

function fail(lines: string[], code: number): never {
  for (const line of lines) console.error(line);
  Deno.exit(code);
}
