// One schedule from its seed to its end. The same seed always does the same.
import { Dice } from "./dice.ts";
import { end, heal } from "./heal.ts";
import { flow } from "./running.ts";
import { takeStep } from "./steps.ts";
import { World } from "./world.ts";

/** Lines of the trace that a failure shows. */
const SHOWN = 40;

/** How often each thing was met. */
export type Met = ReadonlyMap<string, number>;

/** Runs a schedule; throws with its seed and its last steps. */
export async function runSchedule(seed: number, trace?: (line: string) => void): Promise<Met> {
  let found: unknown;
  const onError = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    found ??= "reason" in event ? event.reason : event.error;
  };
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onError);
  try {
    const met = await play(seed, trace);
    if (found !== undefined) throw found;
    return met;
  } catch (error) {
    if (trace) throw error;
    throw new Error(await explain(seed, error));
  } finally {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onError);
  }
}

async function play(seed: number, trace?: (line: string) => void): Promise<Met> {
  const dice = new Dice(seed);
  let step = 0;
  let startedAt = 0;
  const tell = (line: string) => {
    const at = ((world.clock.nowMs - startedAt) / 1000).toFixed(3);
    trace?.(`${String(step).padStart(4)} ${at.padStart(9)} s  ${shortened(line)}`);
  };
  const world = new World(dice, trace && tell);
  const restore = world.clock.rule();
  try {
    startedAt = world.clock.nowMs;
    world.trace(JSON.stringify(world.profile));
    for (let left = world.profile.instances; left > 0; left--) await world.start("all");
    for (const person of world.people) {
      const tab = person.open();
      for (const room of world.profile.rooms) if (dice.chance(0.6)) tab.join(room);
    }
    if (dice.chance(0.8)) await flow(world);
    for (step = 1; step <= world.profile.steps; step++) await takeStep(world);
    await heal(world);
    await end(world);
    return world.met;
  } finally {
    for (const { store } of world.lives) await store.close();
    restore();
  }
}

/** A line without what nobody reads. */
function shortened(line: string): string {
  return line.replaceAll("\n", " ").replaceAll(/x{4,}/g, "x…")
    .replaceAll(/"session":.*?"graceMs":\d+,"limits":.*?},/g, "")
    .replaceAll(/"ts":\d+,/g, "")
    // Epochs in a Redis, and the names of instances on its bus, are really random.
    .replaceAll(/"epoch":"[\w-]{11}"/g, '"epoch":"…"').replaceAll(/ bus:[\w-]{12}/g, " bus:…");
}

/** What a failed schedule did last, from playing it again. */
async function explain(seed: number, error: unknown): Promise<string> {
  const lines: string[] = [];
  await play(seed, (line) => lines.push(line)).catch(() => {});
  const shown = lines.slice(-SHOWN).map((line) => line.slice(0, 400));
  const reason = error instanceof Error ? error.stack : String(error);
  return [`SIM_SEED=${seed}: ${reason}`, lines[0], "…", ...shown].join("\n");
}
