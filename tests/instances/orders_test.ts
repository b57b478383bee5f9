import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Hooks } from "../../src/gate/hooks.ts";
import type { RoomName, UserId } from "../../src/protocol.ts";
import type { Core } from "../core/core.ts";
import { withSeveral } from "../core/several.ts";

const ADMIN = { isAdmin: true };

describe("what is done on another instance", () => {
  it(
    "W21.4 W10.6 a kick ends every connection of the user in the room, and its graces",
    withSeveral(3, async (several, one, two, three) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const bob = await two.enter("bob", ["r", "s"]);
      const lost = await three.enter("bob", "r");
      await several.pass(2000);
      lost.drop();
      for (const client of [boss, bob]) client.take();
      boss.send({ type: "kick", room: "r", uid: "guest:bob", ref: "1" });
      await several.settle();
      assertEquals(boss.takeAll("kicked").map(({ ref }) => ref), ["1"]);
      assertEquals(bob.take(), [
        { type: "left", room: "r" as never, reason: "kicked", by: "boss" },
      ]);
      await several.pass(1250);
      assertEquals(boss.takeAll("presence").map(({ left }) => left[0]?.uid), ["guest:bob"]);
      assertEquals([...bob.session.rooms.keys()], ["s" as never]);
    }),
  );

  it(
    "W21.4 W10.6 who is nowhere in the room can't be kicked",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      two.connect("bob");
      await several.settle();
      boss.send({ type: "kick", room: "r", uid: "guest:bob" });
      await several.settle();
      assertEquals(boss.takeAll("error").map(({ code }) => code), ["NOT_FOUND"]);
    }),
  );

  it(
    "W21.6 W10.9 an administrator is safe on every instance",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      await two.enter("king", "r", ADMIN);
      await several.settle();
      boss.send({ type: "ban", uid: "guest:king" });
      await several.settle();
      assertEquals(boss.takeAll("error").map(({ code }) => code), ["FORBIDDEN"]);
    }),
  );

  it(
    "W21.5 W10.7 a mute holds at once on the others, and is told to whom it concerns",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const bob = await two.enter("bob", "r");
      await several.pass(2000);
      bob.take();
      boss.send({ type: "mute", room: "r", uid: "guest:bob", minutes: 5 });
      await several.settle();
      const until = several.clock.nowMs + 300_000;
      const about = { type: "muted", room: "r" as never, uid: "guest:bob", by: "boss" } as const;
      assertEquals(bob.take(), [{ ...about, until }]);
      bob.send({ type: "chat", room: "r", text: "hi" });
      await several.settle();
      assertEquals(bob.takeAll("error").map(({ code }) => code), ["FORBIDDEN"]);
      boss.send({ type: "mute", room: "r", uid: "guest:bob", minutes: 0 });
      await several.settle();
      assertEquals(bob.takeAll("muted").map(({ until }) => until), [0]);
      bob.send({ type: "chat", room: "r", text: "hi", ref: "1" });
      await several.settle();
      assertEquals(bob.takeAll("ack").length, 1);
    }),
  );

  it(
    "W21.5 W10.8 a ban holds at once on the others, and for the addresses that they know",
    withSeveral(3, async (several, one, two, three) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const bob = await two.enter("bob", "r", { address: "198.51.100.7" });
      await several.settle();
      boss.send({ type: "ban", uid: "guest:bob" });
      await several.settle();
      assertEquals(bob.socket.closedWith?.code, 4003);
      const other = three.connect("other", { address: "198.51.100.7" });
      assertEquals(other.socket.closedWith?.code, 4003);
      boss.send({ type: "ban", uid: "guest:bob", minutes: 0 });
      await several.settle();
      const back = three.connect("bob", { address: "198.51.100.7" });
      assertEquals(back.socket.closedWith, undefined);
    }),
  );

  it(
    "W21.5 W10.8 a ban from a room makes them leave it, and keeps them out",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const ada = await two.enter("ada", "r", { uid: "ada" });
      await several.pass(2000);
      ada.take();
      boss.send({ type: "ban", room: "r", uid: "ada" });
      await several.settle();
      assertEquals(ada.take(), [{
        type: "left",
        room: "r" as never,
        reason: "banned",
        by: "boss",
      }]);
      ada.send({ type: "join", room: "r" });
      await several.settle();
      assertEquals(ada.takeAll("error").map(({ code }) => code), ["FORBIDDEN"]);
    }),
  );

  it(
    "W21.5 a ban and a mute whose word was missed are found in the store",
    withSeveral(2, async (several, one, two) => {
      const boss = await one.enter("boss", "r", ADMIN);
      const bob = await two.enter("bob", "r");
      const eve = await two.enter("eve", "r");
      await several.pass(2000);
      several.bus.fate = ({ text }) => text.includes(`"sanction"`) ? "lost" : "arrives";
      boss.send({ type: "ban", uid: "guest:bob" });
      boss.send({ type: "mute", room: "r", uid: "guest:eve" });
      await several.settle();
      assertEquals(bob.socket.closedWith, undefined);
      await several.pass(3000);
      assertEquals(bob.socket.closedWith?.code, 4003);
      assertEquals(eve.takeAll("muted").length, 1);
    }),
  );

  it(
    "W21.5 a ban whose instance crashed before the word is found within a minute",
    withSeveral(2, async (several, _one, two) => {
      const bob = await two.enter("bob", "r");
      await several.pass(2000);
      await several.store.put("ban", "* guest:bob", `{"by":"boss","networks":[]}`, null);
      await several.pass(61_000);
      assertEquals(bob.socket.closedWith?.code, 4003);
    }),
  );

  it(
    "W21.5 W20.5 a hook that is made or revoked holds on the others at once, and its name",
    withSeveral(2, async (several, one, two) => {
      const [here, there] = [hooksOf(one), hooksOf(two)];
      two.connect("Ada");
      await several.settle();
      const taken = await here.make("r" as RoomName, "ADA");
      assertEquals(taken.ok, false);
      const made = await here.make("r" as RoomName, "Builds");
      assert(made.ok);
      await several.settle();
      assertEquals(there.find(made.id), made.hook);
      assertEquals(nameGiven(two, "builds"), "builds-2");
      assertEquals((await there.revoke(made.hook.handle))?.uid, made.hook.uid);
      await several.settle();
      assertEquals([here.all, here.find(made.id)], [[], undefined]);
      assertEquals(nameGiven(one, "Builds"), "Builds");
    }),
  );

  it(
    "W21.5 W20.5 hooks whose word was missed, or never said, are found in the store",
    withSeveral(2, async (several, one, two) => {
      const [here, there] = [hooksOf(one), hooksOf(two)];
      const old = await here.make("r" as RoomName, "Old");
      assert(old.ok);
      await several.pass(2000);
      several.bus.fate = ({ text }) => text.includes(`"hooks"`) ? "lost" : "arrives";
      const made = await here.make("r" as RoomName, "New");
      assert(made.ok);
      await here.revoke(old.hook.handle);
      await several.settle();
      assertEquals([there.find(made.id), there.find(old.id)], [undefined, old.hook]);
      await several.pass(3000);
      assertEquals([there.find(made.id), there.find(old.id)], [made.hook, undefined]);
      const value = JSON.stringify({ room: "r", name: "Later" });
      await several.store.put("hook", "k".repeat(43), value, null);
      await several.pass(61_000);
      assertEquals(there.all.map(({ name }) => name), ["New", "Later"]);
      assertEquals(nameGiven(two, "later"), "later-2");
    }),
  );

  it(
    "W21.5 W8.4 W15.10 revocations and sign-outs end connections to other instances",
    withSeveral(2, async (several, one, two) => {
      const now = several.clock.nowMs;
      const heard: string[] = [];
      two.hub.instances!.records.credentials = {
        revoked: (uid, before) => heard.push(`${uid} ${before - now}`),
        signedOut: (signIn) => heard.push(signIn),
        guessed: (network) => heard.push(network),
        read: () => Promise.resolve(),
      };
      const old = two.connect("ada", { uid: "ada", issuedAt: now - 1 });
      const fresh = two.connect("ada", { uid: "ada", issuedAt: now });
      const signedIn = two.connect("bob", { signIn: "hash" });
      await several.settle();
      one.hub.live.revoke("ada", now);
      one.hub.live.signOut("hash");
      one.hub.instances!.tell({ type: "guess", network: "192.0.2.9" });
      await several.settle();
      assertEquals(old.socket.closedWith?.code, 4001);
      assertEquals(signedIn.socket.closedWith?.code, 4001);
      assertEquals(fresh.socket.closedWith, undefined);
      assertEquals(heard, ["ada 0", "hash", "192.0.2.9"]);
    }),
  );

  it(
    "W21.9 what can't be read is counted and dropped, and does nothing",
    withSeveral(1, async (several, one) => {
      await one.enter("bob", "r");
      const wrong = [
        "no JSON",
        "[]",
        "{}",
        `{"type":"alive"}`,
        `{"type":"alive","seq":-1}`,
        `{"type":"later","seq":1}`,
        `{"type":"kick","seq":1,"room":"no room","uid":"guest:bob","by":"x"}`,
        `{"type":"kick","seq":1,"room":"r","uid":"a b","by":"x"}`,
        `{"type":"binary","room":"r","uid":"x","data":"no base64!"}`,
        `{"type":"state","seq":1,"here":[["x"]],"gone":[],"in":[],"out":[],"spends":[],"spent":[]}`,
      ];
      for (const text of wrong) several.bus.forge("evil", "i1", text);
      await several.settle();
      assertEquals(one.counts.busRefused, wrong.length);
      assertEquals(one.hub.instances!.count, 0);
      // What can be read and is about nobody does nothing either.
      several.bus.forge(
        "odd",
        "i1",
        `{"type":"state","seq":1,"here":[],"gone":["x"],"in":[["r","x",true],["q","x",true]],` +
          `"out":[["r","y",null]],"spends":["x"],"spent":["z"]}`,
      );
      for (const type of ["kick", "revoke"]) {
        several.bus.forge(
          "odd",
          "i1",
          `{"type":"${type}","seq":2,"room":"q","uid":"x","by":"z","before":1}`,
        );
      }
      await several.pass(1000);
      assertEquals(several.membersOf("r"), [["guest:bob"]]);
      assert(one.faults.length === 0);
    }),
  );
});

/** The hooks of an instance, as a server puts them together. */
function hooksOf({ hub, store }: Core): Hooks {
  const hooks = new Hooks(store, hub.names, () => hub.instances!.tell({ type: "hooks" }));
  hub.instances!.records.hooks = hooks;
  return hooks;
}

/** What a guest is called who wishes for this name. */
function nameGiven(core: Core, name: string): string {
  core.connect(name);
  return core.hub.online.of(`guest:${name}` as UserId)[0]!.user;
}
