// The end of a schedule with several instances: what they miss of each other they find out, and one
// after the other is replaced without anybody noticing.
import { GONE_MS, HEALS_MS, runAll, until, wait } from "./until.ts";
import { disagreement, presenceProblem, problemOf } from "./well.ts";
import type { World } from "./world.ts";

/** Instances have found out what they missed of each other by then, in simulated milliseconds. */
const NOTICED_MS = 7000;
/** Longer than it takes to come back when all goes well. */
const ROLL_MS = 10_000;
/** So long people are away whose server was killed: longer than it takes to notice that. */
const AWAY_MS = 9000;

/** What is said last is announced to nobody: by asking, instances find it out. */
export async function sayUnheard(world: World): Promise<void> {
  world.trace("everybody says something that no instance is told of");
  for (const tab of world.tabs) {
    for (const room of tab.rooms) tab.say(room, tab.person.text(20));
  }
  await world.settle();
  while (runAll(world, true, false)) await world.settle();
  const isNoticed = world.dice.chance(0.5);
  for (const { end } of world.lives) {
    for (const subscriber of end!.subscribers) isNoticed ? subscriber.lose() : subscriber.miss();
    end!.mend();
  }
  await until(world, HEALS_MS, () => problemOf(world));
  await wait(world, NOTICED_MS);
}

/** All instances are replaced, one after the other, and nobody is told of as gone. */
export async function roll(world: World): Promise<void> {
  const { dice, tabs } = world;
  world.isCalm = world.profile.settings.presenceGraceMs >= ROLL_MS;
  for (const life of [...world.lives]) {
    const isDrained = dice.chance(0.5);
    world.trace(`${life.name} is ${isDrained ? "drained" : "killed"}`);
    if (isDrained) {
      life.drain();
      await until(world, HEALS_MS, () => life.isDone ? undefined : `${life.name} has clients`);
      await world.stop(life);
      while (runAll(world)) await world.settle();
      for (const { hub, name } of world.lives) {
        if (hub.instances!.count === world.lives.length - 1) continue;
        world.violated(`W21.2: ${name} did not hear that ${life.name} stopped`);
      }
    } else {
      await world.kill(life, () => ({ frames: true, end: true }));
      const end = world.clock.nowMs + dice.below(AWAY_MS);
      await until(world, HEALS_MS, () => world.clock.nowMs < end ? "they are away" : undefined);
      for (const { chat } of tabs) chat.retryNow();
    }
    await world.start("all");
    await until(world, HEALS_MS, () => problemOf(world) ?? disagreement(world));
    await until(world, GONE_MS, () => presenceProblem(world));
  }
  world.isCalm = false;
}
