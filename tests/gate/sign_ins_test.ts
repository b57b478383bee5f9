import { assert, assertEquals, assertFalse, assertMatch, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SignIns } from "../../src/gate/sign_ins.ts";
import type { Identity } from "../../src/identity.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { StoreError } from "../../src/store/store.ts";
import { HeldStore } from "../core/held_store.ts";

const NOW = 1_800_000_000_000;
const DAY_MS = 24 * 3_600_000;

const ADA: Identity = {
  uid: "u-17",
  name: "Ada",
  expires: null,
  seal: null,
  issuedAt: NOW - 5,
  grants: [{ pattern: "team-*", permissions: ["read"], from: 7 }],
  isAdmin: true,
};

describe("W15.9 a session behind the cookie", () => {
  it("gives back who it stands for", async () => {
    const signIns = new SignIns(new MemoryStore());
    const { id, expires } = await signIns.start(ADA, "jwt", NOW);
    assertEquals(expires, NOW + 30 * DAY_MS);
    const found = await signIns.find(id, NOW + 1);
    const { signIn, ...identity } = found!.identity;
    assertEquals<unknown>([identity, found!.binding, found!.expires], [ADA, "jwt", expires]);
    assertMatch(signIn!, /^[\w-]{43}$/);
  });

  it("is 256 bits of chance, and the store holds only its hash", async () => {
    const store = new MemoryStore();
    const signIns = new SignIns(store);
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await signIns.start(ADA, "b", NOW)).id),
    );
    assertEquals(new Set(ids).size, 3);
    const kept = JSON.stringify(await store.list("session", NOW));
    for (const id of ids) {
      assertMatch(id, /^[\w-]{43}$/);
      assertFalse(kept.includes(id));
    }
  });

  it("is good for 30 days after its last use", async () => {
    const signIns = new SignIns(new MemoryStore());
    const { id } = await signIns.start(ADA, "b", NOW);
    for (const day of [29, 58, 87]) assert(await signIns.find(id, NOW + day * DAY_MS), `${day}`);
    assertEquals(await signIns.find(id, NOW + (87 + 30) * DAY_MS), undefined);
  });

  it("is kept anew once a day at most, and still good where the store can't write", async () => {
    const store = new HeldStore();
    const signIns = new SignIns(store);
    const { id } = await signIns.start(ADA, "b", NOW);
    for (let hour = 0; hour < 24; hour++) await signIns.find(id, NOW + hour * 3_600_000);
    assertEquals(store.calls.filter((call) => call === "put").length, 1);
    store.fail("put");
    assert(await signIns.find(id, NOW + 2 * DAY_MS));
    store.recover();
    await signIns.find(id, NOW + 2 * DAY_MS);
    assertEquals(store.calls.filter((call) => call === "put").length, 3);
  });

  it("never outlives its token, however it is used", async () => {
    const signIns = new SignIns(new MemoryStore());
    const exp = NOW + 3 * DAY_MS;
    const { id, expires } = await signIns.start({ ...ADA, expires: exp }, "b", NOW);
    assertEquals(expires, exp);
    assertEquals((await signIns.find(id, exp - 1))?.expires, exp);
    assertEquals((await signIns.find(id, exp - 1))?.identity.expires, exp);
    assertEquals(await signIns.find(id, exp), undefined);
  });

  it("ends for good, and is known to have ended just now", async () => {
    const signIns = new SignIns(new MemoryStore());
    const { id } = await signIns.start(ADA, "b", NOW);
    const { identity } = (await signIns.find(id, NOW))!;
    assertFalse(signIns.hasEnded(identity.signIn!));
    assertEquals(await signIns.end(id), identity.signIn);
    assertEquals(await signIns.find(id, NOW), undefined);
    assert(signIns.hasEnded(identity.signIn!));
    await signIns.end(id);
    await signIns.end("never-was-one");
  });

  it("of those that ended a thousand are remembered, also while the store fails", async () => {
    const store = new HeldStore();
    const signIns = new SignIns(store);
    const { id } = await signIns.start(ADA, "b", NOW);
    const { identity } = (await signIns.find(id, NOW))!;
    store.fail("remove");
    await assertRejects(() => signIns.end(id), StoreError);
    for (let count = 1; count < 1000; count++) await assertRejects(() => signIns.end(`${count}`));
    assert(signIns.hasEnded(identity.signIn!));
    await assertRejects(() => signIns.end("one more"));
    assertFalse(signIns.hasEnded(identity.signIn!));
  });

  it("does not come back by a look-up that was under way when it ended", async () => {
    const store = new HeldStore();
    const signIns = new SignIns(store);
    const { id } = await signIns.start(ADA, "b", NOW);
    store.hold("get", "after");
    const looking = signIns.find(id, NOW + 2 * DAY_MS);
    await signIns.end(id);
    store.release("get");
    assertEquals(await looking, undefined);
    assertEquals(await store.list("session", NOW), []);
  });

  it("is nothing that somebody made up", async () => {
    const signIns = new SignIns(new MemoryStore());
    const { id } = await signIns.start(ADA, "b", NOW);
    for (const value of ["", "x", `${id}x`, id.slice(1), id.toUpperCase(), "é"]) {
      assertEquals(await signIns.find(value, NOW), undefined);
    }
  });
});
