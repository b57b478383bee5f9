// What people do. A step returns what it did, for the trace, or undefined: there was nothing to do.
import { directName } from "../../src/direct_name.ts";
import { retract as retractUser } from "../../src/retraction.ts";
import type { Tab } from "./tab.ts";
import { remains } from "./truth.ts";
import type { Done, World } from "./world.ts";

/** With more than this unsent nobody says more. */
const PATIENCE = 15;

export function say(world: World): Done {
  const { dice, profile } = world;
  const tab = tabOf(world);
  const room = tab && (dice.find(tab.rooms) ?? dice.pick(profile.rooms));
  if (!tab || room === undefined || tab.chat.unsent.length > PATIENCE) return undefined;
  const entry = dice.chance(0.1) ? dice.find(tab.pages.get(room)?.messages ?? []) : undefined;
  const times = dice.pick([1, 1, 2, 5]);
  for (let at = 0; at < times; at++) {
    const other = dice.chance(0.2) ? dice.find(world.tabs)?.chat.me : undefined;
    const to = dice.chance(0.5) ? other?.user : other?.uid;
    const text = tab.person.text(dice.below(profile.maxText), to);
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

/** Something is done to a message that one sees, whoever may do it. */
export function change(world: World): Done {
  const { dice } = world;
  const tab = tabOf(world);
  const page = dice.find(tab?.pages.values() ?? []);
  const isModerator = tab?.person.token !== undefined;
  const is = isModerator
    ? dice.pick(["edit", "delete", "delete", "react", "topic", "topic"] as const)
    : dice.pick(["edit", "edit", "delete", "react", "react", "react", "topic"] as const);
  const me = tab?.chat.me?.uid;
  const isOwn = is !== "react" && dice.chance(isModerator ? 0.2 : 0.8);
  // The newest, so that more than one thing happens to a message.
  const newest = page?.messages.slice(-6) ?? [];
  const message = dice.find(newest, ({ uid }) => !isOwn || uid === me);
  if (!tab || !page || (!message && is !== "topic")) return undefined;
  const on = dice.chance(0.7);
  const text = is === "react"
    ? dice.pick(["+1", "-1", "wow"])
    : is === "topic" && dice.chance(0.2)
    ? ""
    : tab.person.text(20);
  tab.change({ is, room: page.room, of: message?.seq ?? 0, text, on });
  return `${tab.name} ${is} ${message?.seq ?? ""} of ${page.room}`;
}

/** Somebody says something to one who may be away, and perhaps looks at the conversation. */
export function direct(world: World): Done {
  const { dice, people } = world;
  const tab = tabOf(world);
  const other = dice.find(people, (person) => person !== tab?.person && person.uid !== undefined);
  const me = tab?.chat.me?.uid;
  if (!tab || !other || me === undefined || tab.chat.unsent.length > PATIENCE) return undefined;
  const room = directName(me, other.uid!)!;
  if (world.truth.log(room) && dice.chance(0.3)) {
    tab.join(room);
    return `${tab.name} ${room}`;
  }
  const isSaid = tab.direct(other.uid!, tab.person.text(20));
  return isSaid ? `${tab.name} to ${other.name}` : `${tab.name} may say no more`;
}

export function read(world: World): Done {
  const { dice } = world;
  const tab = tabOf(world);
  const page = dice.find(tab?.pages.values() ?? [], ({ next }) => next > 1);
  if (!tab || !page) return undefined;
  const seq = dice.between(1, page.next - 1);
  tab.read(page.room, seq);
  return `${tab.name} ${page.room} to ${seq}`;
}

export function nick(world: World): Done {
  const { dice } = world;
  const tab = tabOf(world);
  const wished = dice.chance(0.2) ? dice.find(world.tabs)?.chat.me?.user : undefined;
  tab?.change({ is: "nick", room: "", of: 0, text: wished ?? world.name(tab.person.name) });
  return tab?.name;
}

export function moderate(world: World): Done {
  const { dice, people, profile } = world;
  const [first, ...others] = people;
  const tab = profile.isModerated ? dice.find(first!.tabs) : undefined;
  const other = dice.find(others, ({ uid }) => uid !== undefined);
  if (!tab || !other) return undefined;
  const what = dice.pick(["kick", "mute", "ban"] as const);
  const room = dice.pick(profile.rooms);
  other.isBarred = true;
  tab.moderate(what, room, other.uid!, dice.pick([0, 1, undefined]));
  return `${tab.name} ${what} ${other.name} in ${room}`;
}

/** An administrator takes back all that somebody said; when that is done, none of it may be left. */
export function retract(world: World): Done {
  const { dice, people, profile, life, truth } = world;
  const uid = dice.find(people, (person) => person.uid !== undefined)?.uid;
  if (!life || !uid || !profile.isModerated || world.retracting) return undefined;
  const retracting = world.retracting = { uid, life };
  truth.retracted.add(uid);
  // Right after its first entry, a log may not be where it is looked for.
  const found = [...truth.logs].filter(([room]) => world.redis?.finds(room) ?? true);
  const lengths = found.map(([room, log]) => ({ room, log, seq: log.entries.length }));
  const done = ({ isDone }: { isDone: boolean }) => {
    if (world.retracting !== retracting) return;
    world.retracting = undefined;
    // A Redis that lost something may have lost what says where to look.
    if (!isDone || world.hasLost) return;
    world.meet("a whole retraction");
    for (const { room, log, seq } of lengths) {
      const left = remains(log, uid, seq);
      if (left !== undefined) world.violated(`W15.13: ${uid}'s ${left} of ${room} is left`);
    }
  };
  retractUser(life.hub, { uid: "root", user: "root" }, uid)
    .then(done, () => done({ isDone: false }));
  return uid;
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
