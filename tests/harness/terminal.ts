// A real terminal (tmux) with the program in it: keys go in, what is to be seen comes out.
import { type Env, mainCommand, mainEnvironment } from "./server.ts";
import { tempFolder } from "./temp.ts";
import { within } from "./within.ts";

const LIMIT_MS = 60_000;

export type TerminalOptions = { columns?: number; rows?: number; env?: Env };

/** Runs `snug <args>` there. When that ends, the screen says "ended with" its code. */
export async function openTerminal(args: string[], options: TerminalOptions = {}) {
  const { columns = 80, rows = 24, env = {} } = options;
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const ours = { ...mainEnvironment({}), LANG: "C.UTF-8", TERM: "xterm-256color" };
  const given = { cwd: path, clearEnv: true, env: { ...ours, TMUX_TMPDIR: path } };
  const quoted = [`NO_COLOR=`, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
    .concat(mainCommand({ args })).map((word) => `'${word}'`).join(" ");
  // The shell goes on, so that one sees in what state the terminal was left.
  const command = `env ${quoted}; echo "ended with $?"; stty -a; exec cat`;
  const size = ["-x", String(columns), "-y", String(rows)];
  const child = new Deno.Command("tmux", {
    ...given,
    args: ["-u", "-f", "/dev/null", "-C", "new-session", ...size, command],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const terminal = new Terminal(child, given);
  stack.use(terminal);
  await terminal.started;
  await terminal.resize(columns, rows);
  const owned = stack.move();
  return Object.assign(terminal, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

export class Terminal {
  readonly #child: Deno.ChildProcess;
  readonly #given: Deno.CommandOptions;
  readonly #read: Promise<void>;
  #changed = Promise.withResolvers<void>();
  /** When tmux can be asked. */
  readonly started: Promise<void>;

  constructor(child: Deno.ChildProcess, given: Deno.CommandOptions) {
    this.#child = child;
    this.#given = given;
    this.started = within(LIMIT_MS, "tmux", this.#changed.promise);
    this.#read = this.#watch();
  }

  /** Presses keys, each by its tmux name (`Enter`, `C-c`, `Left`) or as text. */
  async press(...keys: string[]) {
    for (const key of keys) await this.#tmux("send-keys", key);
  }

  /** Writes text as it stands, then Enter. */
  async enter(text: string) {
    await this.#tmux("send-keys", "-l", text);
    await this.press("Enter");
  }

  async resize(columns: number, rows: number) {
    await this.#tmux("set-option", "-g", "window-size", "manual");
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What is to be seen, without empty lines at the end; with colours as they are sent. */
  async screen({ isColoured = false } = {}): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", ...isColoured ? ["-e"] : [])).trimEnd();
  }

  /** Waits until that is to be seen. */
  async shows(pattern: RegExp): Promise<string> {
    const deadline = performance.now() + LIMIT_MS;
    while (true) {
      const changed = this.#changed.promise;
      const screen = await this.screen();
      if (pattern.test(screen)) return screen;
      await within(deadline - performance.now(), `${pattern}`, changed).catch(({ message }) => {
        throw new Error(`${message}; the screen shows\n${screen}`);
      });
    }
  }

  /** A value of tmux, such as `pane_title`. */
  async value(name: string): Promise<string> {
    return (await this.#tmux("display-message", "-p", `#{${name}}`)).trimEnd();
  }

  async [Symbol.asyncDispose]() {
    await this.#tmux("kill-server").catch(() => {}); // it may have gone by itself
    await this.#child.stdin.close().catch(() => {});
    await this.#read;
    await this.#child.status;
  }

  /** tmux writes a line whenever something was written to the screen. */
  async #watch() {
    for await (const _ of this.#child.stdout) {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  async #tmux(...args: string[]): Promise<string> {
    const command = new Deno.Command("tmux", { ...this.#given, args: ["-u", ...args] });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}
