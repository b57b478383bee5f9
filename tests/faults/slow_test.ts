// A Redis that answers late, and one that does not answer for a while.
import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { Conversation, PACE } from "../harness/conversation.ts";
import { residentBytes } from "../harness/memory.ts";
import { readSamples } from "../harness/metrics.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { Relay } from "../harness/relay.ts";
import { type Env, startServer, untilReady } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";

const it = needs("redis-server");

/** Each way, so an answer takes twice as long. */
const DELAY_MS = 200;
/** Below the time after which an answer is given up; longer by hand. */
const PAUSE_MS = Number(Deno.env.get("REDIS_PAUSE_MS") ?? 3000);
const LONGEST_MS = 5000;
const LIMIT_MS = 60_000;
/** W3.4. */
const MOST_WAITING = 256;
/** Not so much that its connection is closed for it. */
const FLOOD = 1200;
const TEXT = "x".repeat(2000);
const MOST_BYTES = 64 * 1024 * 1024;

const REFUSED = 'snug_errors_total{code="UNAVAILABLE"}';

/** Two servers on a Redis behind a relay. */
async function startChat(env: Env) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await RedisServer.start());
  const way = stack.use(Relay.start(redis.port));
  const start = async () =>
    stack.use(await startServer({ ...env, STORE_URL: `redis://127.0.0.1:${way.port}` }));
  const [one, two] = [await start(), await start()];
  const owned = stack.move();
  return { redis, way, one, two, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe("a slow Redis", () => {
  it("P2 P5 W3.4 W7.1 makes acks late, commits large, and nothing else", async () => {
    const fast = { RATE_MESSAGES_PER_SECOND: "1000000", RATE_BURST: "1000000" };
    await using chat = await startChat({ ...PACE, ...fast });
    const { way, one, two } = chat;
    await using conversation = await Conversation.begin([one.url, one.url, two.url, two.url]);
    await using flooder = await enter(one);
    const before = residentBytes(one.pid);
    way.delayMs = DELAY_MS;

    const began = performance.now();
    await conversation.talk(1);
    assertGreater(performance.now() - began, 2 * DELAY_MS);
    for (let count = 1; count <= FLOOD; count++) {
      flooder.send({ type: "chat", room: "general", text: `${TEXT} ${count}`, ref: `r-${count}` });
    }
    let [acks, refused, newest] = [0, 0, 0];
    while (acks + refused < FLOOD) {
      const message = await flooder.next(undefined, LIMIT_MS);
      if (message.type === "ack") {
        assert(message.seq > newest, `${message.seq} after ${newest}`);
        newest = message.seq;
        acks++;
      } else if (message.type === "error") {
        assertEquals(message.code, "RATE_LIMITED");
        refused++;
      }
    }
    assert(acks >= MOST_WAITING && refused > 0, `${acks} acks, ${refused} refused`);
    await conversation.more(2);

    const bytes = residentBytes(one.pid) - before;
    for (const server of [one, two]) {
      const samples = await readSamples(server);
      assertEquals(samples.get(REFUSED), 0);
      const commits = samples.get("snug_commit_entries_count")!;
      if (server === one) assertGreater(samples.get("snug_commit_entries_sum")! / commits, 5);
    }
    assert(bytes < MOST_BYTES, `${bytes} bytes more`);
    way.delayMs = 0;
    assertEquals((await conversation.end(two)).lost, []);
    for (const { refusals } of conversation.people) assertEquals(refusals, []);
  });

  it("P1 P2 P3 P4 that says nothing for a while is waited for, up to a limit", async () => {
    await using chat = await startChat(PACE);
    const { redis, one, two } = chat;
    await using conversation = await Conversation.begin([one.url, one.url, two.url, two.url]);
    await conversation.talk();
    const goingOn = new Promise((done) => setTimeout(done, PAUSE_MS));
    redis.signal("SIGSTOP");
    if (PAUSE_MS > LONGEST_MS + 1000) {
      for (const server of [one, two]) await untilReady(server, false);
    }
    await goingOn;
    redis.signal("SIGCONT");
    const began = performance.now();
    const sinceMs = () => Math.round(performance.now() - began);
    for (const server of [one, two]) await untilReady(server);
    const readyMs = sinceMs();
    await conversation.more(1);
    const ackedMs = sinceMs();
    await conversation.more();
    assertEquals((await conversation.end(one)).lost, []);
    const refused = (await readSamples(one)).get(REFUSED)!;
    const after = `ready ${readyMs} ms after it, all had an ack after ${ackedMs} ms`;
    console.log(`${PAUSE_MS} ms without Redis: ${after}; ${refused} refusals`);
    for (const { gaps, states, refusals } of conversation.people) {
      assertEquals(gaps, 0);
      assert(states.every(({ status }) => status !== "waiting"));
      if (PAUSE_MS < LONGEST_MS) assertEquals(refusals, []);
    }
    if (PAUSE_MS < LONGEST_MS) assertEquals(refused, 0);
  });
});
