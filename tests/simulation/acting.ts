// What people do. A step returns what it did, for the trace, or undefined: there was nothing to do.
import type { Tab } from "./tab.ts";
import type { Done, World } from "./world.ts";

/** With more than this unsent nobody says more. */
const PATIENCE = 15;

export function say(world: World): Done {
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

export function join(world: World): Done {
  const tab = tabOf(world);
  const room = world.dice.pick(world.profile.rooms);
  tab?.join(room);
  return tab && `${tab.name} ${room}`;
}

export function leave(world: World): Done {
  const tab = tabOf(world);
  const room = world.dice.find(tab?.rooms ?? []);
  if (!tab || room === undefined) return undefined;
  tab.leave(room);
  return `${tab.name} ${room}`;
}

export function ask(world: World): Done {
  const { dice } = world;
  const tab = tabOf(world);
  const room = dice.find(tab?.pages.keys() ?? []);
  if (!tab || room === undefined) return undefined;
  const what = dice.pick(["history", "history", "members", "rooms"] as const);
  tab.ask(what, room, dice.chance(0.5) ? dice.between(1, 20) : undefined);
  return `${tab.name} ${what} of ${room}`;
}

export function typing(world: World): Done {
  const tab = tabOf(world);
  tab?.chat.typing(world.dice.pick(world.profile.rooms));
  return tab?.name;
}

export function binary(world: World): Done {
  const tab = tabOf(world);
  tab?.chat.sendBinary(world.dice.pick(world.profile.rooms), new Uint8Array(20));
  return tab?.name;
}

export function resend(world: World): Done {
  const tab = tabOf(world);
  const failed = tab?.chat.unsent.find(({ status }) => status === "failed");
  if (failed) tab!.chat.resend(failed.ref);
  return failed && `${tab!.name} ${failed.ref}`;
}

export function discard(world: World): Done {
  const tab = tabOf(world);
  const unsent = world.dice.find(tab?.chat.unsent ?? []);
  if (unsent) tab!.chat.discard(unsent.ref);
  return unsent && `${tab!.name} ${unsent.ref}`;
}

export function retryNow(world: World): Done {
  const tab = tabOf(world);
  tab?.chat.retryNow();
  return tab?.name;
}

export function reload(world: World): Done {
  const tab = tabOf(world);
  if (!tab) return undefined;
  const saysBye = world.dice.chance(0.5);
  tab.person.drop(tab, saysBye);
  const next = tab.person.open();
  for (const room of tab.rooms) next.join(room);
  return `${tab.name} → ${next.name}${saysBye ? ", with a bye" : ""}`;
}

/** Somebody opens another tab, or comes back with the first one. */
export function openTab(world: World): Done {
  const { dice, profile } = world;
  const most = profile.maxUnsent < 100 ? 1 : 2;
  const person = dice.find(world.people, ({ tabs }) => tabs.length < most);
  const tab = person?.open();
  tab?.join(dice.pick(profile.rooms));
  return tab?.name;
}

export function closeTab(world: World): Done {
  const tab = tabOf(world);
  if (!tab) return undefined;
  const saysBye = world.dice.chance(0.7);
  tab.person.drop(tab, saysBye);
  return `${tab.name}${saysBye ? ", with a bye" : ""}`;
}

export function backUp(world: World): Done {
  return `copy ${world.backups.push(world.truth.copy())}`;
}

function tabOf(world: World): Tab | undefined {
  return world.dice.find(world.tabs);
}
