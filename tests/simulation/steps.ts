// What may happen next, and how often.
import * as acting from "./acting.ts";
import * as breaking from "./breaking.ts";
import * as running from "./running.ts";
import type { Done, World } from "./world.ts";

type Step = (world: World) => Done | Promise<Done>;
type Group = "run" | "disk" | "news" | "act" | keyof World["profile"]["faults"];

const STEPS: [group: Group, weight: number, step: Step][] = [
  ["run", 24, running.toServer],
  ["run", 30, running.toClient],
  ["run", 30, running.turn],
  ["disk", 20, running.storeGoesOn],
  ["news", 20, running.newsArrives],
  ["run", 3, running.noNews],
  ["run", 6, running.answerFetch],
  ["run", 8, running.start],
  ["run", 3, running.pass],
  ["run", 2, running.sweep],
  ["run", 1.5, running.flow],
  ["act", 12, acting.say],
  ["act", 2, acting.join],
  ["act", 2, acting.leave],
  ["act", 2, acting.ask],
  ["act", 8, acting.change],
  ["act", 1, acting.direct],
  ["act", 1, acting.read],
  ["act", 0.4, acting.nick],
  ["act", 0.8, acting.moderate],
  ["act", 0.3, acting.retract],
  ["act", 0.5, acting.typing],
  ["act", 0.5, acting.binary],
  ["act", 1, acting.resend],
  ["act", 0.2, acting.discard],
  ["act", 0.4, acting.retryNow],
  ["act", 1, acting.reload],
  ["act", 0.6, acting.openTab],
  ["act", 0.4, acting.closeTab],
  ["act", 0.7, acting.backUp],
  ["net", 2, breaking.duplicate],
  ["net", 1.2, breaking.cut],
  ["store", 1, breaking.storeFails],
  ["life", 0.2, breaking.kill],
  ["life", 0.4, breaking.retain],
  ["life", 0.15, breaking.drain],
  ["store", 1, breaking.loseRedis],
  ["run", 1, breaking.mendRedis],
  ["life", 0.1, breaking.redisLoses],
];

/** Takes one step that the dice choose. */
export async function takeStep(world: World): Promise<void> {
  const { dice, profile: { faults, haste, diskPace, newsPace } } = world;
  const times = { run: 1, disk: diskPace, news: newsPace, act: haste, ...faults };
  const weights = STEPS.map(([group, weight]) => weight * times[group]);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  for (;;) {
    let left = dice.next() * sum;
    const index = weights.findIndex((weight) => (left -= weight) < 0);
    const step = STEPS[index]![2];
    const done = await step(world);
    if (done === undefined) continue;
    world.trace(`${step.name}: ${done}`);
    world.meet(step.name);
    await world.settle();
    for (const life of [...world.lives]) {
      if (!life.isDone) continue;
      world.trace(`${life.name}, which was drained, ends`);
      await world.stop(life);
      await world.settle();
    }
    return;
  }
}
