import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Core } from "../core/core.ts";
import { type Several, withSeveral } from "../core/several.ts";

const ADMIN = { isAdmin: true };
const [PHONE, LAPTOP] = ["198.51.100.7", "203.0.113.9"];

/** What a guest who comes to an instance from there is closed with. */
function closedFrom(core: Core, address: string): number | undefined {
  return core.connect(`from ${address}`.replaceAll(/[ .]/g, "-"), { address }).socket.closedWith
    ?.code;
}

/** Bob comes to two instances from a network each, and is banned; what that adds is not kept yet. */
async function banBob(several: Several, one: Core, two: Core, three: Core) {
  const boss = await one.enter("boss", "r", ADMIN);
  const bobs = [
    await two.enter("bob", "r", { address: PHONE }),
    await three.enter("bob", "r", { address: LAPTOP }),
  ];
  await several.settle();
  several.store.hold("replace");
  boss.send({ type: "ban", uid: "guest:bob" });
  await several.settle();
  assertEquals(bobs.map(({ socket }) => socket.closedWith?.code), [4003, 4003]);
  for (const bob of bobs) bob.drop();
  return boss;
}

describe("bans and mutes over several instances", () => {
  it(
    "W21.5 W10.8 a ban holds for every network that an instance knows, also where two add theirs at once",
    withSeveral(3, async (several, ...three) => {
      await banBob(several, ...three);
      several.store.release("replace");
      await several.settle();
      for (const address of [PHONE, LAPTOP]) {
        for (const core of several.cores) assertEquals(closedFrom(core, address), 4003);
      }
      // And it is kept so.
      await several.pass(61_000);
      const late = await several.start();
      await several.pass(1000);
      for (const address of [PHONE, LAPTOP]) assertEquals(closedFrom(late, address), 4003);
    }),
  );

  it(
    "W21.5 a ban that is ended while others add their networks stays ended",
    withSeveral(3, async (several, ...three) => {
      const boss = await banBob(several, ...three);
      boss.send({ type: "ban", uid: "guest:bob", minutes: 0 });
      await several.settle();
      several.store.release("replace");
      await several.settle();
      assertEquals(await several.store.list("ban", several.clock.nowMs), []);
      for (const core of several.cores) assertEquals(closedFrom(core, PHONE), undefined);
    }),
  );

  it(
    "W21.5 a ban that was ended stays so where others add their networks and have not heard of that",
    withSeveral(3, async (several, ...three) => {
      const boss = await banBob(several, ...three);
      several.bus.fate = ({ text }) => text.includes(`"sanction"`) ? "lost" : "arrives";
      boss.send({ type: "ban", uid: "guest:bob", minutes: 0 });
      await several.settle();
      several.store.release("replace");
      await several.settle();
      assertEquals(await several.store.list("ban", several.clock.nowMs), []);
      for (const core of several.cores) {
        for (const address of [PHONE, LAPTOP]) assertEquals(closedFrom(core, address), undefined);
      }
    }),
  );

  it(
    "W21.5 a ban that another instance makes longer meanwhile is kept for so long",
    withSeveral(3, async (several, ...three) => {
      await banBob(several, ...three);
      const until = several.clock.nowMs + 300_000;
      const ban = { type: "sanction", kind: "ban", place: "*", uid: "guest:bob", by: "boss" };
      for (const name of ["i2", "i3"]) {
        several.bus.forge("i9", name, JSON.stringify({ ...ban, seq: 1, until, networks: [] }));
      }
      await several.settle();
      several.store.release("replace");
      await several.settle();
      const kept = await several.store.list("ban", several.clock.nowMs);
      assertEquals(kept.map(({ expires }) => expires), [until]);
    }),
  );

  it(
    "W21.5 W5.1 a ban, and a kick, that cross a join on another instance keep them out",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      boss.send({ type: "chat", room: "r", text: "hi" });
      const [bob, eve] = [two.connect("bob"), two.connect("eve")];
      await several.settle();
      several.store.hold("page");
      for (const client of [bob, eve]) client.send({ type: "join", room: "r" });
      await several.settle();
      boss.send({ type: "ban", room: "r", uid: "guest:bob" });
      boss.send({ type: "kick", room: "r", uid: "guest:eve" });
      await several.settle();
      assertEquals(several.store.waiting("page"), 2);
      several.store.release("page");
      await several.settle();
      for (const client of [bob, eve]) {
        assertEquals(client.takeAll("error").map(({ code }) => code), ["FORBIDDEN"]);
        assertEquals(client.session.rooms.size, 0);
      }
      await several.pass(1000);
      assertEquals(several.membersOf("r"), [["guest:boss"]]);
    }),
  );

  it(
    "W21.5 a word that was missed is looked up at once, also when another comes meanwhile",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const bob = await two.enter("bob", "r");
      await two.enter("eve", "r");
      await several.pass(2000);
      several.bus.fate = ({ text }) => text.includes(`"sanction"`) ? "lost" : "arrives";
      boss.send({ type: "ban", uid: "guest:bob" });
      await several.settle();
      several.bus.fate = () => "arrives";
      several.store.hold("list", "after");
      await several.pass(2250);
      assertEquals(several.store.waiting("list"), 1);
      boss.send({ type: "mute", room: "r", uid: "guest:eve" });
      await several.settle();
      several.store.release("list");
      await several.settle();
      assertEquals(bob.socket.closedWith?.code, 4003);
    }),
  );

  it(
    "W21.5 what was done while an instance started holds there with its first sweep",
    withSeveral(1, async (several) => {
      await several.store.put("ban", "* guest:bob", `{"by":"boss","networks":[]}`, null);
      const late = await several.start();
      const bob = await late.enter("bob", "r");
      await several.pass(250);
      assertEquals(bob.socket.closedWith?.code, 4003);
    }),
  );

  it(
    "W21.6 W10.9 who becomes an administrator by a further connection, or on it, is safe on all",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const king = await two.enter("king", "r");
      const may = async () => {
        await several.settle();
        boss.send({ type: "ban", room: "r", uid: "guest:king" });
        await several.settle();
        const isDone = boss.takeAll("banned").length === 1;
        boss.send({ type: "ban", room: "r", uid: "guest:king", minutes: 0 });
        await several.settle();
        boss.take();
        return isDone;
      };
      const second = await two.enter("king", "r", ADMIN);
      assertEquals(await may(), false);
      second.drop();
      assertEquals(await may(), true);
      two.credentials.set("crown", { ...king.session.identity, isAdmin: true });
      king.send({ type: "auth", token: "crown" });
      assertEquals(await may(), false);
      king.drop();
    }),
  );
});
