import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Identity } from "../src/identity.ts";
import type { RoomName } from "../src/protocol.ts";
import { EVERYWHERE, Sanctions } from "../src/sanctions.ts";
import { MemoryStore } from "../src/store/memory.ts";
import { StoreError } from "../src/store/store.ts";
import { HeldStore } from "./core/held_store.ts";
import { tempDatabase } from "./store/database.ts";

const ROOM = "general" as RoomName;
const HERE = "192.0.2.1";
const NOW = 1_000_000;

const who = (uid: string, isAdmin = false): Identity => ({
  uid,
  name: uid,
  expires: null,
  seal: null,
  isAdmin,
});

describe("sanctions", () => {
  it("W10.7 W10.8 hold for one user in one place, until their end", async () => {
    const sanctions = new Sanctions(new MemoryStore());
    await sanctions.ban(ROOM, "ada", NOW + 10, "Mara", [HERE]);
    await sanctions.mute(ROOM, "bob", Infinity, "Mara");
    const bans = (uid: string, place: string, now: number) =>
      sanctions.bannedUntil(place, who(uid), HERE, now);
    assertEquals(bans("ada", ROOM, NOW + 9), NOW + 10);
    assertEquals([bans("ada", ROOM, NOW + 10), bans("ada", "other", NOW), bans("bob", ROOM, NOW)], [
      ...[0, 0, 0],
    ]);
    assertEquals(bans("ada", EVERYWHERE, NOW), 0);
    assertEquals(["bob", "ada"].map((uid) => sanctions.mutedUntil(ROOM, uid)), [Infinity, 0]);
    assertEquals(sanctions.mutedUntil("other" as RoomName, "bob"), 0);
  });

  it("W10.8 the ban of a guest keeps out guests of its addresses, and nobody with a token", async () => {
    const sanctions = new Sanctions(new MemoryStore());
    await sanctions.ban(EVERYWHERE, "guest:a", Infinity, "Mara", [HERE, "2001:db8::1"]);
    await sanctions.ban(EVERYWHERE, "ada", Infinity, "Mara", ["198.51.100.1"]);
    const isBanned = (uid: string, address: string) =>
      sanctions.bannedUntil(EVERYWHERE, who(uid), address, NOW) > 0;
    assertEquals(isBanned("guest:b", HERE), true);
    assertEquals(isBanned("guest:b", `::ffff:${HERE}`), true);
    assertEquals(isBanned("guest:b", "2001:db8::2:3"), true);
    assertEquals(isBanned("guest:b", "2001:db8:0:1::1"), false);
    assertEquals(isBanned("guest:a", "203.0.113.9"), true);
    assertEquals(isBanned("bob", HERE), false);
    assertEquals(isBanned("guest:b", "198.51.100.1"), false);
  });

  it("W10.9 no ban holds for an administrator", async () => {
    const sanctions = new Sanctions(new MemoryStore());
    await sanctions.ban(EVERYWHERE, "root", Infinity, "Mara", []);
    assertEquals(sanctions.bannedUntil(EVERYWHERE, who("root", true), HERE, NOW), 0);
    assertEquals(sanctions.bannedUntil(EVERYWHERE, who("root"), HERE, NOW), Infinity);
  });

  it("W10.7 W10.8 are ended by hand, alone, and also where there are none", async () => {
    const sanctions = new Sanctions(new MemoryStore());
    await sanctions.ban(ROOM, "ada", Infinity, "Mara", []);
    await sanctions.ban(ROOM, "bob", Infinity, "Mara", []);
    await sanctions.mute(ROOM, "ada", Infinity, "Mara");
    await sanctions.lift("ban", ROOM, "ada");
    await sanctions.lift("mute", ROOM, "nobody");
    await sanctions.lift("mute", "nowhere" as RoomName, "ada");
    const bans = ["ada", "bob"].map((uid) => sanctions.bannedUntil(ROOM, who(uid), HERE, NOW));
    assertEquals([bans, sanctions.mutedUntil(ROOM, "ada")], [[0, Infinity], Infinity]);
  });

  it("forget in the sweep what is over", async () => {
    const sanctions = new Sanctions(new MemoryStore());
    await sanctions.mute(ROOM, "ada", NOW, "Mara");
    await sanctions.mute(ROOM, "bob", NOW + 1, "Mara");
    sanctions.sweep(NOW);
    assertEquals(["ada", "bob"].map((uid) => sanctions.mutedUntil(ROOM, uid)), [0, NOW + 1]);
  });

  it("W10.7 W10.8 survive a restart, what was ended and what is over does not", async () => {
    await using database = await tempDatabase();
    await database.use(async (store) => {
      const sanctions = new Sanctions(store);
      await sanctions.ban(ROOM, "guest:a b", NOW + 10, "Mara", [HERE]);
      await sanctions.ban(EVERYWHERE, "ada", Infinity, "Mara", []);
      await sanctions.mute(ROOM, "ada", NOW + 20, "Mara");
      await sanctions.mute(ROOM, "over", NOW + 5, "Mara");
      await sanctions.mute(ROOM, "ended", Infinity, "Mara");
      await sanctions.lift("mute", ROOM, "ended");
    });
    await database.use(async (store) => {
      const sanctions = new Sanctions(store);
      await sanctions.restore(NOW + 5);
      const bans = (place: string, uid: string, address: string) =>
        sanctions.bannedUntil(place, who(uid), address, NOW + 5);
      assertEquals(bans(ROOM, "guest:a b", "203.0.113.9"), NOW + 10);
      assertEquals(bans(ROOM, "guest:new", HERE), NOW + 10);
      assertEquals(bans(EVERYWHERE, "ada", HERE), Infinity);
      const mutes = ["ada", "over", "ended"].map((uid) => sanctions.mutedUntil(ROOM, uid));
      assertEquals(mutes, [NOW + 20, 0, 0]);
      const told = sanctions.mutesIn(ROOM, NOW + 5);
      assertEquals(told, [{ uid: "ada", until: NOW + 20, by: "Mara" }]);
      const everywhere = { uid: "ada", until: null, by: "Mara" };
      const here = { room: ROOM, uid: "guest:a b", until: NOW + 10, by: "Mara" };
      assertEquals(sanctions.bansIn(undefined, NOW + 5), [everywhere, here]);
      assertEquals(sanctions.bansIn(ROOM, NOW + 5), [here]);
      assertEquals(sanctions.bansIn(undefined, NOW + 10), [everywhere]);
    });
  });

  it("hold as an older Snug kept them, and where their record can't be read", async () => {
    const store = new MemoryStore();
    const kept = { array: `["${HERE}"]`, other: "7", broken: "{", strange: '{"networks":7}' };
    for (const [uid, value] of Object.entries(kept)) {
      await store.put("ban", `${ROOM} guest:${uid}`, value, null);
      await store.put("mute", `${ROOM} guest:${uid}`, value, NOW + 10);
    }
    await store.put("mute", `${ROOM} guest:nameless`, '{"networks":[]}', NOW + 10);
    const sanctions = new Sanctions(store);
    await sanctions.restore(NOW);
    const until = (uid: string, address = "203.0.113.9") =>
      sanctions.bannedUntil(ROOM, who(`guest:${uid}`), address, NOW);
    assertEquals(Object.keys(kept).map((uid) => until(uid)), Array(4).fill(Infinity));
    assertEquals([until("new"), until("new", HERE)], [0, Infinity]);
    assertEquals(sanctions.mutesIn(ROOM, NOW).map(({ by }) => by), Array(5).fill(""));
  });

  it("W10.8 a ban that is changed keeps the addresses of who has gone since", async () => {
    const sanctions = new Sanctions(new MemoryStore());
    await sanctions.ban(ROOM, "guest:a", NOW + 10, "Mara", [HERE]);
    await sanctions.ban(ROOM, "guest:a", Infinity, "Mara", []);
    const isBanned = (address: string) =>
      sanctions.bannedUntil(ROOM, who("guest:b"), address, NOW + 10) > 0;
    assertEquals([isBanned(HERE), isBanned("203.0.113.9")], [true, false]);
  });

  it("hold only when they are on the disk", async () => {
    const store = new HeldStore();
    const sanctions = new Sanctions(store);
    store.fail("put");
    await assertRejects(() => sanctions.mute(ROOM, "ada", Infinity, "Mara"), StoreError);
    assertEquals(sanctions.mutedUntil(ROOM, "ada"), 0);
    store.recover();
    await sanctions.mute(ROOM, "ada", Infinity, "Mara");
    store.fail("remove");
    await assertRejects(() => sanctions.lift("mute", ROOM, "ada"), StoreError);
    assertEquals(sanctions.mutedUntil(ROOM, "ada"), Infinity);
  });
});
