// Retention in the store tests: all of its steps, one after the other.
import type { Keep, Retained } from "../../src/store/store.ts";

export const FOR_GOOD: Keep = { since: -Infinity, messages: Infinity, bytes: Infinity };

type Retaining = { retain(keep: Keep): Retained | Promise<Retained> };

/** Goes on until nothing is left to cut; gives the rooms that were cut, with their `first`. */
export async function retain(store: Retaining, keep: Partial<Keep>): Promise<Map<string, number>> {
  const firsts = new Map<string, number>();
  for await (const { cuts } of stepping(store, keep)) {
    for (const { room, first } of cuts) firsts.set(room, first);
  }
  return firsts;
}

/** One step after the other, so that a test can look in between. */
export async function* stepping(store: Retaining, keep: Partial<Keep>): AsyncGenerator<Retained> {
  let step: Retained;
  do yield step = await store.retain({ ...FOR_GOOD, ...keep }); while (!step.isDone);
}
