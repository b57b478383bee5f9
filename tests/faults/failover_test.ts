// The primary is killed, and its replica takes its place at the same address.
import { assert, assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { Conversation, PACE } from "../harness/conversation.ts";
import { ask } from "../harness/http.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { Relay } from "../harness/relay.ts";
import { type Server, startServer, untilReady } from "../harness/server.ts";
import { eventually } from "../store/database.ts";

const it = needs("redis-server");
const LIMIT_MS = 30_000;

interface Chat extends AsyncDisposable {
  primary: RedisServer;
  replica: RedisServer;
  /** The address of the primary, as each of the two servers knows it. */
  ways: [Relay, Relay];
  servers: [Server, Server];
}

/** Two servers that know only an address of their own for the primary. */
async function startChat(options = ""): Promise<Chat> {
  await using stack = new AsyncDisposableStack();
  const primary = stack.use(await RedisServer.start());
  const follow = ["--replicaof", "127.0.0.1", String(primary.port)];
  const replica = stack.use(await RedisServer.start(["--save", "", ...follow]));
  await followed(primary);
  const start = async () => {
    const way = stack.use(Relay.start(primary.port));
    const STORE_URL = `redis://127.0.0.1:${way.port}${options}`;
    return [way, stack.use(await startServer({ ...PACE, STORE_URL }))] as const;
  };
  const [[one, oneServer], [two, twoServer]] = [await start(), await start()];
  const owned = stack.move();
  return {
    primary,
    replica,
    ways: [one, two],
    servers: [oneServer, twoServer],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function followed(primary: RedisServer) {
  await eventually("the replica", LIMIT_MS, async () => {
    return (await primary.cli("INFO", "replication")).includes("state=online");
  });
}

describe("a replica that takes over", () => {
  it("P2 P3 W5.4 W14.1 without what was said last: everybody is told of a gap", async () => {
    await using chat = await startChat();
    const { primary, replica, ways: [way, otherWay], servers: [server, other] } = chat;
    const urls = [server.url, server.url, other.url, other.url];
    await using conversation = await Conversation.begin(urls);
    const [ann, amy, ben, bob] = conversation.people;
    await conversation.talk();

    // From here on the other server hears nothing of what will be lost, and the replica is behind.
    otherWay.cut();
    await replica.cli("REPLICAOF", "NO", "ONE");
    await Promise.all([ann!.more(), amy!.more()]);
    await primary.kill();
    server.kill("SIGSTOP");
    otherWay.lead(replica.port);
    otherWay.heal();
    // More than was lost is said, before who gave that out can look.
    await Promise.all([ben!.more(30), bob!.more(30)]);
    way.lead(replica.port);
    server.kill("SIGCONT");
    await conversation.more();

    const { lost } = await conversation.end(other);
    assert(lost.length >= 18, `only ${lost.length} were lost`);
    for (const { name, gaps } of conversation.people) assertEquals([name, gaps], [name, 1]);
  });

  it("P1 W7.3 with ?replicas=1 has all that was acknowledged", async () => {
    await using chat = await startChat("?replicas=1");
    const { primary, replica, ways, servers: [server, other] } = chat;
    const urls = [server.url, server.url, other.url, other.url];
    await using conversation = await Conversation.begin(urls);
    await conversation.talk();

    await replica.cli("REPLICAOF", "NO", "ONE");
    // What is said now is on the primary alone, and not acknowledged.
    await untilReady(server, false);
    await primary.kill();
    for (const way of ways) way.lead(replica.port);
    // Nor is what is on the other alone.
    const { status } = await ask(server, "POST /api/rooms/general/messages", "alone");
    assertEquals(status, 503);
    await primary.again("--replicaof", "127.0.0.1", String(replica.port));
    await followed(replica);
    await conversation.more();
    assertEquals((await conversation.end(other)).lost, []);
  });
});
