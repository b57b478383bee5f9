// The real nginx, with the nginx.conf of this repository: only ports, paths and upstreams are other
// ones, and what a test changes by name. Disposing of it ends it and all of its workers.
import { find } from "./needs.ts";
import { type Process, startProcess } from "./process.ts";
import { tempFolder } from "./temp.ts";

const CONF = new URL("../../nginx.conf", import.meta.url);
/** A port that was free may be taken by the time nginx listens on it. */
const TRIES = 5;

/** What stands in the file, once, and what a test has in its place: `["read_timeout 75s", …]`. */
export type Change = [from: string, to: string];

export type Nginx = AsyncDisposable & {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** `ws://127.0.0.1:<port>/ws`. */
  wsUrl: string;
  /** The access log. */
  log(): string;
  /** Everything else that it wrote. */
  errors(): string;
  /** Waits until a log holds the pattern. */
  said: Process["said"];
};

/** Starts it before these servers; only for tests made by `needs("nginx")`. */
export async function startNginx(
  upstreams: { url: string }[],
  changes: Change[] = [],
): Promise<Nginx> {
  for (let tries = 1;; tries++) {
    try {
      return await start(upstreams, changes);
    } catch (error) {
      if (tries === TRIES || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function start(upstreams: { url: string }[], changes: Change[]): Promise<Nginx> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  // Its workers are another user, who must reach what is in there.
  await Deno.chmod(folder.path, 0o755);
  const port = freePort();
  const servers = upstreams.map(({ url }) => `server ${new URL(url).host} max_fails=0;`).join(
    " ",
  );
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const temps = kinds.map((kind) => `${kind}_temp_path ${folder.path}/${kind};`).join(" ");
  const conf = changed(await Deno.readTextFile(CONF), [
    ["listen 80", `listen 127.0.0.1:${port}`],
    ["server 127.0.0.1:8000 max_fails=0;", servers],
    ["/run/nginx.pid", `${folder.path}/nginx.pid`],
    ["/var/log/nginx/snug.log", "/dev/stdout"],
    ["/var/log/nginx/error.log notice", "stderr notice"],
    ["/var/log/nginx/error.log emerg", "stderr emerg"],
    ["http {", `http { ${temps}`],
    ...changes,
  ]);
  const path = `${folder.path}/nginx.conf`;
  await Deno.writeTextFile(path, conf);
  const args = ["-p", folder.path, "-e", "stderr", "-c", path, "-g", "daemon off;"];
  const process = stack.use(startProcess(find("nginx")!, { args }));
  await process.said(/start worker process \d/);
  const owned = stack.move();
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}/ws`,
    log: () => process.stdout(),
    errors: () => process.stderr(),
    said: (pattern, limitMs) => process.said(pattern, limitMs),
    async [Symbol.asyncDispose]() {
      await owned.disposeAsync();
      const { code } = await process.exited;
      if (code !== 0) throw new Error(`nginx ended with ${code}\n${process.stderr()}`);
    },
  };
}

function changed(conf: string, changes: Change[]): string {
  for (const [from, to] of changes) {
    const [before, after, ...more] = conf.split(from);
    if (after === undefined || more.length > 0) throw new Error(`nginx.conf: not once: ${from}`);
    conf = `${before}${to}${after}`;
  }
  return conf;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
