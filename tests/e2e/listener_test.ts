// A process that runs out of file descriptors: what strangers can make it do without any credential.
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { startProcess } from "../harness/process.ts";
import { tempFolder } from "../harness/temp.ts";
import { eventually } from "../store/database.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const ARGS = [
  "run",
  "--quiet",
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  MAIN,
];

/** What each transport says when its listener has ended. */
const ENDS = { deno: /Too many open files/, ws: /the listener stopped to accept/ };

for (const [transport, end] of Object.entries(ENDS)) {
  it(`on ${transport} listens again after more connections than it has descriptors for`, async () => {
    await using folder = await tempFolder();
    const env = { ...Deno.env.toObject(), PORT: "0", STORE_URL: "memory:", TRANSPORT: transport };
    const script = `ulimit -n 64; exec "$0" "$@"`;
    await using server = startProcess("sh", {
      args: ["-c", script, Deno.execPath(), ...ARGS],
      cwd: folder.path,
      env,
    });
    const [, url] = await server.said(/listens on (\S+)/);
    const port = Number(new URL(url!).port);
    const connections: Deno.TcpConn[] = [];
    while (connections.length < 200) {
      const connection = await Deno.connect({ port }).catch(() => undefined);
      // Refused: the listener has ended.
      if (!connection) break;
      connections.push(connection);
    }
    await server.said(end);
    for (const connection of connections) connection.close();
    await eventually("it answers", 10_000, async () => {
      const response = await fetch(`${url}/healthz`).catch(() => undefined);
      await response?.body?.cancel();
      return response?.status === 200;
    });
    server.kill("SIGTERM");
    assertEquals((await server.exited).code, 0);
  });
}
