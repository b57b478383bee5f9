// A real Redis, or a Valkey, on a free port, with a folder of its own. Disposing of it ends it. Only for
// tests made by `needs("redis-server")`, or by that of the other program.
import { find } from "./needs.ts";
import { type Process, startLimited, startProcess } from "./process.ts";
import { tempFolder } from "./temp.ts";
import { within } from "./within.ts";

/** A port that was free may be taken by the time Redis listens on it. */
const TRIES = 5;
const LIMIT_MS = 30_000;
/**
 * It keeps nothing over a restart, unless a test says otherwise; and sees a hundred times a second whether
 * it is told to end, not ten times.
 */
const NOTHING = ["--save", "", "--appendonly", "no", "--hz", "100"];
/** A replica has everything at once, and its primary does not wait for it at the end. */
const AT_ONCE = ["--repl-diskless-sync-delay", "0", "--shutdown-timeout", "0"];
export const EVERYTHING = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"];

/** Programs that are one. Each has a client of its own. */
export type RedisProgram = "redis-server" | "valkey-server";

export class RedisServer {
  /** `redis://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly #program: RedisProgram;
  readonly #args: string[];
  readonly #owned: AsyncDisposableStack;
  #process: Process;

  private constructor(
    { port, folder, program, args, process, owned }: {
      port: number;
      folder: string;
      program: RedisProgram;
      args: string[];
      process: Process;
      owned: AsyncDisposableStack;
    },
  ) {
    this.url = `redis://127.0.0.1:${port}`;
    this.port = port;
    this.folder = folder;
    this.#program = program;
    this.#args = args;
    this.#process = process;
    this.#owned = owned;
  }

  /** Where `mostBytes` is given, the disk that it is on takes no larger file, until it is there again. */
  static async start(
    args: string[] = NOTHING,
    program: RedisProgram = "redis-server",
    mostBytes?: number,
  ): Promise<RedisServer> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await tempFolder()).path;
    for (let tries = 1;; tries++) {
      const port = freePort();
      try {
        const process = await run(program, port, folder, args, mostBytes);
        return new RedisServer({ port, folder, program, args, process, owned: stack.move() });
      } catch (error) {
        if (tries === TRIES) throw error;
      }
    }
  }

  /** It can't say why any more, and answers nobody. */
  async kill() {
    this.signal("SIGKILL");
    await this.#process[Symbol.asyncDispose]();
  }

  /** Waits until it has ended by itself: what it said. */
  async ended(): Promise<string> {
    await within(LIMIT_MS, "the end of a Redis", this.#process.exited);
    await this.#process[Symbol.asyncDispose]();
    return this.#process.stdout();
  }

  /** As it is after it was killed or stopped: with what it kept, and with more arguments. */
  async again(...more: string[]) {
    this.#process = await run(this.#program, this.port, this.folder, [...this.#args, ...more]);
  }

  signal(signal: Deno.Signal) {
    this.#process.kill(signal);
  }

  /** A command of its own client: what it prints. */
  async cli(...command: string[]): Promise<string> {
    const args = ["-p", String(this.port), ...command];
    const client = this.#program.replace("server", "cli");
    const { stdout } = await new Deno.Command(client, { args }).output();
    return new TextDecoder().decode(stdout).trimEnd();
  }

  async [Symbol.asyncDispose]() {
    await this.#process[Symbol.asyncDispose]();
    await this.#owned.disposeAsync();
  }
}

async function run(
  program: RedisProgram,
  port: number,
  folder: string,
  args: string[],
  mostBytes?: number,
): Promise<Process> {
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const all = [...where, ...AT_ONCE, ...args];
  const process = mostBytes === undefined
    ? startProcess(find(program)!, { args: all })
    : startLimited(mostBytes, [find(program)!, ...all]);
  try {
    await process.said(/Ready to accept connections/);
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return process;
}

/** A port that nobody uses now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
