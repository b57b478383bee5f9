// What goes wrong. A step returns what it did, for the trace, or undefined: there was nothing to do.
import { pairFor } from "./running.ts";
import type { Done, World } from "./world.ts";

export function duplicate(world: World): Done {
  const pair = pairFor(world, "server");
  const frame = pair?.duplicate();
  return frame && `${pair!.name} ${frame}`;
}

export function cut(world: World): Done {
  const { dice } = world;
  const pair = dice.find(world.pairs, ({ isLive }) => isLive);
  const hears = dice.pick([
    { client: true, server: true },
    { client: true, server: true },
    { client: true, server: false },
    { client: false, server: true },
    { client: false, server: false },
  ]);
  pair?.cut(hears);
  return pair && `${pair.name} ${JSON.stringify(hears)}`;
}

export function storeFails({ life }: World): Done {
  if (!life) return undefined;
  const { disk, name } = life;
  disk.isFailing = !disk.isFailing;
  return `${name} ${disk.isFailing ? "from now on" : "no more"}`;
}

export async function kill(world: World): Promise<Done> {
  const { dice, life } = world;
  if (!life) return undefined;
  const heard = dice.pick([1, 1, 0.5, 0]);
  await world.kill(life, () => ({ frames: dice.chance(0.5), end: dice.chance(heard) }));
  return `${life.name}, ${heard * 100} % hear of it`;
}

/** The oldest entries of all rooms go. */
export async function retain({ life, dice, profile, redis }: World): Promise<Done> {
  if (!life || !profile.isCut) return undefined;
  const messages = dice.pick([1, 5, 20, 100]);
  const about = `${life.name}, all but ${messages}`;
  const goOn = async () => {
    for (let isDone = false; !isDone;) {
      const retained = await life.store.retain({ since: -Infinity, messages, bytes: Infinity });
      for (const { room, first } of retained.cuts) life.hub.cut(room, first);
      isDone = retained.isDone;
    }
  };
  // Over a Redis that is steered too, it goes on when that does.
  if (redis) goOn().catch(() => {});
  else await goOn();
  return about;
}

export function drain({ life }: World): Done {
  if (!life || life.isDraining) return undefined;
  life.drain();
  return life.name;
}

/** Connections of an instance to the Redis are lost, some or all, at once or without a word. */
export function loseRedis({ life, dice }: World): Done {
  const end = life?.end;
  if (!end) return undefined;
  const what = dice.pick(["commands", "news", "words", "all", "silently"]);
  if (what === "commands" || what === "all") end.lose(dice.below(end.calls.size + 1));
  if (what === "news") dice.find(end.subscribers)?.lose();
  if (what === "words") dice.find(end.subscribers)?.miss();
  if (what === "all") { for (const one of end.subscribers) one.lose(); }
  if (what === "silently") end.silence();
  if (what !== "news" && what !== "words") end.isReachable = dice.chance(0.5);
  return `${life.name}, ${what}${end.isReachable ? "" : ", for a while"}`;
}

export function mendRedis({ lives, dice }: World): Done {
  const life = dice.find(lives, ({ end }) => end?.isReachable === false);
  life?.end?.mend();
  return life?.name;
}

/** The Redis comes back without the last of what it did, or without anything. */
export async function redisLoses(world: World): Promise<Done> {
  const { redis, dice, lives } = world;
  if (!redis) return undefined;
  world.hasLost = true;
  for (const { end } of lives) end!.lose(dice.below(end!.calls.size + 1));
  for (const { end } of lives) for (const one of end!.subscribers) one.lose();
  await world.settle();
  const steps = dice.chance(0.2) ? Infinity : dice.between(1, 40);
  const given = lives.flatMap(({ hub }) =>
    [...hub.rooms.values()].map(({ name, head: { epoch, seq } }) => ({ name, epoch, seq }))
  );
  const lost = redis.lose(steps);
  // Who comes back asks first; in which order they come is not played (docs/decisions/redis.md).
  for (const { end } of lives) {
    const { isPrompt } = end!;
    end!.isPrompt = true;
    end!.mend();
    for (let turns = 0; turns < 3; turns++) await world.settle();
    end!.isPrompt = isPrompt;
  }
  for (const one of lost) {
    const isKnown = given.some(({ name, epoch, seq }) =>
      name === one.room && epoch === (one.epoch ?? epoch) && seq > one.seq
    );
    const wasOver = !redis.forget(one, () => world.name("epoch"));
    if (isKnown && !wasOver) world.violated(`W14.1: ${one.room} goes on in an epoch that is over`);
  }
  world.truth.sanctions.clear();
  return `${steps} steps, of ${lost.map(({ room }) => room)}`;
}
