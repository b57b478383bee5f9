import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { tableOf } from "../../bench/figures.ts";
import { CONTROL } from "../../bench/scenarios.ts";
import { flow, phase, sample, scenario } from "./samples.ts";

describe("figures", () => {
  it("are medians with the lowest and the highest run", () => {
    const { rows } = tableOf(scenario(), new Map([["Snug", [flow(30), flow(10), flow(20)]]]));
    assertEquals(rows[0]!.figures[0], { median: 20, min: 10, max: 30 });
  });

  it("of an even number of runs have their median in the middle", () => {
    const { rows } = tableOf(scenario(), new Map([["Snug", [flow(40), flow(10)]]]));
    assertEquals(rows[0]!.figures[0], { median: 25, min: 10, max: 40 });
  });

  it("are compared with the control row's run of the same turn", () => {
    const samples = new Map([
      [CONTROL, [flow(1), flow(100), flow(10)]],
      ["Snug", [flow(3), flow(300), flow(20)]],
    ]);
    assertEquals(tableOf(scenario(), samples).rows.map(({ ratio }) => ratio), [1, 3]);
  });

  it("add up what was lost and what came too often, over phases and runs", () => {
    const losing = sample([phase({ lost: 2 }), phase({ lost: -1 })]);
    const { rows } = tableOf(scenario(), new Map([["Snug", [losing, losing, flow(1)]]]));
    assertEquals(rows[0]!.lost, 6);
  });

  it("count connections that failed, and those that never joined", () => {
    const samples = [sample([], { dead: 2, joined: 8 }), sample([], { joined: 7 })];
    assertEquals(tableOf(scenario(), new Map([["Snug", samples]])).rows[0]!.failed, 5);
  });

  it("of a replay are wrong unless every client got every message", () => {
    const replay = scenario({ kind: "replay", log: { rooms: 1, messages: 1000 } });
    const samples = [sample([], { joinDeliveries: 9990 }), sample([], { joinDeliveries: 10_000 })];
    assertEquals(tableOf(replay, new Map([["Snug", samples]])).rows[0]!.lost, 10);
  });

  it("of a rate that was not carried in most runs are not there", () => {
    const rates = scenario({ kind: "rates", load: { connections: 10, rooms: 1, rates: [1, 2] } });
    const samples = [sample([phase(), phase()]), sample([phase(), { behind: true }])];
    const { rows } = tableOf(rates, new Map([["Snug", samples]]));
    assertEquals(rows[0]!.figures.map((figure) => figure?.median ?? null), [
      1,
      2,
      100,
      null,
      null,
      null,
    ]);
  });

  it("have the generator's highest share, of a phase or else of the joins", () => {
    const busy = [flow(1, { generatorBusy: 0.7 }), flow(1, { generatorBusy: 0.95 })];
    const joins = [sample([], { joinGeneratorBusy: 0.3 })];
    const { rows } = tableOf(scenario(), new Map([["Snug", busy], ["other", joins]]));
    assertEquals(rows.map(({ generatorBusy }) => generatorBusy), [0.95, 0.3]);
  });
});
