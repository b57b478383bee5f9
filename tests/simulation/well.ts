// What is not well yet: with people and their pages, with what instances know of each other, with what
// is left when everybody went. Changes nothing, but that people try again.
import type { Life } from "./life.ts";
import type { Tab } from "./tab.ts";
import type { World } from "./world.ts";

/** What keeps somebody from being where they want to be; a page joins again where it was refused. */
export function problemOf(world: World): string | undefined {
  if (world.retracting) return `${world.retracting.uid} is being retracted`;
  for (const tab of world.tabs) {
    const { chat, rooms, pages, problem, isAsking } = tab;
    if (problem === undefined) continue;
    // As a page does: it joins where it was refused, and where something waits to be said.
    const waiting = chat.unsent.filter(({ status, to }) => status === "waiting" && !to);
    const wanted = [...rooms, ...waiting.map(({ room }) => room)];
    for (const room of wanted) if (!pages.has(room) && !isAsking) tab.join(room);
    return `${tab.name} ${problem}`;
  }
  for (const person of world.people) {
    if (person.problem === undefined) continue;
    // What a page left unsent when it was closed waits for the next one that is opened.
    person.drop(person.tabs[0]!, true);
    person.open();
    return person.problem;
  }
  return undefined;
}

/** Whether rooms show just those who are in them (W9), on every instance (W21.1). */
export function presenceProblem({ tabs, lives }: World): string | undefined {
  for (const { hub, name: life } of lives) {
    for (const [name, { presence }] of hub.rooms) {
      const inside = insideOf(tabs, name);
      const shown = new Set(presence.first(1000).map(({ uid, user }) => `${uid} ${user}`));
      if (inside.symmetricDifference(shown).size > 0) {
        return `W9: ${name} shows ${[...shown]} on ${life}, and ${[...inside]} are in it`;
      }
    }
    for (const room of hub.instances?.rooms ?? []) {
      const inside = insideOf(tabs, room).size;
      if (hub.countIn(room) !== inside) {
        return `W21.6: ${life} counts ${hub.countIn(room)} in ${room}, and ${inside} are in it`;
      }
    }
  }
  return undefined;
}

function insideOf(tabs: readonly Tab[], room: string): Set<string> {
  const inside = tabs.filter(({ rooms }) => rooms.has(room));
  return new Set(inside.map(({ chat: { me } }) => `${me!.uid} ${me!.user}`));
}

/** What instances know of each other, of names and of sanctions (W21.3, W21.5), is the same. */
export function disagreement(world: World): string | undefined {
  const { tabs, lives, truth } = world;
  if (lives.length < 2) return undefined;
  const owners = new Map(tabs.map(({ chat: { me } }) => [me!.user.toUpperCase(), me!.uid]));
  for (const { hub, name } of lives) {
    for (const [room, { head }] of hub.rooms) {
      const first = truth.log(room)?.first ?? 1;
      if (head.first !== first) return `W5.8: ${room} begins at ${head.first}, not at ${first}`;
    }
    if (hub.instances!.count !== lives.length - 1) return `W21.2: ${name} misses an instance`;
    for (const { chat: { me } } of tabs) {
      if (owners.get(me!.user.toUpperCase()) !== me!.uid) {
        return `W21.3: two are called ${me!.user}`;
      }
      const found = hub.names.find(me!.user);
      if (found.length !== 1 || found[0] !== me!.uid) {
        return `W21.3: ${name} knows ${found} as ${me!.user}, who is ${me!.uid}`;
      }
    }
  }
  const [first, ...others] = lives.map((life) => JSON.stringify(inForce(world, life)));
  const other = others.find((one) => one !== first);
  return other && `W21.5: ${first} is in force, and elsewhere ${other}`;
}

/** Somebody who is muted or banned, as far as some instance knows. */
export function barred(world: World): string | undefined {
  const found = world.lives.flatMap((life) => inForce(world, life));
  return found.length > 0 ? `there is ${found[0]}` : undefined;
}

/** The mutes and bans that a server knows. */
function inForce({ tabs, clock: { nowMs } }: World, { hub: { sanctions } }: Life): string[] {
  const rooms = [...new Set(tabs.flatMap(({ rooms }) => [...rooms]))];
  return [
    ...rooms.flatMap((room) =>
      sanctions.mutesIn(room, nowMs).map(({ uid }) => `a mute of ${uid} in ${room}`)
    ),
    ...sanctions.bansIn(undefined, nowMs).map(({ uid, room }) => `a ban of ${uid} from ${room}`),
  ].sort();
}

export function leftOver({ lives, clock, pairs, fetches }: World): string | undefined {
  const sum = (count: (life: Life) => number) => lives.reduce((all, life) => all + count(life), 0);
  const left = {
    sessions: sum(({ hub }) => hub.sessions.size),
    rooms: sum(({ hub }) => hub.rooms.size + [...hub.instances?.rooms ?? []].length),
    names: sum(({ hub }) => hub.names.count),
    connections: sum(({ gate }) => gate.connections),
    "things to store": sum(({ hub }) => hub.isIdle ? 0 : 1),
    "scheduled things": sum(({ loop }) => loop.isIdle ? 0 : 1),
    calls: sum(({ disk }) => disk.calls.size),
    timers: clock.timers,
    requests: fetches.size,
    lines: [...pairs].filter(({ isOver }) => !isOver).length,
  };
  for (const [what, count] of Object.entries(left)) if (count > 0) return `${count} ${what} left`;
  return undefined;
}
