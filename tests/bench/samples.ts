// Reports as the generator makes them, for tests that look at one thing of them.
import type { Phase, Report } from "../../bench/generator.ts";
import type { Sample } from "../../bench/measure.ts";
import type { Scenario } from "../../bench/scenarios.ts";

type Measured = Extract<Phase, { behind: false }>;

export function phase(facts: Partial<Measured> = {}): Measured {
  return {
    behind: false,
    lost: 0,
    deliveriesPerSecond: 1000,
    perFrame: 1,
    serverBusy: 1,
    generatorBusy: 0.5,
    cpuMicros: 1,
    cpuSeconds: [1],
    p50Ms: 1,
    p99Ms: 2,
    ...facts,
  };
}

export function sample(phases: Phase[], facts: Partial<Report> = {}): Sample {
  const report = {
    joined: 10,
    joinsPerSecond: 100,
    joinBytes: 2048,
    joinDeliveries: 0,
    joinGeneratorBusy: 0.1,
    memoryKib: 20,
    phases,
    dead: 0,
    ...facts,
  };
  return { report };
}

/** Two phases: so many deliveries per second, then half of them. */
export function flow(deliveriesPerSecond: number, facts: Partial<Measured> = {}): Sample {
  return sample([phase({ deliveriesPerSecond, ...facts }), phase()]);
}

export function scenario(facts: Partial<Scenario> = {}): Scenario {
  return { name: "a room", kind: "deliveries", load: { connections: 10, rooms: 1 }, ...facts };
}
