// The program: the only place that serves, exits and handles signals.
import { parse } from "@std/dotenv";
import { readConfig } from "./src/config.ts";
import { openLog } from "./src/log.ts";
import { serve, StartError } from "./src/serve.ts";
import { VERSION } from "./src/version.ts";

const USAGE = `Snug ${VERSION}, a chat server in one file.

usage: snug [serve]      serve; settings come from the environment and from .env
       snug --help       this text
       snug --version    the version

The settings are listed in README.md.`;

const [command = "serve", ...rest] = Deno.args;
if (command === "--help" || command === "-h") {
  console.log(USAGE);
} else if (command === "--version" || command === "-V") {
  console.log(`snug ${VERSION}`);
} else if (command === "serve" && rest.length === 0) {
  await main();
} else {
  fail([`unknown: ${Deno.args.join(" ")}`, "", USAGE], 2);
}

async function main(): Promise<void> {
  const read = readConfig({ ...readDotEnv(), ...givenEnvironment() });
  if (!read.ok) return fail(["Snug can't start:", ...read.problems], 1);
  const { config } = read;
  const log = await openLog(config);
  // An error nobody waits for must not end everyone's conversations; it is a bug, and is logged.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("unhandled rejection: {error}", { error: String(event.reason) });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("uncaught: {error}", { error: String(event.error ?? event.message) });
  });

  try {
    const server = await serve(config, log);
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

/** What is set to something: an empty variable counts as unset, and hides nothing in `.env`. */
function givenEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([, value]) => value !== ""),
  );
}

function readDotEnv(): Record<string, string> {
  try {
    return parse(Deno.readTextFileSync(".env"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    fail([`Snug can't start: .env can't be read: ${(error as Error).message}`], 1);
  }
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
