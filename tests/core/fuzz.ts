// How property tests run: `FUZZ_RUNS` says how often; a failure names its seed, and `FUZZ_SEED`
// runs that one again.
import fc from "fast-check";

const RUNS = Number(Deno.env.get("FUZZ_RUNS") || 100);
const SEED = Deno.env.get("FUZZ_SEED");

/** Runs a property, by default a hundred times. `share` of that where one run is dear. */
export async function fuzz<T extends unknown[]>(
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  share = 1,
): Promise<void> {
  const numRuns = Math.max(1, Math.round(RUNS * share));
  await fc.assert(property as fc.IAsyncProperty<T>, {
    numRuns,
    ...(SEED !== undefined && { seed: Number(SEED) }),
  });
}
