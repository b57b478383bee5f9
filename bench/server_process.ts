// A server as its own process on the first core, on a free port, with a folder of its own.
import type { Server } from "./servers.ts";

/** Starts it; `folder` is where it keeps its files. Disposing of it kills it. */
export async function startServer(server: Server, folder: string): Promise<ServerProcess> {
  const port = freePort();
  const command = [...server.command];
  if (server.config) {
    command.push(`${folder}/config`);
    await Deno.writeTextFile(`${folder}/config`, server.config(port));
  }
  const log = server.keepsLog && { STORE_URL: `sqlite:${folder}/log.db` };
  const child = new Deno.Command("taskset", {
    args: ["-c", "0", "sh", "-c", 'exec "$@" 2>&1', "sh", ...command],
    // A folder without the .env of whoever runs this.
    cwd: folder,
    env: { ...log, ...server.env, PORT: String(port), DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  return new ServerProcess(server, child, port);
}

export class ServerProcess {
  /** Rejects where it ends before it listens. */
  readonly listens: Promise<void>;
  readonly port: number;
  readonly #child: Deno.ChildProcess;

  constructor(server: Server, child: Deno.ChildProcess, port: number) {
    this.port = port;
    this.#child = child;
    this.listens = read(child.stdout, server);
    this.listens.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Asks it to end, and waits until it did. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
  }
}

/** Resolves with the line that says it listens, then lets the rest flow away. */
async function read(output: ReadableStream<Uint8Array>, { name, ready }: Server): Promise<void> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!ready.test(said)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${name} did not start: ${said}`);
    said += value;
  }
  void (async () => {
    while (!(await reader.read()).done);
  })();
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
