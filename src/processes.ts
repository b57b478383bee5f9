// Several servers of one chat as processes of this machine, each at a port of its own behind a proxy:
// started, started again when one ends, and ended together. Knows nothing of what they serve.
import type { Logger } from "@logtape/logtape";
import type { Config } from "./config.ts";
import { notListening, refuseStore, StartError } from "./serve.ts";
import { redisAddress } from "./store_url.ts";

/** What the start task gives a server, and no more. */
const FLAGS = [
  ...["--allow-net", "--allow-env", "--allow-read", "--allow-write", "--deny-import"],
  "--v8-flags=--max-semi-space-size=8",
];
const MAX_PORT = 65_535;
/** More only keep each other waiting, and a few hundred the whole machine. */
const MOST_ON_A_CORE = 4;
/** The waits before one is started again: each twice the one before, in milliseconds. */
const AGAIN_MS = { first: 500, longest: 30_000 };
/** One that has lived so long is taken as well, and waits no longer than the first time. */
const WELL_MS = 60_000;

/** Says in words why so many can't be started. */
export function refuseProcesses({ STORE_URL, PORT }: Config, count: number): string | undefined {
  const [scheme] = STORE_URL.split(":", 1);
  if (!redisAddress(STORE_URL)) {
    return `--processes needs STORE_URL=redis://…, which several processes may share; it is ${scheme}:`;
  }
  const cores = navigator.hardwareConcurrency;
  if (count > MOST_ON_A_CORE * cores) {
    const most = `at most ${
      MOST_ON_A_CORE * cores
    }, ${MOST_ON_A_CORE} for each core of this machine`;
    return `--processes ${count} is too many: expected ${most}`;
  }
  if (PORT > 0 && PORT + count - 1 > MAX_PORT) {
    return `--processes ${count} takes the ports from PORT=${PORT} on, and ${MAX_PORT} is the last`;
  }
  if (Deno.build.standalone) {
    return "the executable may start no other program: run one service for each port (docs/OPERATIONS.md)";
  }
  return program() === undefined
    ? `--processes starts this program again: run it with --allow-run=${Deno.execPath()}`
    : undefined;
}

/** What may be started: this very Deno, or the one of that name. */
function program(): string | undefined {
  return [Deno.execPath(), "deno"].find((command) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted"
  );
}

export class Processes {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #children = new Map<number, Deno.ChildProcess>();
  readonly #stopping = Promise.withResolvers<void>();
  /** Once another version is put in its place, the runtime can't say its path any more. */
  readonly #program = program() ?? Deno.execPath();
  #isStopping = false;

  constructor(config: Config, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** Runs so many until they are stopped; whether all ended well. Throws a `StartError` where it can't. */
  async run(count: number): Promise<boolean> {
    const refusal = refuseProcesses(this.#config, count);
    if (refusal !== undefined) throw new StartError(refusal);
    await Promise.race([refuseStore(this.#config, this.#log), this.#stopping.promise]);
    for (let index = 0; index < count && !this.#isStopping; index++) {
      this.#tryPort(this.#port(index));
    }
    const all = Array.from({ length: count }, (_, index) => this.#keep(index));
    return (await Promise.all(all)).every((isWell) => isWell);
  }

  /** Lets each send everyone home. */
  stop(): void {
    this.#isStopping = true;
    this.#stopping.resolve();
    this.#signal("SIGTERM");
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  async #keep(index: number): Promise<boolean> {
    let waitMs = AGAIN_MS.first;
    while (!this.#isStopping) {
      const since = performance.now();
      const end = await this.#live(index);
      // One that the signal found before it could heed it had nobody to send home.
      if (this.#isStopping) return end === 0 || end === "SIGTERM";
      if (performance.now() - since > WELL_MS) waitMs = AGAIN_MS.first;
      this.#log.error("process {index} ended with {end}; again in {seconds} s", {
        index,
        end,
        seconds: waitMs / 1000,
      });
      let timer;
      const waited = new Promise<void>((done) => timer = setTimeout(done, waitMs));
      await Promise.race([waited, this.#stopping.promise]);
      clearTimeout(timer);
      waitMs = Math.min(AGAIN_MS.longest, 2 * waitMs);
    }
    return true;
  }

  /** A life of a process: its exit code, the signal that ended it, or why it was never born. */
  async #live(index: number): Promise<number | string> {
    try {
      const child = this.#start(index);
      this.#children.set(index, child);
      this.#log.info("process {index} is {pid}, with PORT={port}", {
        index,
        pid: child.pid,
        port: this.#port(index),
      });
      const { code, signal } = await child.status;
      this.#children.delete(index);
      return signal ?? code;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** One that is in use at the start may be of others that nobody keeps any more, and would be so for good. */
  #tryPort(port: number): void {
    const { HOST: hostname } = this.#config;
    try {
      Deno.listen({ hostname, port }).close();
    } catch (error) {
      throw notListening(error, hostname, port);
    }
  }

  #port(index: number): number {
    const { PORT } = this.#config;
    return PORT === 0 ? 0 : PORT + index;
  }

  #start(index: number): Deno.ChildProcess {
    return new Deno.Command(this.#program, {
      args: ["run", ...FLAGS, Deno.mainModule, "serve"],
      env: { PORT: String(this.#port(index)) },
      stdin: "null",
      // A terminal signals all of its processes, and a second signal ends a server at once.
      detached: true,
    }).spawn();
  }

  #signal(signal: Deno.Signal): void {
    for (const child of this.#children.values()) {
      try {
        child.kill(signal);
      } catch {
        // It ended a moment ago.
      }
    }
  }
}
