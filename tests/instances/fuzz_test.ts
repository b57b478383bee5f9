import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import type { Client } from "../core/client.ts";
import type { Core } from "../core/core.ts";
import { fuzz } from "../core/fuzz.ts";
import type { Fate } from "../core/local_bus.ts";
import { Several } from "../core/several.ts";

const ROOM = "r";
const GRACE_MS = 10_000;
/** How long after the last fault all must be known everywhere: 5 s, a grace, and to be told. */
const CALM_MS = 20_000;

/** Somebody with connections to some instances. */
interface Tab {
  id: number;
  core: Core;
  client: Client;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("join"), id: fc.nat(4), at: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("leave"), tab: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("lose"), tab: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.nat(4000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash"), at: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("start") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("late") }) },
);
const fate = fc.constantFrom<Fate>("arrives", "arrives", "arrives", "lost", "twice", "late");

/** What an observer was told: who is in the room by the sum of it. */
class Observer {
  readonly core: Core;
  readonly client: Client;
  readonly here = new Set<string>();
  /** Who was told of as gone since the last look. */
  left: string[] = [];

  constructor(core: Core, client: Client) {
    this.core = core;
    this.client = client;
  }

  look(): void {
    this.left = [];
    for (const message of this.client.take()) {
      if (message.type === "joined") { for (const { uid } of message.members) this.here.add(uid); }
      if (message.type !== "presence") continue;
      for (const { uid } of message.joined) this.here.add(uid);
      for (const { uid } of message.left) {
        this.here.delete(uid);
        this.left.push(uid);
      }
      assertEquals(message.count, this.here.size, "W9.3 the count is that of the members told");
    }
  }
}

async function observe(core: Core): Promise<Observer> {
  const client = core.connect("seer");
  client.send({ type: "join", room: ROOM });
  await core.settle();
  return new Observer(core, client);
}

describe("presence over several instances, fuzzed", () => {
  it("W21.1 W21.2 W21.8 whatever crashes or is lost on the way, in the end all agree", async () => {
    await fuzz(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.infiniteStream(fate),
        async (steps, fates) => {
          const several = new Several({ presenceGraceMs: GRACE_MS });
          let tabs: Tab[] = [];
          for (let index = 0; index < 3; index++) await several.start();
          let isFaulty = true;
          several.bus.fate = () => isFaulty ? fates.next().value! : "arrives";
          for (const step of steps) {
            const core = "at" in step ? several.cores[step.at as number] : undefined;
            const tab = "tab" in step ? tabs[step.tab as number] : undefined;
            if (step.kind === "join" && core && "id" in step) {
              const client = core.connect(`u${step.id}`);
              client.send({ type: "join", room: ROOM });
              tabs.push({ id: step.id, core, client });
            } else if (step.kind === "leave") tab?.client.send({ type: "leave", room: ROOM });
            else if (step.kind === "lose") tab?.client.drop();
            else if (step.kind === "crash" && core && several.cores.length > 1) several.crash(core);
            else if (step.kind === "start" && several.cores.length < 4) await several.start();
            else if (step.kind === "late") several.bus.catchUp();
            if ("ms" in step) await several.pass(step.ms);
            else await several.settle();
            tabs = tabs.filter(({ core, client }) =>
              several.cores.includes(core) && client.session.rooms.size > 0
            );
          }
          isFaulty = false;
          await several.pass(CALM_MS);
          const expected = [...new Set(tabs.map(({ client }) => client.session.uid as string))]
            .sort();
          for (const members of several.membersOf(ROOM)) assertEquals(members, expected);
          for (const { hub } of several.cores) {
            assertEquals(hub.instances!.count, several.cores.length - 1);
            assertEquals(hub.countIn(ROOM), expected.length);
          }
          await several.assertNothingLeft();
        },
      ),
    );
  });

  it("W21.1 W21.2 W9.4 who moves between instances within the grace is never told of as gone", async () => {
    const move = fc.record({
      at: fc.nat(3),
      awayMs: fc.nat(GRACE_MS - 3000),
      crashes: fc.boolean(),
    });
    await fuzz(
      fc.asyncProperty(
        fc.array(move, { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.constantFrom<Fate>("arrives", "arrives", "arrives", "lost", "twice")),
        async (moves, fates) => {
          const several = new Several({ presenceGraceMs: GRACE_MS });
          for (let index = 0; index < 4; index++) await several.start();
          const [watcher] = several.cores;
          const seer = await observe(watcher!);
          // A word that is missed is found out with the next, if not all are.
          several.bus.fate = ({ text }) => {
            const fate = fates.next().value!;
            return fate === "lost" && !text.includes(`"changes"`) ? "arrives" : fate;
          };
          let [core, client] = [watcher!, await watcher!.enter("mover", ROOM)];
          await several.pass(3000);
          seer.look();
          for (const { at, awayMs, crashes } of moves) {
            if (crashes && core !== watcher) {
              several.crash(core);
              await several.start();
            } else client.drop();
            await several.pass(awayMs);
            core = several.cores[at]!;
            client = core.connect("mover");
            client.send({ type: "join", room: ROOM });
            await several.settle();
            await several.pass(5000);
            seer.look();
            assertEquals(seer.left, []);
            assert(seer.here.has("guest:mover"));
          }
          await several.assertNothingLeft();
        },
      ),
    );
  });
});
