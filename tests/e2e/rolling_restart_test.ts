import { assert, assertEquals, assertGreater } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Entry } from "../../src/protocol.ts";
import { type Chat, connect } from "../../static/chat.js";
import { startServer } from "../harness/server.ts";
import { tempFolder } from "../harness/temp.ts";
import { within } from "../harness/within.ts";
import { texts } from "../harness/visitor.ts";

const CLIENTS = Number(Deno.env.get("RESTART_CLIENTS") ?? 60);
/** Messages that each says on each server. */
const SAID = 5;
const LIMIT_MS = 60_000;
/** The window of W13.2 in which so many clients are told to come back, in milliseconds. */
const FIRST_MS = 500;
const LAST_MS = 2000;

/** A client as an application has one, and what it saw. */
class Person implements AsyncDisposable {
  readonly seen: Entry[] = [];
  /** What was acknowledged, in order. */
  readonly acked: string[] = [];
  gaps = 0;
  /** How long it was told to stay away, in milliseconds, and when it was back. */
  waitMs: number | undefined;
  backAt: number | undefined;
  readonly #chat: Chat;
  readonly #name: string;
  readonly #happened: () => void;
  readonly #closed: Promise<unknown>[] = [];
  #said = 0;
  /** It says the next thing when the last is acknowledged, until it has said so many. */
  #most = 0;

  constructor(url: string, name: string, happened: () => void) {
    this.#name = name;
    this.#happened = happened;
    const closed = this.#closed;
    this.#chat = connect(url, {
      name,
      WebSocket: class extends WebSocket {
        constructor(url: string | URL, protocols?: string | string[] | WebSocketOptions) {
          super(url, protocols);
          closed.push(new Promise((resolve) => this.addEventListener("close", resolve)));
        }
      },
    });
    this.#chat.on("joined", ({ gap }) => this.gaps += gap ? 1 : 0);
    this.#chat.on("entry", (entry) => {
      this.seen.push(entry);
      happened();
    });
    this.#chat.on("outgoing", ({ status, text }) => {
      if (status !== "sent") return;
      this.acked.push(text);
      happened();
      this.#sayNext();
    });
    this.#chat.on("state", (state) => {
      if (state.status === "connected") {
        if (this.waitMs !== undefined) this.backAt ??= performance.now();
      } else if (state.status === "waiting" && state.reason === "restarting") {
        this.waitMs ??= state.retryAt - Date.now();
      }
      this.#happened();
    });
  }

  join() {
    return within(LIMIT_MS, "a join", this.#chat.join("general"));
  }

  /** Says so many things more. */
  talk(count: number) {
    this.#most += count;
    this.#sayNext();
  }

  async [Symbol.asyncDispose]() {
    this.#chat.close();
    await within(LIMIT_MS, "the end of all connections", Promise.all(this.#closed));
  }

  #sayNext() {
    if (this.#said < this.#most) this.#chat.say("general", `${this.#name}-${++this.#said}`);
  }
}

describe("rolling restart", () => {
  it("P7 P3 P1 everybody comes back by themselves, spread out, and misses nothing", async () => {
    await using folder = await tempFolder();
    const env = {
      STORE_URL: `sqlite:${folder.path}/snug.db`,
      RATE_BURST: "1000000",
      RATE_MESSAGES_PER_SECOND: "1000000",
      MAX_CONNECTIONS_PER_IP: "10000",
    };
    let changed = Promise.withResolvers<void>();
    const happened = () => {
      changed.resolve();
      changed = Promise.withResolvers();
    };
    const until = async (what: string, isSo: () => boolean) => {
      const deadline = performance.now() + LIMIT_MS;
      while (!isSo()) await within(deadline - performance.now(), what, changed.promise);
    };

    await using first = await startServer(env);
    await using people = new AsyncDisposableStack();
    const all = Array.from(
      { length: CLIENTS },
      (_, index) => people.use(new Person(first.url, `person-${index}`, happened)),
    );
    await Promise.all(all.map((person) => person.join()));
    const acked = () => all.reduce((sum, person) => sum + person.acked.length, 0);
    for (const person of all) person.talk(2 * SAID);
    // In the middle of it: some of what is said is stored and not acknowledged, or not yet stored.
    await until("half of the acks", () => acked() >= CLIENTS * SAID);
    first.kill("SIGTERM");
    assertEquals((await first.exited).code, 0);
    const { port } = new URL(first.url);
    await using second = await startServer({ ...env, PORT: port });
    assertEquals(second.url, first.url);
    await until("all to be back", () => all.every(({ backAt }) => backAt !== undefined));
    for (const person of all) person.talk(1);
    const total = CLIENTS * (2 * SAID + 1);
    await until("all acks", () => acked() === total);
    await until("all entries", () => all.every(({ seen }) => seen.length >= total));

    const waits = all.map(({ waitMs }) => waitMs!);
    assert(waits.every((waitMs) => waitMs <= LAST_MS), `${waits}`);
    assertGreater(new Set(waits).size, CLIENTS / 2);
    assertGreater(spread(waits), (LAST_MS - FIRST_MS) / 2);
    assertGreater(spread(all.map(({ backAt }) => backAt!)), (LAST_MS - FIRST_MS) / 4);

    const [{ seen: log }] = all as [Person];
    assertEquals(log.map(({ seq }) => seq), Array.from({ length: total }, (_, i) => i + 1));
    const said = texts(log).sort();
    assertEquals(said, all.flatMap((person) => person.acked).sort());
    for (const { seen, gaps } of all) {
      assertEquals(gaps, 0);
      assert(JSON.stringify(seen) === JSON.stringify(log), "two saw different logs");
    }
  });
});

function spread(numbers: number[]): number {
  return Math.max(...numbers) - Math.min(...numbers);
}
