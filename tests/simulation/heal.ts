// The end of a schedule: nothing breaks any more, so all must become well; then everybody goes, and
// nothing may be left over.
import { directName, partiesOf } from "../../src/direct_name.ts";
import { EVERYWHERE } from "../../src/sanctions.ts";
import type { RoomName, UserId } from "../../src/protocol.ts";
import { roll, sayUnheard } from "./roll.ts";
import type { Tab } from "./tab.ts";
import { isKept, misshows } from "./truth.ts";
import { GONE_MS, HEALS_MS, runAll, until, wait } from "./until.ts";
import { barred, disagreement, leftOver, presenceProblem, problemOf } from "./well.ts";
import type { World } from "./world.ts";

/** In this time rates allow the three messages of `sayMuch`. */
const RATES_FILL_MS = 2000;
/** Within this all is with everybody, where nothing is slow. */
const SOON_MS = 3000;
/** What is said at once in all, in bytes, and what an entry is beside its text. */
const MUCH_BYTES = 200_000;
const ENTRY_BYTES = 400;
export async function heal(world: World): Promise<void> {
  const { profile: { settings } } = world;
  settings.maxRooms = settings.maxRoomMembers = 10_000;
  settings.limits.rooms = 50;
  for (const life of [...world.lives]) if (life.isDraining) await world.stop(life);
  while (world.lives.length < world.profile.instances) await world.start("all");
  for (const { disk, end } of world.lives) {
    disk.isFailing = false;
    // What was announced and did not arrive is found out all the same.
    const isMissed = end && world.dice.chance(0.5);
    if (isMissed) { for (const subscriber of end.subscribers) subscriber.lose(); }
    end?.mend();
  }
  for (const person of world.people) if (person.tabs.length === 0) person.open();
  await until(world, HEALS_MS, () => problemOf(world));

  // What moderators asked for is done by now.
  await until(world, GONE_MS, () => disagreement(world));
  await lift(world);
  // What the store has lost is forgotten with the next look at it.
  await until(world, GONE_MS, () => barred(world));
  await until(world, GONE_MS, () => disagreement(world) ?? presenceProblem(world));
  if (world.redis) await sayUnheard(world);
  for (const { pair } of world.tabs) pair!.rules!.forgive();
  world.trace("all is well; everybody says something");
  const before = world.tabs.map(({ pair }) => pair);
  const { mentions, direct } = sayAll(world);
  await until(world, HEALS_MS, () => problemOf(world));
  const readers = readAll(world);
  await wait(world, RATES_FILL_MS);
  holdsMentions(world, mentions);
  holdsDirect(world, direct);
  holdsMarkers(world, readers);
  world.trace("everybody says and asks much, and reads only then");
  sayMuch(world);
  await world.settle();
  while (runAll(world, false)) await world.settle();
  await until(world, SOON_MS, () => problemOf(world));
  for (const [index, { name, pair }] of world.tabs.entries()) {
    if (pair !== before[index]) world.violated(`${name} reconnected without a reason`);
  }
  await holdsTruth(world);
  await until(world, GONE_MS, () => presenceProblem(world));
  if (world.redis) await roll(world);
}

/** Everybody goes. */
export async function end(world: World): Promise<void> {
  for (const person of world.people) {
    for (const tab of [...person.tabs]) person.drop(tab, world.dice.chance(0.5));
  }
  await until(world, GONE_MS, () => leftOver(world));
}

/** Everybody says something in each of their rooms, and to somebody who is there. */
function sayAll({ tabs }: World) {
  const mentions: { room: string; text: string; uid: UserId }[] = [];
  const direct: { room: RoomName; text: string }[] = [];
  for (const tab of tabs) {
    for (const room of tab.rooms) {
      const me = tab.chat.me!.uid;
      const other = tabs.find(({ chat, rooms }) => rooms.has(room) && chat.me!.uid !== me)?.chat.me;
      const text = tab.person.text(40, other?.user);
      if (!tab.say(room, text) || !other) continue;
      mentions.push({ room, text, uid: other.uid });
      const word = tab.person.text(40);
      if (tab.direct(other.uid, word)) {
        direct.push({ room: directName(me, other.uid)!, text: word });
      }
    }
  }
  return { mentions, direct };
}

/** One page of everybody's reads all of its rooms; the others hear of it. */
function readAll({ people }: World): Tab[] {
  const readers = people.map(({ tabs }) => tabs[0]!);
  for (const tab of readers) {
    for (const room of tab.rooms) tab.read(room, tab.pages.get(room)!.next - 1);
  }
  return readers;
}

/** Everybody says as much as an outbox holds, and asks something. */
function sayMuch({ tabs, profile: { settings } }: World): void {
  const share = Math.min(settings.outboxBytes * 0.6, MUCH_BYTES) / tabs.length / 2;
  const length = Math.min(share, settings.limits.messageBytes) - ENTRY_BYTES;
  for (const tab of tabs) {
    const [room] = tab.rooms;
    if (room === undefined || length < 0) continue;
    for (let times = 0; times < 2; times++) tab.say(room, tab.person.text(length));
    tab.ask("history", room);
  }
}

/** Those who were mentioned heard of it, and nobody else. */
function holdsMentions(
  { tabs, truth, violated }: World,
  mentions: readonly { room: string; text: string; uid: UserId }[],
): void {
  for (const { room, text, uid } of mentions) {
    const draft = truth.log(room)?.drafts.find((draft) =>
      draft.type === "chat" && draft.text === text
    );
    const isMeant = draft?.type === "chat" && draft.mentions?.includes(uid);
    if (!isMeant) violated(`W10.12: ${text} in ${room} does not mention ${uid}`);
  }
  for (const { name, pair } of tabs) {
    const missing = pair?.rules?.missing;
    if (missing) violated(`W10.12: ${name} never heard of its mention in ${missing}`);
  }
}

/** What was said to one person is with every page of both. */
function holdsDirect(
  { tabs, truth, violated }: World,
  said: readonly { room: RoomName; text: string }[],
): void {
  for (const { room, text } of said) {
    const entries = truth.log(room)?.entries ?? [];
    const entry = entries.find((entry) => entry.type === "chat" && entry.text === text);
    for (const { name, chat, pair } of tabs) {
      if (!partiesOf(room)!.includes(chat.me!.uid) || (entry && pair!.rules!.hasHeard(entry))) {
        continue;
      }
      violated(`W10.14: ${name} did not hear all of ${room}`);
    }
  }
}

/** How far somebody has read is known to the server, and to their other pages. */
function holdsMarkers({ lives, tabs, truth, violated }: World, readers: readonly Tab[]): void {
  for (const { chat, rooms, name, pair } of readers) {
    const life = lives.find(({ pairs }) => pairs.has(pair!));
    const { uid } = chat.me!;
    for (const room of rooms) {
      const length = truth.log(room)?.entries.length ?? 0;
      const marker = life!.hub.rooms.get(room)?.presence.readTo(uid);
      if (marker !== length) violated(`W10.10: ${name} read ${room} to ${length}, not ${marker}`);
      for (const other of tabs) {
        if (other.chat.me!.uid !== uid || !other.rooms.has(room)) continue;
        if (chat !== other.chat && other.readTo.get(room) !== length) {
          violated(`W10.10: ${other.name} never heard that ${name} read ${room}`);
        }
      }
    }
  }
}

/** Nobody is muted or banned any more. */
async function lift(world: World): Promise<void> {
  const { life, truth } = world;
  let isDone = false;
  const liftAll = async () => {
    for (const kind of ["mute", "ban"] as const) {
      for (const { key } of await life!.store.list(kind, 0)) {
        const [place = EVERYWHERE, uid = ""] = key.split(" ");
        await life!.hub.sanctions.lift(kind, place, uid);
      }
    }
    isDone = true;
  };
  liftAll();
  await until(world, HEALS_MS, () => isDone ? undefined : "something is to be lifted");
  truth.sanctions.clear();
}

/** The store, the truth and what people heard of their messages agree. */
async function holdsTruth({ truth, life, violated }: World): Promise<void> {
  const said = new Set<string>();
  for (const [room, log] of truth.logs) {
    const { first, entries } = log;
    const { entries: stored, page } = await life!.disk.all(room);
    const length = entries.length;
    const isAll = stored.length === length - first + 1 &&
      stored.every((entry, index) => entry.seq === first + index && isKept(entry, log));
    if (!isAll) violated(`the store does not hold what ${room} must hold`);
    const before = length + 1;
    const problem = misshows(page.messages, log, { seq: length, before, uid: "" });
    const isWhole = page.messages.length === entries.slice(first - 1)
      .filter(({ type }) => type === "chat").length;
    if (problem || !isWhole) violated(`the store does not show what ${room} must show: ${problem}`);
    for (const entry of entries) {
      // A retry may have come when retention had taken the first one, and its ref (W7.2).
      if (entry.type !== "chat" || entry.seq < first) continue;
      const { uid, text } = entry;
      if (said.has(`${uid} ${text}`)) violated(`P4: ${text} is in ${room} twice`);
      said.add(`${uid} ${text}`);
    }
  }
}
