// Several real servers on one real Redis behind one real nginx, which sends each connection to
// whichever it likes.
import { assert, assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { Conversation, PACE } from "../harness/conversation.ts";
import { samplesUntil } from "../harness/metrics.ts";
import { needs } from "../harness/needs.ts";
import { startNginx } from "../harness/nginx.ts";
import { RedisServer } from "../harness/redis.ts";
import { type Server, startServer } from "../harness/server.ts";
import { within } from "../harness/within.ts";

const it = needs("nginx", "redis-server");

const PEOPLE = 8;
const LIMIT_MS = 30_000;

/** Lets people talk through nginx on two servers while `trouble` is made; compares all accounts. */
async function endure(
  trouble: (servers: Server[], again: (index: number) => Promise<void>) => Promise<void>,
) {
  await using redis = await RedisServer.start();
  await using stack = new AsyncDisposableStack();
  const start = async (TRANSPORT: string, PORT = "0") =>
    stack.use(await startServer({ ...PACE, STORE_URL: redis.url, TRANSPORT, PORT }));
  const transports = ["deno", "ws"];
  const servers = [await start("deno"), await start("ws")];
  await using nginx = await startNginx(servers);
  const urls = Array.from({ length: PEOPLE }, () => nginx.url);
  await using conversation = await Conversation.begin(urls);
  for (const server of servers) {
    await samplesUntil(server, (samples) => samples.get("snug_connections")! > 0);
  }
  await conversation.talk();
  await trouble(servers, async (index) => {
    servers[index] = await start(transports[index]!, new URL(servers[index]!.url).port);
    await conversation.more();
  });
  assertEquals((await conversation.end(nginx)).lost, []);
  // One was always there, so nobody was turned away.
  const { people } = conversation;
  for (const { gaps, refusals } of people) assertEquals([gaps, refusals], [0, []]);
  const reasons = people.map(({ states }) =>
    states.flatMap((it) => it.status === "waiting" ? it.reason : [])
  );
  assertEquals(reasons.flat().filter((it) => !["dropped", "restarting"].includes(it)), []);
  return reasons;
}

describe("several instances behind nginx", () => {
  it("P1 P2 P3 P7 W21 an upgrade of one after the other loses and doubles nothing", async () => {
    const reasons = await endure(async (servers, again) => {
      for (const [index, server] of servers.entries()) {
        server.kill("SIGTERM");
        assertEquals((await within(LIMIT_MS, "its end", server.exited)).code, 0);
        await again(index);
      }
    });
    for (const those of reasons) assert(those.includes("restarting"));
  });

  it("P1 P2 P3 P4 W21.2 one after the other is killed, and takes nothing with it", async () => {
    const reasons = await endure(async (servers, again) => {
      for (const [index, server] of servers.entries()) {
        server.kill("SIGKILL");
        await server.exited;
        await again(index);
      }
    });
    for (const those of reasons) assert(those.includes("dropped"));
  });
});
