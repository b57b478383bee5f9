import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { fold } from "../../src/names.ts";
import type { Client } from "../core/client.ts";
import { fuzz } from "../core/fuzz.ts";
import type { Fate } from "../core/local_bus.ts";
import { Several } from "../core/several.ts";

const ROOM = "r";
const NAMES = ["ann", "Bo"];
/** Those, and what they become where somebody else has them. */
const POSSIBLE = NAMES.flatMap((
  name,
) => [name, ...Array.from({ length: 9 }, (_, n) => `${name}-${n + 2}`)]);
/** How long after the last fault all must know one another's names: 5 s, a second to ask, and more. */
const CALM_MS = 20_000;

const at = fc.nat(2);
const name = fc.constantFrom(...NAMES);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("connect"), id: fc.nat(3), at, name }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("nick"), tab: fc.nat(7), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("lose"), tab: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass"), ms: fc.nat(4000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut"), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("mend"), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash"), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("late") }) },
);
const fate = fc.constantFrom<Fate>("arrives", "arrives", "arrives", "lost", "late");

/** What a client was told last that it is called. */
function toldOf(client: Client): string | undefined {
  const told = client.take().flatMap((message) =>
    message.type === "welcome" || (message.type === "nick" && message.room === undefined)
      ? [message.user]
      : []
  );
  return told.at(-1);
}

describe("names over several instances, fuzzed", () => {
  it("W21.3 W21.8 whatever crashes or is lost on the way, in the end all have one name, and no two guests the same", async () => {
    await fuzz(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.infiniteStream(fate),
        async (steps, fates) => {
          const several = new Several();
          for (let index = 0; index < 3; index++) await several.start();
          let tabs: { client: Client; told: string | undefined }[] = [];
          let isFaulty = true;
          several.bus.fate = () => isFaulty ? fates.next().value! : "arrives";
          for (const step of steps) {
            const core = "at" in step ? several.cores[step.at as number] : undefined;
            const client = "tab" in step ? tabs[step.tab as number]?.client : undefined;
            if (step.kind === "connect" && core && "id" in step && "name" in step) {
              const client = core.connect(`u${step.id}`, { name: step.name as string });
              client.send({ type: "join", room: ROOM });
              tabs.push({ client, told: undefined });
            } else if (step.kind === "nick" && "name" in step) {
              client?.send({ type: "nick", name: step.name });
            } else if (step.kind === "lose") client?.drop();
            else if (step.kind === "cut" && core) several.bus.cut(several.nameOf(core));
            else if (step.kind === "mend" && core) several.bus.mend(several.nameOf(core));
            else if (step.kind === "crash" && core && several.cores.length > 2) {
              several.crash(core);
              await several.start();
            } else if (step.kind === "late") several.bus.catchUp();
            if ("ms" in step) await several.pass(step.ms as number);
            else await several.settle();
            for (const tab of tabs) tab.told = toldOf(tab.client) ?? tab.told;
            tabs = tabs.filter(({ client }) =>
              several.cores.some((core) => core.hub === client.session.hub) && client.socket.isOpen
            );
          }
          isFaulty = false;
          for (const core of several.cores) several.bus.mend(several.nameOf(core));
          await several.pass(CALM_MS);

          const names = new Map<string, string>();
          for (const tab of tabs) {
            const { uid, user } = tab.client.session;
            assertEquals(toldOf(tab.client) ?? tab.told, user);
            assertEquals(names.get(uid) ?? user, user, `one name of ${uid}`);
            names.set(uid, user);
          }
          const folded = [...names.values()].map(fold);
          assertEquals(folded.length, new Set(folded).size, `${folded}`);
          for (const { hub } of several.cores) {
            for (const name of POSSIBLE) {
              const owners = [...names].filter(([, user]) => fold(user) === fold(name));
              assertEquals(hub.names.find(name), owners.map(([uid]) => uid), name);
            }
            const members = hub.rooms.get(ROOM)?.presence.first(Infinity) ?? [];
            for (const { uid, user } of members) assertEquals(user, names.get(uid));
          }
          await several.assertNothingLeft();
        },
      ),
    );
  });
});
