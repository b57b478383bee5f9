// One of two instances loses the network to Redis, without being told so: nothing comes, nothing is
// refused. Where the kernel lets us, they are on machines of their own with a cable to cut; else a
// relay before Redis falls silent.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { ChatError } from "../../static/chat.js";
import { Conversation, PACE } from "../harness/conversation.ts";
import { find, needs } from "../harness/needs.ts";
import { mayMakeNetworks, Network, type Side } from "../harness/network.ts";
import { RedisServer } from "../harness/redis.ts";
import { Relay } from "../harness/relay.ts";
import {
  type Env,
  mainCommand,
  mainEnvironment,
  startServer,
  untilReady,
} from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";

const it = needs("redis-server", "ip");

/** Each machine's own, as there is nobody else on it. */
const PORTS = { redis: 6379, snug: 8000 };
const ENV: Env = { ...PACE, PRESENCE_GRACE_MS: "500" };

/** Two instances, and what is between the second of them and Redis. */
interface Place extends AsyncDisposable {
  near: { url: string };
  far: { url: string };
  cable: { cut(): unknown; heal(): unknown };
}

async function onMachines(): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const cable = stack.use(await Network.make());
  const settings = ["--protected-mode", "no", "--save", "", "--dir", folder.path];
  const port = ["--port", String(PORTS.redis)];
  const redis = cable.run("left", [find("redis-server")!, ...port, ...settings]);
  await redis.said(/Ready to accept connections/);
  const start = async (side: Side, host: string) => {
    const env = mainEnvironment({
      env: { ...ENV, PORT: String(PORTS.snug), STORE_URL: `redis://${host}:${PORTS.redis}` },
    });
    await cable.run(side, mainCommand({}), { cwd: folder.path, env }).said(/listens/);
    return { url: `http://127.0.0.1:${await cable.lead(side, PORTS.snug)}` };
  };
  const [near, far] = [await start("left", "127.0.0.1"), await start("right", cable.address)];
  const owned = stack.move();
  return { near, far, cable, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function behindRelay(): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start());
  const cable = stack.use(Relay.start(redis.port));
  const start = async (port: number) =>
    stack.use(await startServer({ ...ENV, STORE_URL: `redis://127.0.0.1:${port}` }));
  const [near, far] = [await start(redis.port), await start(cable.port)];
  const owned = stack.move();
  return { near, far, cable, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const [where, start] = await mayMakeNetworks()
  ? ["on two machines", onMachines] as const
  : ["behind a relay, as no network may be made here", behindRelay] as const;

describe(`an instance that loses the network to Redis, ${where}`, () => {
  it("P1 P2 P3 P4 W7.3 W21.2 W21.8 refuses, throws nobody out, and heals without a gap", async () => {
    await using place = await start();
    const { near, far, cable } = place;
    await using conversation = await Conversation.begin([near.url, near.url, far.url, far.url]);
    const [seer, other, ...away] = conversation.people;
    await conversation.talk();
    const areHere = () => away.every(({ name }) => seer!.present.has(name));
    await seer!.until("the others", areHere);

    await cable.cut();
    await untilReady(far, false);
    // The others go on, and miss those whom nobody hears of.
    await Promise.all([seer!.more(), other!.more()]);
    await seer!.until("their leaving", () => away.every(({ name }) => !seer!.present.has(name)));
    await untilReady(near);
    const refused = await assertRejects(() => away[0]!.chat.join("another"), ChatError);
    assertEquals(refused.code, "UNAVAILABLE");

    await cable.heal();
    await untilReady(far);
    await conversation.more();
    await seer!.until("their return", areHere);
    const { lost } = await conversation.end(near);
    assertEquals(lost, []);
    for (const { gaps, states } of conversation.people) {
      assertEquals(gaps, 0);
      assert(states.every(({ status }) => status !== "waiting"));
    }
  });
});
