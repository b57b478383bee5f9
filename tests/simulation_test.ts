// The whole system, server and clients, in schedules that a seed decides (docs/decisions/simulation.md).
// `SIM_RUNS` says how many; `SIM_SEED` runs one and tells all of it.
import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runSchedule } from "./simulation/schedule.ts";

const RUNS = Number(Deno.env.get("SIM_RUNS") || 300);
const SEED = Deno.env.get("SIM_SEED");
/** So many schedules meet everything that is to be met. */
const ENOUGH = 150;

const MET = [
  ..."a first page|a resume|a resume of some|a gap|a second join|a retry".split("|"),
  ...["all", "lost tail", "backup", "nothing"].map((found) => `a start with ${found}`),
  ...[1012, 4000, 4009].map((code) => `a close ${code}`),
  ...["chat", "edited", "deleted", "reaction", "topic"].map((type) => `an entry ${type}`),
  ..."a mention|a marker|a direct entry|a kicked page".split("|"),
  ..."UNAVAILABLE RATE_LIMITED ROOM_FULL FORBIDDEN NOT_FOUND".split(" ").map((code) =>
    `an error ${code}`
  ),
  "a whole retraction",
  ..."change direct read nick moderate retract retain".split(" "),
  ..."drain kill cut storeFails duplicate reload openTab leave answerFetch".split(" "),
  ..."loseRedis mendRedis redisLoses newsArrives noNews".split(" "),
];

describe("simulation", () => {
  it("P1 P2 P3 P4 P5 P7 all promises are kept, whatever happens", async () => {
    // deno-lint-ignore no-console
    if (SEED !== undefined) return void await runSchedule(Number(SEED), console.log);
    const met = new Set<string>();
    for (let seed = 1; seed <= RUNS; seed++) {
      for (const what of (await runSchedule(seed)).keys()) met.add(what);
    }
    if (RUNS < ENOUGH) return;
    for (const what of MET) assert(met.has(what), `no schedule met this: ${what}`);
  });

  it("does the same for the same seed", async () => {
    for (const seed of [1, 2, 3, 4, 6, 9]) {
      const [first, second]: [string[], string[]] = [[], []];
      await runSchedule(seed, (line) => first.push(line));
      await runSchedule(seed, (line) => second.push(line));
      assertEquals(second, first);
    }
  });
});
