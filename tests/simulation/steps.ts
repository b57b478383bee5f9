// What may happen next. A step returns what it did, for the trace, or undefined: there was nothing
// to do.
import type { Pair } from "./pair.ts";
import type { Tab } from "./tab.ts";
import type { Found, World } from "./world.ts";

type Done = string | undefined;
type Step = (world: World) => Done | Promise<Done>;
type Group = "run" | "act" | keyof World["profile"]["faults"];

/** Frames that come at once at most, where not all come. */
const FRAMES = 4;
/** With more than this unsent nobody says more. */
const PATIENCE = 15;

const STEPS: [group: Group, weight: number, step: Step][] = [
  ["run", 24, toServer],
  ["run", 30, toClient],
  ["run", 30, turn],
  ["run", 20, storeGoesOn],
  ["run", 6, answerFetch],
  ["run", 8, start],
  ["run", 4, pass],
  ["run", 3, sweep],
  ["run", 4, flow],
  ["act", 12, say],
  ["act", 1, join],
  ["act", 0.7, leave],
  ["act", 2, ask],
  ["act", 0.5, typing],
  ["act", 0.5, binary],
  ["act", 1, resend],
  ["act", 0.2, discard],
  ["act", 0.4, retryNow],
  ["act", 0.6, reload],
  ["act", 0.6, openTab],
  ["act", 0.4, closeTab],
  ["act", 0.7, backUp],
  ["net", 2, duplicate],
  ["net", 3, cut],
  ["store", 1.5, storeFails],
  ["life", 0.4, kill],
  ["life", 0.3, drain],
];

/** Takes one step that the dice choose. */
export async function takeStep(world: World): Promise<void> {
  const { dice, profile: { faults, haste } } = world;
  const weights = STEPS.map(([group, weight]) =>
    group === "run" ? weight : weight * (group === "act" ? haste : faults[group])
  );
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
    if (world.life?.isDone) await down(world, "the drained server ends");
    return;
  }
}

async function down(world: World, why: string): Promise<void> {
  world.trace(why);
  await world.kill(() => ({ frames: true, end: true }));
  await world.settle();
}

/** A pair with something for a side; a slow client reads seldom. */
function pairFor(world: World, side: "server" | "client"): Pair | undefined {
  const { dice } = world;
  const pair = dice.find(world.pairs, ({ waiting }) => waiting[side] > 0);
  return side === "client" && pair?.isSlow && dice.chance(0.9) ? undefined : pair;
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
  return items.length === 0 ? undefined : `${pair!.name} ${items.join(" | ")}`;
}

function toServer(world: World): Done {
  return deliver(world, "server");
}

function toClient(world: World): Done {
  return deliver(world, "client");
}

function turn({ life, dice }: World): Done {
  let turns = 0;
  const most = dice.chance(0.5) ? 1 : 100;
  while (turns < most && life?.loop.turn()) turns++;
  return turns === 0 ? undefined : String(turns);
}

async function storeGoesOn({ life, dice }: World): Promise<Done> {
  const call = dice.find(life?.store.calls ?? []);
  if (!call) return undefined;
  const what = `${call.name} ${call.about}`;
  if (!call.isDone && life!.store.isFailing) {
    call.refuse();
    return `${what} refused`;
  }
  const isBoth = dice.chance(0.5);
  if (!call.isDone) {
    await call.do();
    if (!isBoth) return `${what} done`;
  }
  call.answer();
  return `${what} answered`;
}

function answerFetch({ fetches, dice }: World): Done {
  const fetch = dice.find(fetches);
  fetch?.answer();
  return fetch?.tab.name;
}

async function start(world: World): Promise<Done> {
  if (world.life) return undefined;
  const found = world.dice.pick<Found>(
    ["all", "all", "all", "all", "lost tail", "lost tail", "backup", "nothing"],
  );
  await world.start(found);
  return `finds ${found}`;
}

async function pass(world: World): Promise<Done> {
  const { dice } = world;
  const ms = dice.below(dice.chance(0.05) ? 45_000 : dice.pick([10, 30, 300, 3000]));
  const isLate = dice.chance(0.2);
  await world.pass(ms, isLate);
  return `${ms} ms${isLate ? ", late" : ""}`;
}

/** For a while all goes its way, but for those who are slow. */
export async function flow(world: World): Promise<Done> {
  const { dice, life } = world;
  const rounds = dice.between(2, 12);
  for (let round = 0; round < rounds; round++) {
    for (const pair of world.pairs) {
      while (pair.toServer() !== undefined);
      if (!pair.isSlow) { while (pair.toClient() !== undefined); }
    }
    while (life?.loop.turn());
    for (const call of life?.store.calls ?? []) {
      if (life!.store.isFailing) continue;
      if (!call.isDone) await call.do();
      call.answer();
    }
    await world.settle();
  }
  return `${rounds} rounds`;
}

function sweep({ life }: World): Done {
  life?.hub.sweep();
  return life && "";
}

function tabOf(world: World): Tab | undefined {
  return world.dice.find(world.tabs);
}

function say(world: World): Done {
  const { dice, profile } = world;
  const tab = tabOf(world);
  const room = tab && (dice.find(tab.rooms) ?? dice.pick(profile.rooms));
  if (!tab || room === undefined || tab.chat.unsent.length > PATIENCE) return undefined;
  const entry = dice.chance(0.1) ? dice.find(tab.pages.get(room)?.entries ?? []) : undefined;
  const times = dice.pick([1, 1, 2, 5]);
  for (let at = 0; at < times; at++) {
    const text = tab.person.text(dice.below(profile.maxText));
    if (!tab.say(room, text, entry?.seq)) return `${tab.name} may say no more`;
  }
  return `${tab.name} ${times} in ${room}${entry ? ` to ${entry.seq}` : ""}`;
}

function join(world: World): Done {
  const tab = tabOf(world);
  const room = world.dice.pick(world.profile.rooms);
  tab?.join(room);
  return tab && `${tab.name} ${room}`;
}

function leave(world: World): Done {
  const tab = tabOf(world);
  const room = world.dice.find(tab?.rooms ?? []);
  if (!tab || room === undefined) return undefined;
  tab.leave(room);
  return `${tab.name} ${room}`;
}

function ask(world: World): Done {
  const { dice } = world;
  const tab = tabOf(world);
  const room = dice.find(tab?.pages.keys() ?? []);
  if (!tab || room === undefined) return undefined;
  const what = dice.pick(["history", "history", "members", "rooms"] as const);
  tab.ask(what, room, dice.chance(0.5) ? dice.between(1, 20) : undefined);
  return `${tab.name} ${what} of ${room}`;
}

function typing(world: World): Done {
  const tab = tabOf(world);
  tab?.chat.typing(world.dice.pick(world.profile.rooms));
  return tab?.name;
}

function binary(world: World): Done {
  const tab = tabOf(world);
  tab?.chat.sendBinary(world.dice.pick(world.profile.rooms), new Uint8Array(20));
  return tab?.name;
}

function resend(world: World): Done {
  const tab = tabOf(world);
  const failed = tab?.chat.unsent.find(({ status }) => status === "failed");
  if (failed) tab!.chat.resend(failed.ref);
  return failed && `${tab!.name} ${failed.ref}`;
}

function discard(world: World): Done {
  const tab = tabOf(world);
  const unsent = world.dice.find(tab?.chat.unsent ?? []);
  if (unsent) tab!.chat.discard(unsent.ref);
  return unsent && `${tab!.name} ${unsent.ref}`;
}

function retryNow(world: World): Done {
  const tab = tabOf(world);
  tab?.chat.retryNow();
  return tab?.name;
}

function reload(world: World): Done {
  const tab = tabOf(world);
  if (!tab) return undefined;
  const saysBye = world.dice.chance(0.5);
  tab.person.drop(tab, saysBye);
  const next = tab.person.open();
  for (const room of tab.rooms) next.join(room);
  return `${tab.name} → ${next.name}${saysBye ? ", with a bye" : ""}`;
}

/** Somebody opens another tab, or comes back with the first one. */
function openTab(world: World): Done {
  const { dice, profile } = world;
  const most = profile.maxUnsent < 100 ? 1 : 2;
  const person = dice.find(world.people, ({ tabs }) => tabs.length < most);
  const tab = person?.open();
  tab?.join(dice.pick(profile.rooms));
  return tab?.name;
}

function closeTab(world: World): Done {
  const tab = tabOf(world);
  if (!tab) return undefined;
  const saysBye = world.dice.chance(0.7);
  tab.person.drop(tab, saysBye);
  return `${tab.name}${saysBye ? ", with a bye" : ""}`;
}

function backUp(world: World): Done {
  return `copy ${world.backups.push(world.truth.copy())}`;
}

function duplicate(world: World): Done {
  const pair = pairFor(world, "server");
  const frame = pair?.duplicate();
  return frame && `${pair!.name} ${frame}`;
}

function cut(world: World): Done {
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

function storeFails({ life }: World): Done {
  if (!life) return undefined;
  life.store.isFailing = !life.store.isFailing;
  return life.store.isFailing ? "from now on" : "no more";
}

async function kill(world: World): Promise<Done> {
  if (!world.life) return undefined;
  const { dice } = world;
  const heard = dice.pick([1, 1, 0.5, 0]);
  await world.kill(() => ({ frames: dice.chance(0.5), end: dice.chance(heard) }));
  return `${heard * 100} % hear of it`;
}

function drain({ life }: World): Done {
  if (!life || life.isDraining) return undefined;
  life.drain();
  return "";
}
