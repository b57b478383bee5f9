import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SECRET, sign } from "../gate/issuer.ts";
import { frame, OPCODE } from "../harness/raw.ts";
import { type Server, startServer } from "../harness/server.ts";
import { isLinux, openTcp, type Tcp } from "../harness/tcp.ts";
import { enter, heard, say, settled } from "../harness/visitor.ts";

/** Messages that two people say to each other, without a flood and beside one. */
const SAID = 40;
/** How many times as long an ack may take beside a flood; unfair, it is thousands. */
const SLOWDOWN = 100;
/** Bytes that a flood hands to the system at a time. */
const CHUNK_BYTES = 64 * 1024;
/** Connections that send what is too big. */
const TOO_BIG = 20;

const ROOMY = { RATE_BURST: "10000000", RATE_MESSAGES_PER_SECOND: "10000000" };
/** Enough for two people, and little for a flood. */
const TIGHT = { RATE_BURST: "300", RATE_MESSAGES_PER_SECOND: "1" };

const text = (line: string) => frame(OPCODE.text, line);
const FLOODS = {
  chat: text('{"type":"chat","text":"x"}'),
  typing: text('{"type":"typing"}'),
  history: text('{"type":"history"}'),
  "what is no JSON": text("{"),
  binary: frame(OPCODE.binary, new Uint8Array([0, 1])),
};

/** Sends one frame at full speed, and comes back whenever it is sent home. */
class Flood implements AsyncDisposable {
  readonly #url: string;
  readonly #chunk: Uint8Array<ArrayBuffer>;
  readonly #began = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #tcp: Tcp | undefined;
  #isOver = false;

  /** It comes under a token: a guest's flood would use up what all guests of its address have. */
  constructor(server: Server, one: Uint8Array, token: string) {
    this.#url = `${server.wsUrl}/chat/flooded?heartbeat=off&token=${token}`;
    const frames = Array(Math.ceil(CHUNK_BYTES / one.length)).fill([...one]);
    this.#chunk = new Uint8Array(frames.flat());
    this.#ended = this.#run();
  }

  /** When the first of it is with the server. */
  get began(): Promise<void> {
    return Promise.race([this.#began.promise, this.#ended]);
  }

  async [Symbol.asyncDispose]() {
    this.#isOver = true;
    this.#tcp?.end();
    await this.#ended;
  }

  async #run() {
    while (!this.#isOver) {
      using tcp = this.#tcp = await openTcp(this.#url);
      await Promise.all([this.#write(tcp), tcp.drain()]);
    }
  }

  async #write(tcp: Tcp) {
    while (!this.#isOver && await tcp.write(this.#chunk)) this.#began.resolve();
    tcp.end();
  }
}

describe("flood", { ignore: !isLinux }, () => {
  for (const [name, one] of Object.entries(FLOODS)) {
    it(`P5 ${name} at full speed is served by turns with what others say`, async () => {
      await unnoticed(ROOMY, one);
    });
  }

  it("P5 W13.3 a flood over its rate ends with 4008 each time, and nobody else notices", async () => {
    const log = await unnoticed(TIGHT, FLOODS.chat);
    assertGreater(log.split('4008 "rate limited"').length - 1, 0, log);
  });

  it("W2.1 frames that are too big are counted in the log as 1009, each once", async () => {
    await using server = await startServer(ROOMY);
    await using ada = await enter(server);
    const large = text("x".repeat(16_385));
    for (let i = 0; i < TOO_BIG; i++) {
      using tcp = await openTcp(server.wsUrl);
      await tcp.write(large);
      assertEquals((await tcp.readUntil(() => false)).close, 1009);
      await say(ada, `${i}`);
    }
    await server.said(new RegExp(`(?:1009 "message too big".*\\n.*){${TOO_BIG}}`));
    await settled(ada);
    assertEquals(server.stderr().split('1009 "').length - 1, TOO_BIG);
    assertEquals(heard(ada, "chat").length, TOO_BIG);
  });
});

/** Lets two people talk without and beside a flood, and gives the log. */
async function unnoticed(env: Record<string, string>, one: Uint8Array): Promise<string> {
  await using server = await startServer({ ...env, JWT_SECRET: SECRET, WS_TOKEN: "open" });
  await using ada = await enter(server);
  await using bob = await enter(server);
  const talk = async () => {
    const took: number[] = [];
    for (let i = 0; i < SAID; i++) {
      const begun = performance.now();
      await say(i % 2 ? ada : bob, "hi");
      took.push(performance.now() - begun);
    }
    return took.toSorted((a, b) => a - b)[SAID >> 1]!;
  };
  const quietMs = await talk();
  await using flood = new Flood(server, one, await sign({ sub: "flood" }));
  await flood.began;
  const besideMs = await talk();
  assertLess(besideMs, SLOWDOWN * quietMs);
  for (const client of [ada, bob]) {
    await settled(client);
    const seqs = heard(client, "chat").map(({ seq }) => seq);
    assertEquals(seqs, Array.from({ length: 2 * SAID }, (_, index) => index + 1));
  }
  return server.stderr();
}
