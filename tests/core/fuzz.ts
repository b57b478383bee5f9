// How property tests run: `FUZZ_RUNS` says how often; a failure names its seed, and `FUZZ_SEED`
// runs that one again.
import fc from "fast-check";
import { Dice } from "../simulation/dice.ts";

/** How often each property is held, by default. */
export const RUNS = Number(Deno.env.get("FUZZ_RUNS") || 100);
const SEED = Deno.env.get("FUZZ_SEED");

/** Runs a property `FUZZ_RUNS` times, by default a hundred, and `times` that where it is cheap. */
export async function fuzz<T extends unknown[]>(
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  times = 1,
): Promise<void> {
  await fc.assert(property as fc.IAsyncProperty<T>, {
    numRuns: RUNS * times,
    ...(SEED !== undefined && { seed: Number(SEED) }),
  });
}

/** Runs something `times`, each with dice of another seed; with `FUZZ_SEED` once, with that one. */
export async function roll(times: number, run: (dice: Dice) => Promise<void>): Promise<void> {
  const first = SEED === undefined ? Date.now() % 2 ** 31 : Number(SEED);
  const last = SEED === undefined ? first + times : first + 1;
  for (let seed = first; seed < last; seed++) {
    try {
      await run(new Dice(seed));
    } catch (cause) {
      throw new Error(`FUZZ_SEED=${seed}: ${(cause as Error).message}`, { cause });
    }
  }
}
