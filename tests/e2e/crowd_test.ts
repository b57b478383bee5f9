// What it costs that many come into one room. PRESENCE_MEMBERS=5000 is what bench/README.md tells of.
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ServerMessage } from "../../src/protocol.ts";
import { type Client, openClient } from "../harness/client.ts";
import { startServer } from "../harness/server.ts";
import { enter, heard, say } from "../harness/visitor.ts";

const MEMBERS = Number(Deno.env.get("PRESENCE_MEMBERS") ?? 300);
/** Handshakes at a time. */
const AT_ONCE = 64;
const LIMIT_MS = 180_000;
const encoder = new TextEncoder();

/** Seconds of processor time that a process took so far. */
function cpuSeconds(pid: number): number {
  if (Deno.build.os !== "linux") return NaN;
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe("crowd", () => {
  it("W9.1 W9.3 W9.2 who is in a large room is told by numbers, and others are not held up", async () => {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(
      await startServer({
        MAX_CONNECTIONS_PER_IP: "20000",
        RATE_MESSAGES_PER_SECOND: "1000",
        // These clients answer no pings.
        HEARTBEAT_MS: "600000",
      }),
    );
    const other = stack.use(await enter(server, { room: "other", username: "other" }));
    const cpu = cpuSeconds(server.pid);
    const began = performance.now();
    const clients: Client[] = [];
    let left = MEMBERS;
    const waits: number[] = [];
    const comeIn = async (_: unknown, worker: number) => {
      while (left-- > 0) {
        // Everybody wishes for the same name.
        const client = await openClient(`${server.wsUrl}/chat/crowd?username=fan`, {
          protocols: ["snug.v1"],
        });
        clients.push(stack.use(client));
        await client.until("joined", LIMIT_MS);
        if (worker > 0) continue;
        const at = performance.now();
        await say(other, "still here?", { room: "other" });
        waits.push(performance.now() - at);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }).map(comeIn));
    const joinedMs = performance.now() - began;
    const isAll = (message: ServerMessage) =>
      message.type === "presence" && message.count === MEMBERS;
    await Promise.all(clients.map((client) => client.until(isAll, LIMIT_MS)));
    const allMs = performance.now() - began;
    const cpuSpent = cpuSeconds(server.pid) - cpu;

    const first = clients[0]!;
    const [joined] = heard(clients.at(-1)!, "joined");
    assertEquals([joined!.members.length, joined!.count > 100], [100, true]);
    let bytes = 0;
    for (const client of clients) {
      const told = heard(client, "presence");
      assert(told.length <= allMs / 1000 + 2, `${told.length} in ${allMs} ms`);
      for (const { joined, count } of told) assert(count <= 100 || joined.length === 0);
      bytes += told.reduce((sum, one) => sum + encoder.encode(JSON.stringify(one)).length, 0);
    }
    const members: string[] = [];
    for (let more = true; more;) {
      const after = members.at(-1);
      first.send({ type: "members", room: "crowd", ...(after !== undefined && { after }) });
      const page = await first.until("members", LIMIT_MS);
      members.push(...page.members.map(({ uid }) => uid));
      more = page.more;
    }
    assertEquals(new Set(members).size, MEMBERS);
    // Each who comes told to each who is there.
    const line = { type: "presence", room: "crowd", joined: [joined!.members[99]], left: [] };
    const naive = encoder.encode(JSON.stringify({ ...line, count: MEMBERS })).length * MEMBERS / 2;
    assert(bytes / MEMBERS < naive);
    console.log(
      `${MEMBERS} joined in ${(joinedMs / 1000).toFixed(1)} s, all know after ` +
        `${(allMs / 1000).toFixed(1)} s; ${Math.round(bytes / MEMBERS)} bytes of presence each ` +
        `(each to each: ${Math.round(naive)}); server ${cpuSpent.toFixed(1)} s of CPU; an ack in ` +
        `another room took ${Math.round(Math.max(...waits))} ms at most`,
    );
  });
});
