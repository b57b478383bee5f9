// How property tests run: `FUZZ_RUNS` says how often; a failure names its seed, and `FUZZ_SEED`
// runs that one again.
import fc from "fast-check";

const RUNS = Number(Deno.env.get("FUZZ_RUNS") || 100);
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
