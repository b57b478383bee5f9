import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { entry, FakeServer, type FakeSocket, JOINED, settle } from "./harness/fake_server.ts";

const RUNS = 150;
const STEPS = 60;

/** A number in [0, 1) that the seed decides (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A room as the protocol has it: one log, refs that are known, answers that may get lost. */
class Log {
  entries: ReturnType<typeof entry>[] = [];
  #seqs = new Map<string, number>();
  #members = new Set<FakeSocket>();

  /** Does what a socket asked; where `deaf`, its connection dies before the answers. */
  serve(socket: FakeSocket, deaf: boolean) {
    for (const { type, ref, text, since } of socket.heard()) {
      const answer = deaf ? () => {} : socket.tell.bind(socket);
      if (type === "join") {
        const seq = this.entries.length;
        const from = (since as { seq: number } | undefined)?.seq;
        const messages = this.entries.slice(from ?? -5);
        answer({ ...JOINED, seq, messages, ref: `${ref}` });
        if (!deaf) this.#members.add(socket);
      } else if (type === "chat") {
        const known = this.#seqs.get(`${ref}`);
        const seq = known ?? this.entries.length + 1;
        answer({ type: "ack", ref: `${ref}`, room: JOINED.room, seq, ts: seq });
        this.#seqs.set(`${ref}`, seq);
        if (known === undefined) this.add(`${text}`);
      }
    }
    if (deaf) this.#members.delete(socket);
  }

  add(text: string) {
    const added = entry(this.entries.length + 1, text);
    this.entries.push(added);
    for (const socket of this.#members) if (socket.readyState === 1) socket.tell(added);
  }
}

describe("sdk fuzz", () => {
  it("P2 P3 P4 whatever is lost, each message is kept once and seen once, in order", async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = seeded(seed);
      const pick = (n: number) => Math.floor(random() * n);
      using server = new FakeServer();
      const log = new Log();
      const seen: number[] = [];
      const said: string[] = [];
      let chat = server.connect({ storage: server.storage });
      const listen = () => {
        chat.join("general").catch(() => {});
        chat.on("entry", ({ seq }) => seen.push(seq));
        chat.on("joined", ({ messages, resumed }) => {
          if (!resumed) seen.splice(0, Infinity, ...messages.map(({ seq }) => seq));
        });
      };
      listen();
      const heal = async () => {
        if (server.socket.readyState === 0) await server.welcome();
        await settle();
        if (server.socket.readyState === 1) log.serve(server.socket, false);
        await settle();
      };
      const steps: (() => unknown)[] = [
        () => said.push(chat.say("general", `said ${said.length}`).text),
        () => log.add("from another"),
        heal,
        () => server.clock.pass(pick(3000)),
        () => server.socket.readyState === 1 && server.socket.end([1006, 4009, 4500][pick(3)]!),
        async () => {
          await settle();
          if (server.socket.readyState !== 1) return;
          log.serve(server.socket, true);
          server.socket.end(1006);
        },
        () => server.socket.readyState === 0 && server.refuse(),
      ];
      for (let step = 0; step < STEPS; step++) await steps[pick(steps.length)]!();
      if (seed % 3 === 0) {
        await settle();
        chat.close();
        server.clock.chance = random();
        chat = server.connect({ storage: server.storage });
        listen();
      }
      for (let round = 0; round < 100 && (round < 4 || chat.unsent.length > 0); round++) {
        await server.clock.pass(1000);
        await heal();
      }
      const kept = log.entries.map(({ text }) => text).filter((text) => text.startsWith("said"));
      assertEquals([chat.unsent.length, kept], [0, said], `seed ${seed}`);
      const newest = log.entries.map(({ seq }) => seq).slice(log.entries.length - seen.length);
      assertEquals(seen, newest, `seed ${seed}`);
      assertEquals(seen.at(-1) ?? 0, log.entries.length, `seed ${seed}`);
    }
  });
});
