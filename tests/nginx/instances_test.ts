// Several real servers on one real Redis behind one real nginx, which sends each connection to
// whichever it likes.
import { assert, assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { samplesUntil } from "../harness/metrics.ts";
import { needs } from "../harness/needs.ts";
import { startNginx } from "../harness/nginx.ts";
import { Person } from "../harness/person.ts";
import { RedisServer } from "../harness/redis.ts";
import { type Env, type Server, startServer } from "../harness/server.ts";
import { within } from "../harness/within.ts";

const it = needs("nginx", "redis-server");

const PEOPLE = 8;
const LIMIT_MS = 30_000;
/** What everybody says at least before something is done to a server, and after. */
const SAID = 10;

const ENV: Env = {
  // So much of all together that who is away for two seconds missed no more than a join gives back.
  RATE_MESSAGES_PER_SECOND: "50",
  RATE_BURST: "50",
  RESUME_LIMIT: "1000000",
};

/** Says the next thing as soon as the last is acknowledged. */
class Talker extends Person {
  isTalking = true;

  constructor(url: string, readonly name: string, plain: boolean) {
    super(url, { name, plain });
    this.chat.on("outgoing", ({ status }) => {
      if (status === "sent" && this.isTalking) this.talk();
    });
  }

  talk() {
    this.say(`${this.name}-${this.acked.length + 1}`);
  }

  /** Waits until it said so much more. */
  async more() {
    const most = this.acked.length + SAID;
    await this.until(`${SAID} acks`, () => this.acked.length >= most);
  }
}

/** Lets people talk through nginx on two servers while `trouble` is made; compares all accounts. */
async function endure(
  trouble: (servers: Server[], again: (index: number) => Promise<void>) => Promise<void>,
) {
  await using redis = await RedisServer.start();
  await using stack = new AsyncDisposableStack();
  const start = async (TRANSPORT: string, PORT = "0") =>
    stack.use(await startServer({ ...ENV, STORE_URL: redis.url, TRANSPORT, PORT }));
  const transports = ["deno", "ws"];
  const servers = [await start("deno"), await start("ws")];
  await using nginx = await startNginx(servers);
  await using people = new AsyncDisposableStack();
  const all = Array.from(
    { length: PEOPLE },
    (_, index) => people.use(new Talker(nginx.url, `person${index}`, index % 2 === 0)),
  );
  await Promise.all(all.map((person) => person.join()));
  for (const server of servers) {
    await samplesUntil(server, (samples) => samples.get("snug_connections")! > 0);
  }
  for (const person of all) person.talk();
  const everybodySaysMore = () => Promise.all(all.map((person) => person.more()));
  await everybodySaysMore();
  await trouble(servers, async (index) => {
    servers[index] = await start(transports[index]!, new URL(servers[index]!.url).port);
    await everybodySaysMore();
  });
  for (const person of all) person.isTalking = false;
  const acked = () => all.flatMap((person) => person.acked);
  const isQuiet = ({ chat }: Person) =>
    chat.state.status === "connected" && chat.unsent.length === 0;
  for (const person of all) await person.until("the last ack", () => isQuiet(person));
  const total = acked().length;
  for (const person of all) {
    await person.until("all entries", () => person.seen.length >= total);
  }

  const [{ seen: log, texts }] = all as [Talker];
  assertEquals(log.map(({ seq }) => seq), Array.from({ length: total }, (_, i) => i + 1));
  assertEquals(texts.toSorted(), acked().toSorted());
  for (const { seen, gaps, name } of all) {
    assertEquals([name, gaps], [name, 0]);
    assert(JSON.stringify(seen) === JSON.stringify(log), `${name} saw another log`);
  }
  // One was always there, so nobody was turned away.
  const reasons = all.flatMap(({ states }) =>
    states.flatMap((it) => it.status === "waiting" ? it.reason : [])
  );
  assertEquals(reasons.filter((reason) => !["dropped", "restarting"].includes(reason)), []);
  return all;
}

describe("several instances behind nginx", () => {
  it("P1 P2 P3 P7 W21 an upgrade of one after the other loses and doubles nothing", async () => {
    const all = await endure(async (servers, again) => {
      for (const [index, server] of servers.entries()) {
        server.kill("SIGTERM");
        assertEquals((await within(LIMIT_MS, "its end", server.exited)).code, 0);
        await again(index);
      }
    });
    for (const { states } of all) {
      assert(states.some((it) => it.status === "waiting" && it.reason === "restarting"));
    }
  });

  it("P1 P2 P3 P4 W21.2 one after the other is killed, and takes nothing with it", async () => {
    await endure(async (servers, again) => {
      for (const [index, server] of servers.entries()) {
        server.kill("SIGKILL");
        await server.exited;
        await again(index);
      }
    });
  });
});
