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
  life.store.isFailing = !life.store.isFailing;
  return life.store.isFailing ? "from now on" : "no more";
}

export async function kill(world: World): Promise<Done> {
  if (!world.life) return undefined;
  const { dice } = world;
  const heard = dice.pick([1, 1, 0.5, 0]);
  await world.kill(() => ({ frames: dice.chance(0.5), end: dice.chance(heard) }));
  return `${heard * 100} % hear of it`;
}

/** The oldest entries of all rooms go. */
export async function retain({ life, dice, profile }: World): Promise<Done> {
  if (!life || !profile.isCut) return undefined;
  const messages = dice.pick([1, 5, 20, 100]);
  for (let isDone = false; !isDone;) {
    const retained = await life.store.retain({ since: -Infinity, messages, bytes: Infinity });
    for (const { room, first } of retained.cuts) life.hub.rooms.get(room)?.told({ first });
    isDone = retained.isDone;
  }
  return `all but ${messages}`;
}

export function drain({ life }: World): Done {
  if (!life || life.isDraining) return undefined;
  life.drain();
  return "";
}
