// Two servers on a Redis that dies while people talk, and is there again without what was said last.
import { assert, assertEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import type { Entry, Position, ServerMessage } from "../../src/protocol.ts";
import { type Client, openClient } from "../harness/client.ts";
import { needs } from "../harness/needs.ts";
import { RedisServer } from "../harness/redis.ts";
import { type Server, startServer } from "../harness/server.ts";
import { enter } from "../harness/visitor.ts";
import { within } from "../harness/within.ts";
import { eventually } from "../store/database.ts";

const it = needs("redis-server");
const LIMIT_MS = 60_000;
/** Who hears nothing for so long comes back, as one whose message got lost does. */
const SILENCE_MS = 5000;
const PAGE = "1000000";
const ENV = { RATE_MESSAGES_PER_SECOND: PAGE, RATE_BURST: PAGE, HISTORY_PAGE: PAGE };

/** Talks as fast as it hears itself, comes back to another server after every end, and knows what it was shown. */
class Witness {
  known: Entry[] = [];
  epoch = "";
  gaps = 0;
  heard = 0;
  isTalking = true;
  readonly #name: string;
  readonly #servers: Server[];
  #visits = 0;
  #count = 0;

  constructor(name: string, servers: Server[]) {
    this.#name = name;
    this.#servers = servers;
  }

  get position(): Position | undefined {
    const last = this.known.at(-1);
    return last && { epoch: this.epoch, seq: last.seq };
  }

  async visit(isOver: () => boolean) {
    while (!isOver()) {
      const { wsUrl } = this.#servers[this.#visits++ % this.#servers.length]!;
      const url = `${wsUrl}?username=${this.#name}`;
      const client = await openClient(url, { protocols: ["snug.v1"] }).catch(() => undefined);
      if (!client) continue;
      const since = this.position;
      client.send({ type: "join", room: "general", ...(since && { since }) });
      try {
        while (true) this.#take(client, await client.next(undefined, SILENCE_MS));
      } catch (error) {
        if (!/the connection closed|nothing came/.test((error as Error).message)) throw error;
        client.close();
        await client.closed;
      }
    }
  }

  #take(client: Client, message: ServerMessage) {
    if (message.type === "joined") {
      if (message.gap) {
        this.gaps++;
        this.known = [];
      }
      if (this.known.length > 0) assertEquals(message.epoch, this.epoch);
      this.epoch = message.epoch;
      for (const entry of message.messages) this.#add(entry);
      this.#talk(client);
    } else if (message.type === "chat") {
      this.#add(message);
      this.heard++;
      if (message.text.startsWith(`${this.#name} `)) this.#talk(client);
    } else if (message.type === "error") {
      client.close();
    }
  }

  #talk(client: Client) {
    if (!this.isTalking) return;
    client.send({ type: "chat", room: "general", text: `${this.#name} ${++this.#count}` });
  }

  #add(entry: Entry) {
    const last = this.known.at(-1);
    assert(!last || entry.seq === last.seq + 1, `${entry.seq} came after ${last?.seq}`);
    this.known.push(entry);
  }
}

describe("two servers on a Redis that lost what was said last", () => {
  for (const saved of ["before anything was said", "in the middle"]) {
    it(`P2 P3 W14.1 W14.2 show nobody what is not there, saved ${saved}`, async () => {
      await using stack = new AsyncDisposableStack();
      const redis = stack.use(await RedisServer.start(["--save", ""]));
      const start = async () => stack.use(await startServer({ ...ENV, STORE_URL: redis.url }));
      const servers = [await start(), await start()];
      // The room is open, so what its epoch is made of is kept.
      await using early = await enter(servers[0]!);
      if (saved === "before anything was said") await redis.cli("SAVE");
      let isOver = false;
      const witnesses = ["ann", "bob", "cat", "dan"].map((name) => new Witness(name, servers));
      const visits = Promise.all(witnesses.map((witness) => witness.visit(() => isOver)));
      visits.catch(() => {});
      const talked = (more: number, from = witnesses.map(({ heard }) => heard)) =>
        eventually("talk", LIMIT_MS, async () => {
          await Promise.race([visits, Promise.resolve()]);
          return witnesses.every(({ heard }, index) => heard >= from[index]! + more);
        });
      await talked(200);
      if (saved === "in the middle") await redis.cli("SAVE");
      await talked(200);
      const lost = witnesses[0]!.position!;
      await redis.kill();
      await redis.again();
      await talked(lost.seq);
      for (const witness of witnesses) witness.isTalking = false;

      // Until the server that saw it all has looked, the other one may go on in the epoch of before.
      const { code } = await within(LIMIT_MS, "being sent home", early.closed);
      assertEquals(code, 1012);
      // Who was away meanwhile, and knows less by number than there is now.
      await using late = await enter(servers[0]!, { since: lost });
      assertEquals(late.joined.gap, true);
      const log = async () => {
        await using reader = await enter(servers[0]!, { username: "reader" });
        return reader.joined;
      };
      await eventually("everything to be everywhere", LIMIT_MS, async () => {
        const { epoch, seq } = await log();
        return witnesses.every((one) => one.epoch === epoch && one.known.at(-1)?.seq === seq);
      });
      const { epoch, messages } = await log();
      const bySeq = new Map(messages.map((message) => [message.seq, message]));
      for (const { known, epoch: its, gaps } of witnesses) {
        assertEquals(its, epoch);
        assert(gaps > 0);
        // A page holds as much as fits a frame, and a slow machine lets some talk for long.
        const shown = known.filter(({ seq }) => seq >= messages[0]!.seq);
        assert(shown.length > 0);
        for (const entry of shown) assertEquals(entry, bySeq.get(entry.seq));
      }
      assertEquals(late.joined.epoch, epoch);
      assert(late.joined.seq > lost.seq, `${late.joined.seq} after ${lost.seq}`);
      isOver = true;
      for (const server of servers) server.kill("SIGTERM");
      await visits;
    });
  }
});
