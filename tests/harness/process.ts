// A process that a test starts: its output is kept, what it says can be waited for, and disposing
// of it ends it.
import { within } from "./within.ts";

const LIMIT_MS = 20_000;
/** How long a process may take to stop, before it is killed and the test fails. */
const STOP_MS = 5000;

export type ProcessOptions = {
  args?: string[];
  cwd?: string;
  /** The whole environment: nothing of ours is passed on. */
  env?: Record<string, string>;
};

export function startProcess(program: string, options: ProcessOptions = {}): Process {
  const child = new Deno.Command(program, {
    ...options,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return new Process(program, child);
}

/** On a disk where no file can grow above so many bytes. It has our environment. */
export function startLimited(bytes: number, command: string[]): Process {
  // In blocks of 512 bytes. Without the trap a write too far would kill the process.
  const script = `trap "" XFSZ; ulimit -f ${Math.floor(bytes / 512)}; exec "$0" "$@"`;
  return startProcess("sh", { args: ["-c", script, ...command], env: Deno.env.toObject() });
}

export class Process {
  /** How it ended, once all of its output is read. */
  readonly exited: Promise<Deno.CommandStatus>;
  readonly #program: string;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #out = "";
  #err = "";
  #running = true;
  #said = Promise.withResolvers<void>();

  constructor(program: string, child: Deno.ChildProcess) {
    this.#program = program;
    this.#child = child;
    this.#stdin = child.stdin.getWriter();
    const read = Promise.all([
      this.#read(child.stdout, (text) => this.#out += text),
      this.#read(child.stderr, (text) => this.#err += text),
    ]);
    this.exited = read.then(() => child.status).then((status) => {
      this.#running = false;
      this.#wake();
      return status;
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  stdout(): string {
    return this.#out;
  }

  stderr(): string {
    return this.#err;
  }

  /** Waits until its output (stdout, then stderr) holds the pattern. */
  async said(pattern: RegExp, limitMs = LIMIT_MS): Promise<RegExpMatchArray> {
    const deadline = performance.now() + limitMs;
    while (true) {
      const match = this.#out.match(pattern) ?? this.#err.match(pattern);
      if (match) return match;
      if (!this.#running) throw new Error(`it ended and never said ${pattern}:\n${this.#report()}`);
      try {
        await within(deadline - performance.now(), `${pattern}`, this.#said.promise);
      } catch {
        throw new Error(`it did not say ${pattern} within ${limitMs} ms:\n${this.#report()}`);
      }
    }
  }

  async write(text: string) {
    await this.#stdin.write(new TextEncoder().encode(text));
  }

  /** It can read no more than was written. */
  async end() {
    await this.#stdin.close();
  }

  kill(signal: Deno.Signal) {
    this.#child.kill(signal);
  }

  /** Stops it by SIGTERM and fails if that took too long; does nothing when it has ended. */
  async [Symbol.asyncDispose]() {
    await this.#stdin.close().catch(() => {}); // a pipe that broke when it ended
    if (this.#running) this.#signal("SIGTERM");
    try {
      await within(STOP_MS, `the end of ${this.#program}`, this.exited);
    } catch (error) {
      this.#signal("SIGKILL");
      await this.exited;
      throw new Error(`${(error as Error).message}\n${this.#report()}`);
    }
  }

  #signal(signal: Deno.Signal) {
    try {
      this.#child.kill(signal);
    } catch {
      // It ended by itself a moment ago, which is what was wanted.
    }
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, keep: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      keep(text);
      this.#wake();
    }
  }

  #wake() {
    this.#said.resolve();
    this.#said = Promise.withResolvers();
  }

  #report(): string {
    return `${this.#program}\n--- stdout\n${this.#out}--- stderr\n${this.#err}`;
  }
}
