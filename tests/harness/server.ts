// The real server as a process of its own: on a free port, with a throw-away store, without any
// setting of the developer's environment or `.env`.
import { type Process, startProcess } from "./process.ts";
import { tempFolder } from "./temp.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;
/** How long a server may take to find out how its store does, in milliseconds. */
const READY_MS = 30_000;
const PERMISSIONS = ["--allow-net", "--allow-env", "--allow-read", "--allow-write"];
/** What Deno needs to find its cache, npm's settings and certificates; never a setting of Snug. */
const PASSED_ON =
  /^(PATH|HOME|USERPROFILE|LOCALAPPDATA|SYSTEMROOT|TE?MP|TMPDIR|XDG_CACHE_HOME|DENO_(DIR|CERT|TLS_CA_STORE)|npm_config_\w+|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i;

export type Env = Record<string, string>;

export type Server = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** `ws://127.0.0.1:<port>/ws`. */
  wsUrl: string;
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Waits until the output holds the pattern. */
  said: Process["said"];
  kill(signal: Deno.Signal): void;
  exited: Promise<Deno.CommandStatus>;
};

/**
 * Starts `main.ts` and waits until it listens. Disposing of it sends SIGTERM and fails unless it
 * ends soon and well; a test that killed it itself looks at `exited`.
 */
export async function startServer(env: Env = {}, main = MAIN): Promise<Server> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const process = stack.use(startMain({
    main,
    cwd: folder.path,
    env: {
      HOST: "127.0.0.1",
      PORT: "0",
      // The same tests hold both transports: E2E_TRANSPORT=ws runs them on the other one.
      TRANSPORT: Deno.env.get("E2E_TRANSPORT") ?? "deno",
      STORE_URL: `sqlite:${folder.path}/snug.db`,
      // All who test are of one address, and come faster than people.
      MAX_CONNECTIONS_PER_IP: "1000",
      ...env,
    },
  }));
  const [, address] = await process.said(/listens.*?(https?:\/\/[^\s"'/]+)[\s"'/]/);
  const url = new URL(address!).origin;

  let killed = false;
  const owned = stack.move();
  return {
    url,
    wsUrl: `${url.replace(/^http/, "ws")}/ws`,
    pid: process.pid,
    stdout: () => process.stdout(),
    stderr: () => process.stderr(),
    said: (pattern, limitMs) => process.said(pattern, limitMs),
    kill(signal) {
      killed = true;
      process.kill(signal);
    },
    exited: process.exited,
    async [Symbol.asyncDispose]() {
      await owned.disposeAsync();
      const { code } = await process.exited;
      if (!killed && code !== 0) {
        throw new Error(`the server ended with ${code}\n${process.stdout()}${process.stderr()}`);
      }
    },
  };
}

/** Waits until `/readyz` says that it is ready, or that it is not. */
export async function untilReady(server: { url: string }, ready = true) {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const { status, body } = await fetch(`${server.url}/readyz`);
    await body?.cancel();
    if ((status === 200) === ready) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`${server.url} was not ${ready ? "ready" : "unready"} within ${READY_MS} ms`);
}

type MainOptions = { args?: string[]; env?: Env; cwd: string; main?: string };

/** Starts `main.ts` with any arguments: a start that must fail, or the terminal client. */
export function startMain(options: MainOptions): Process {
  const [program, ...args] = mainCommand(options);
  return startProcess(program!, { args, cwd: options.cwd, env: mainEnvironment(options) });
}

/** How it is started: a program, and its arguments. */
export function mainCommand({ main = MAIN, args = [] }: Partial<MainOptions>): string[] {
  return [Deno.execPath(), "run", "--quiet", ...PERMISSIONS, main, ...args];
}

/** The whole environment that it gets. */
export function mainEnvironment({ env }: Pick<MainOptions, "env">): Env {
  return { ...passedOn(), NO_COLOR: "1", ...env };
}

/** What a process gets of the developer's environment. */
export function passedOn(): Env {
  const ours = Object.entries(Deno.env.toObject()).filter(([name]) => PASSED_ON.test(name));
  return Object.fromEntries(ours);
}
