// Several servers on one Redis behind one nginx, all on the first core, and what each of them uses.
import { RedisServer } from "../tests/harness/redis.ts";
import { startNginx } from "../tests/harness/nginx.ts";
import type { Server } from "./servers.ts";
import { startServer } from "./server_process.ts";

/** What Redis keeps: what an `ack` of Snug promises, or nothing. */
const KEEPING = {
  always: ["--save", "", "--appendonly", "yes", "--appendfsync", "always"],
  nothing: ["--save", "", "--appendonly", "no"],
};

export interface Setup {
  server: Server;
  /** 0: one, without a Redis and without nginx. */
  instances: number;
  redis?: keyof typeof KEEPING;
}

export interface Cluster extends AsyncDisposable {
  /** Where clients connect. */
  port: number;
  pids: number[];
  /** What each of these processes is. */
  parts: ("servers" | "Redis" | "nginx")[];
}

/** `folder` is where servers keep their files. */
export async function startCluster(setup: Setup, folder: string): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const { server, instances, redis } = setup;
  const store = redis && stack.use(await RedisServer.start(KEEPING[redis]));
  const env = { ...server.env, ...(store && { STORE_URL: store.url }) };
  const servers = [];
  for (let index = 0; index < Math.max(1, instances); index++) {
    const path = `${folder}/${index}`;
    await Deno.mkdir(path);
    const started = stack.use(await startServer({ ...server, env }, path));
    await started.listens;
    servers.push(started);
  }
  const pids = servers.map(({ pid }) => pid);
  const parts: Cluster["parts"] = servers.map(() => "servers");
  const add = (part: Cluster["parts"][number], pid: number) => {
    new Deno.Command("taskset", { args: ["-acp", "0", String(pid)] }).outputSync();
    pids.push(pid);
    parts.push(part);
  };
  if (store) {
    add("Redis", Number((await store.cli("INFO", "server")).match(/process_id:(\d+)/)![1]));
  }
  let port = servers[0]!.port;
  if (instances > 0) {
    const upstreams = servers.map(({ port }) => ({ url: `http://127.0.0.1:${port}` }));
    const nginx = stack.use(
      await startNginx(upstreams, [
        ["worker_processes auto", "worker_processes 1"],
        ["limit_conn addresses 200", "limit_conn addresses 65000"],
      ]),
    );
    add("nginx", Number(nginx.errors().match(/start worker process (\d+)/)![1]));
    port = Number(new URL(nginx.url).port);
  }
  const owned = stack.move();
  return { port, pids, parts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
