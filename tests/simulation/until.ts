// How the end of a schedule goes on: everything that waits happens, and time passes, until all is well.
import { problemOf } from "./well.ts";
import type { World } from "./world.ts";

/** Within this everybody must be connected, idle and up to date, in simulated milliseconds. */
export const HEALS_MS = 20 * 60_000;
/** Nothing of the server's may be left this long after everybody went. */
export const GONE_MS = 2 * 60_000;

/** Lets so much time pass, and more until all is well. */
export async function wait(world: World, ms: number): Promise<void> {
  const { clock } = world;
  const end = clock.nowMs + ms;
  await until(world, HEALS_MS, () => clock.nowMs < end ? "time passes" : problemOf(world));
}

/** Does all that is to be done, as time passes, until there is no problem any more. */
export async function until(
  world: World,
  ms: number,
  problem: () => string | undefined,
): Promise<void> {
  const { clock } = world;
  const deadline = clock.nowMs + ms;
  let traced = "";
  for (;;) {
    while (runAll(world)) await world.settle();
    const found = problem();
    if (found === undefined) return;
    if (clock.nowMs > deadline) throw new Error(`does not heal: ${found}`);
    if (found !== traced) world.trace(`not yet: ${traced = found}`);
    const turns = world.lives.map(({ loop }) => loop.nextAt);
    const next = Math.min(clock.nextAt, ...turns, clock.nowMs + 1000);
    await world.pass(Math.max(0, next - clock.nowMs));
    for (const { hub } of world.lives) hub.sweep();
  }
}

/**
 * Everything that waits happens; whether clients read, and instances are told what others did, is another
 * matter. False: nothing waits.
 */
export function runAll(world: World, isRead = true, isTold = true): boolean {
  const { lives, pairs, fetches } = world;
  let happened = false;
  for (const pair of pairs) {
    while (pair.toServer() !== undefined) happened = true;
    while (isRead && pair.toClient() !== undefined) happened = true;
    if (pair.isOver) pairs.delete(pair);
  }
  for (const { loop, disk, end } of lives) {
    while (loop.turn()) happened = true;
    for (const call of disk.calls) {
      happened = true;
      if (call.isDone) call.answer();
      else call.do().then(() => call.isDone && call.answer());
    }
    for (const subscriber of isTold && end?.subscribers || []) {
      while (subscriber.goOn()) happened = true;
    }
  }
  for (const fetch of fetches) {
    happened = true;
    fetch.answer();
  }
  return happened;
}
