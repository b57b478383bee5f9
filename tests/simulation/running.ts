// How a world goes on: what is on its way arrives, what waits is done, time passes. A step returns
// what it did, for the trace, or undefined: there was nothing to do.
import type { Pair } from "./pair.ts";
import type { Done, Found, World } from "./world.ts";

/** Frames that come at once at most, where not all come. */
const FRAMES = 4;

export function toServer(world: World): Done {
  return deliver(world, "server");
}

export function toClient(world: World): Done {
  return deliver(world, "client");
}

export function turn({ life, dice }: World): Done {
  let turns = 0;
  const most = dice.chance(0.5) ? 1 : 100;
  while (turns < most && life?.loop.turn()) turns++;
  return turns === 0 ? undefined : String(turns);
}

export async function storeGoesOn({ life, dice }: World): Promise<Done> {
  const call = dice.find(life?.disk.calls ?? [], ({ isSlow }) => !isSlow || dice.chance(0.05));
  if (!call || life!.end?.isDead) return undefined;
  const what = `${call.name} ${call.about}`;
  if (!call.isDone && life!.disk.isFailing) {
    call.refuse();
    return `${what} refused`;
  }
  const isBoth = dice.chance(0.5);
  if (!call.isDone) {
    await call.do();
    if (!call.isDone) return "failed";
    if (!isBoth) return `${what} done`;
  }
  call.answer();
  return `${what} answered`;
}

/** What instances are told arrives. */
export function newsArrives({ life, dice }: World): Done {
  const subscriber = dice.find(life?.end?.subscribers ?? [], ({ waiting }) => waiting > 0);
  const most = dice.chance(0.5) ? 1 : 100;
  let count = 0;
  while (count < most && subscriber?.goOn()) count++;
  return count === 0 ? undefined : `${life!.name} ${count}`;
}

export function answerFetch({ fetches, dice }: World): Done {
  const fetch = dice.find(fetches);
  fetch?.answer();
  return fetch?.tab.name;
}

export async function start(world: World): Promise<Done> {
  if (world.lives.length === world.profile.instances) return undefined;
  if (world.redis) {
    await world.start("all");
    return world.lives.at(-1)!.name;
  }
  const found = world.dice.pick<Found>(
    ["all", "all", "all", "all", "lost tail", "lost tail", "backup", "nothing"],
  );
  await world.start(found);
  return `finds ${found}`;
}

export async function pass(world: World): Promise<Done> {
  const { dice } = world;
  const ms = dice.below(dice.chance(0.05) ? 45_000 : dice.pick([10, 30, 300, 3000]));
  const isLate = dice.chance(0.2);
  await world.pass(ms, isLate);
  return `${ms} ms${isLate ? ", late" : ""}`;
}

/** For a while all goes its way, but for those who are slow. */
export async function flow(world: World): Promise<Done> {
  const { dice, profile } = world;
  const rounds = dice.between(2, 12);
  for (let round = 0; round < rounds; round++) {
    for (const pair of world.pairs) {
      while (pair.toServer() !== undefined);
      if (!pair.isSlow) { while (pair.toClient() !== undefined); }
    }
    for (const life of world.lives) {
      while (life.loop.turn());
      for (const subscriber of life.end?.subscribers ?? []) {
        while (dice.chance(profile.newsPace) && subscriber.goOn());
      }
      for (const call of life.disk.calls) {
        if (life.disk.isFailing || call.isSlow || !dice.chance(profile.diskPace)) continue;
        if (!call.isDone) await call.do();
        if (call.isDone) call.answer();
      }
    }
    await world.settle();
  }
  return `${rounds} rounds`;
}

/** For a while the Redis answers, and tells nobody what others did. */
export async function noNews(world: World): Promise<Done> {
  const { dice, lives, redis } = world;
  if (!redis) return undefined;
  const rounds = dice.between(2, 5);
  for (let round = 0; round < rounds; round++) {
    await world.pass(dice.pick([60, 60, 300, 1000]));
    for (const { loop, disk } of lives) {
      while (loop.turn());
      for (const call of disk.isFailing ? [] : disk.calls) call.do().then(() => call.answer());
    }
    await world.settle();
  }
  return `${rounds} rounds`;
}

export function sweep({ life }: World): Done {
  life?.hub.sweep();
  return life && "";
}

function deliver(world: World, side: "server" | "client"): Done {
  const pair = pairFor(world, side);
  const count = world.dice.chance(0.5) ? 1 : world.dice.pick([FRAMES, 100]);
  const items: string[] = [];
  for (let at = 0; at < count; at++) {
    const item = side === "server" ? pair?.toServer() : pair?.toClient();
    if (item === undefined) break;
    items.push(item);
  }
  if (items.length === 0) return undefined;
  return world.isTraced ? `${pair!.name} ${items.join(" | ")}` : "";
}

/** A pair with something for a side; a slow client reads seldom. */
export function pairFor(world: World, side: "server" | "client"): Pair | undefined {
  const { dice } = world;
  const pair = dice.find(world.pairs, ({ waiting }) => waiting[side] > 0);
  return side === "client" && pair?.isSlow && dice.chance(0.9) ? undefined : pair;
}
