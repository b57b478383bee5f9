import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { AddressLimits } from "../../src/gate/limit.ts";
import { Revocations } from "../../src/gate/revocations.ts";
import { SharedCredentials } from "../../src/gate/shared.ts";
import { SignIns } from "../../src/gate/sign_ins.ts";
import { MemoryStore } from "../../src/store/memory.ts";

const NOW = 1_800_000_000_000;
const ADA = { uid: "ada", name: "ada", expires: null, seal: null };

/** Two gates of one store, of which the first hears. */
function setUp() {
  const store = new MemoryStore();
  const here = { revocations: new Revocations(store), signIns: new SignIns(store) };
  const there = { revocations: new Revocations(store), signIns: new SignIns(store) };
  const limits = new AddressLimits({ connects: 64, limits: { messagesPerSecond: 5, burst: 20 } });
  const ended: string[] = [];
  const live = {
    signIns: new Set<string>(),
    revokeHere: (uid: string, before: number) => ended.push(`${uid} ${before - NOW}`),
    signOutHere: (signIn: string) => ended.push(signIn),
  };
  const shared = new SharedCredentials({ ...here, limits, live, now: () => NOW });
  return { shared, here, there, limits, live, ended };
}

describe("what gates share", () => {
  it("W21.5 W15.10 a revocation that was heard of, or found, voids what was given before", async () => {
    const { shared, here, there, ended } = setUp();
    shared.revoked("bob", NOW);
    shared.revoked("bob", NOW - 5);
    assertEquals(here.revocations.before("bob"), NOW);
    await there.revocations.revoke("ada", NOW + 7);
    assertEquals(here.revocations.before("ada"), undefined);
    await shared.read();
    assertEquals(here.revocations.before("ada"), NOW + 7);
    await shared.read();
    assertEquals(ended, ["ada 7"]);
  });

  it("W21.5 W15.9 a session that was ended elsewhere ends here, heard of or found", async () => {
    const { shared, here, there, live, ended } = setUp();
    const { id } = await there.signIns.start(ADA, "b", NOW);
    const { id: other } = await there.signIns.start(ADA, "b", NOW);
    for (const one of [id, other]) {
      live.signIns.add((await here.signIns.find(one, NOW))!.identity.signIn!);
    }
    await shared.read();
    assertEquals(ended, []);
    const signIn = await there.signIns.end(id);
    shared.signedOut(signIn);
    assertEquals(here.signIns.hasEnded(signIn), true);
    await shared.read();
    assertEquals(ended, [signIn]);
  });

  it("W21.7 W15.11 guesses that others saw count here", () => {
    const { shared, limits } = setUp();
    for (let times = 0; times < 10; times++) shared.guessed("192.0.2.9");
    assertEquals(limits.penaltyMs("192.0.2.9", "guess", NOW), 0);
    shared.guessed("192.0.2.9");
    assertEquals(limits.penaltyMs("192.0.2.9", "guess", NOW), 1000);
  });
});
