import { describe, it } from "@std/testing/bdd";
import { runSchedule } from "./simulation/schedule.ts";

const RUNS = Number(Deno.env.get("SIM_RUNS") || 200);
const SEED = Deno.env.get("SIM_SEED");

describe("simulation", () => {
  it("P1 P2 P3 P4 P5 P7 the whole system keeps its promises, whatever happens", async () => {
    if (SEED !== undefined) {
      // deno-lint-ignore no-console
      return await runSchedule(Number(SEED), (line) => console.log(line));
    }
    for (let seed = 1; seed <= RUNS; seed++) await runSchedule(seed);
  });
});
