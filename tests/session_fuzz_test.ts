// Sessions under frames that no honest client sends. `FUZZ_RUNS=5000` is a million of them;
// `FUZZ_SEED` runs one life again.
import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../src/protocol.ts";
import type { Client } from "./core/client.ts";
import { type ConnectOptions, Core, type CoreOptions } from "./core/core.ts";
import { roll, RUNS } from "./core/fuzz.ts";
import { assertServerFrame } from "./core/server_message.ts";
import { WildFrames } from "./core/wild_frames.ts";
import { heapBytes } from "./harness/memory.ts";
import type { Dice } from "./simulation/dice.ts";

/** Frames between two looks at what came of them, and looks in a life. */
const FRAMES = 25;
const LOOKS = 4;
/** What the heap may grow by in the second half of a long life, in bytes. */
const GROWTH = 16 * 1024 * 1024;

const ROOMS = ["general", "random", "café", "other", "@guest:eve,u-1"];
const PEOPLE = ["ada", "guest:ada", "guest:eve", "guest:mallory", "u-1", "u-2", "nobody"];

/** Who misbehaves, one after the other. */
const ATTACKERS: ({ name: string } & ConnectOptions)[] = [
  { name: "eve", hasHeartbeat: true },
  { name: "mallory", isBatched: false, path: "general" },
  { name: "one", uid: "u-1" as UserId, isBatched: false },
  { name: "two", uid: "u-2" as UserId, isAdmin: true },
];

/** A core with somebody who behaves, and everybody who does not. */
class Life {
  readonly #core: Core;
  readonly #dice: Dice;
  readonly #frames: WildFrames;
  readonly #attackers = new Map<(typeof ATTACKERS)[number], Client>();
  readonly #names: typeof ATTACKERS;
  #neighbour!: Client;
  #said = 0;

  constructor(dice: Dice, options: CoreOptions, attackers = ATTACKERS) {
    this.#core = new Core(options);
    this.#dice = dice;
    this.#names = attackers;
    this.#frames = new WildFrames(dice, ROOMS, PEOPLE);
    const known = { name: "eve", expires: null, seal: null };
    this.#core.credentials.set("good", { ...known, uid: "guest:eve" as UserId });
    this.#core.credentials.set("later", { code: "UNAVAILABLE", message: "try again later" });
  }

  async begin() {
    // Nobody may moderate an administrator who is here.
    this.#neighbour = await this.#core.enter("ada", "general", { isAdmin: true });
  }

  /** Some frames, what came of them, and a word of the neighbour. */
  async look() {
    for (let count = 0; count < FRAMES; count++) this.#attack();
    const ref = `n-${++this.#said}`;
    this.#neighbour.send({ type: "chat", room: "general", text: "hi", ref });
    await this.#core.settle();
    if (this.#dice.chance(0.5)) await this.#core.pass(1000);
    const came = readAll(this.#neighbour).join("\n");
    assert(came.includes(`{"type":"ack","ref":"${ref}"`), `no ack: ${came.slice(0, 2000)}`);
    assertEquals(this.#neighbour.socket.closedWith, undefined);
    for (const client of this.#attackers.values()) readAll(client);
    assertEquals(this.#core.faults, []);
  }

  async end() {
    await this.#core.assertNothingLeft();
  }

  #attack() {
    const who = this.#dice.pick(this.#names);
    let client = this.#attackers.get(who);
    if (!client || client.socket.closedWith) {
      if (client) readAll(client);
      client?.drop();
      this.#attackers.set(who, client = this.#core.connect(who.name, who));
      for (const room of ["general", "random"]) client.send({ type: "join", room });
    }
    const frame = this.#frames.next();
    if (typeof frame === "string") client.session.text(frame);
    else client.session.binary(frame);
  }
}

/** Holds everything that a client was sent to the protocol, and gives the text of it. */
function readAll(client: Client): string[] {
  const frames = client.takeFrames().filter((frame) => typeof frame === "string");
  for (const frame of frames) assertServerFrame(frame);
  return frames;
}

describe("session, fuzzed", () => {
  it("P5 W3.3 W3.5 whatever comes, every answer is a message, others talk on, and nothing is left", async () => {
    await roll(RUNS, async (dice) => {
      const isTight = dice.chance(0.3);
      const limits = isTight ? { messagesPerSecond: 5, burst: 200 } : {};
      const life = new Life(dice, { limits, joinPolicy: dice.pick(["open", "listed"]) });
      await life.begin();
      for (let looks = 0; looks < LOOKS; looks++) await life.look();
      await life.end();
    });
  });

  it("P5 a long life of it does not grow", async () => {
    await roll(1, async (dice) => {
      // Where anybody may make rooms and ban people, what is kept of that grows.
      const settings = { joinPolicy: "listed" as const, rooms: ["general", "random"] };
      const life = new Life(dice, settings, ATTACKERS.filter(({ isAdmin }) => !isAdmin));
      await life.begin();
      const half = LOOKS * RUNS / 2;
      for (let looks = 0; looks < half; looks++) await life.look();
      const held = heapBytes();
      for (let looks = 0; looks < half; looks++) await life.look();
      assertLess(heapBytes(), held + GROWTH);
      await life.end();
    });
  });
});
