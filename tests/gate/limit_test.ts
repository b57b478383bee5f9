import { assert, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { AddressLimits } from "../../src/gate/limit.ts";

const NOW = 1_800_000_000_000;
const HERE = "192.0.2.1";
const THERE = "192.0.2.2";
const MINUTE_MS = 60_000;

function makeLimits(maxAddresses?: number): AddressLimits {
  const limits = { messagesPerSecond: 5, burst: 20 };
  return new AddressLimits({ connects: 4, limits, ...(maxAddresses && { maxAddresses }) });
}

/** How often something may be done at once. */
function count(limits: AddressLimits, what: Parameters<AddressLimits["take"]>[1], now = NOW) {
  let taken = 0;
  while (limits.take(HERE, what, now) === 0) taken++;
  return taken;
}

/** Fails until a penalty begins, and returns it. */
function failOut(limits: AddressLimits, address: string, now = NOW): number {
  for (let failures = 1; failures < 50; failures++) {
    const penaltyMs = limits.fail(address, "guess", now);
    if (penaltyMs > 0) return penaltyMs;
  }
  throw new Error("there is no penalty");
}

describe("W15.11 an address may", () => {
  it("connect so often in 10 seconds, and then as places come back, each by itself", () => {
    const limits = makeLimits();
    assertEquals(count(limits, "connect"), 4);
    const waitMs = limits.take(HERE, "connect", NOW);
    assertEquals(waitMs, 2500);
    assertEquals(limits.take(THERE, "connect", NOW), 0);
    assertEquals(limits.take(HERE, "connect", NOW + waitMs), 0);
    assertEquals(count(limits, "connect", NOW + waitMs + 10_000), 4);
  });

  it("ask ten times as often over HTTP, however often it connects", () => {
    const limits = makeLimits();
    assertEquals([count(limits, "connect"), count(limits, "request")], [4, 40]);
    assertEquals(limits.take(HERE, "request", NOW), 250);
    assertEquals(limits.take(HERE, "request", NOW + 250), 0);
  });

  it("begin a session as often at once, and then one each 10 seconds", () => {
    const limits = makeLimits();
    assertEquals(count(limits, "signIn"), 4);
    assertEquals(limits.take(HERE, "signIn", NOW), 10_000);
    assertEquals(limits.take(HERE, "signIn", NOW + 10_001), 0);
  });

  it("say ten times what one user may, of each kind", () => {
    const limits = makeLimits();
    assertEquals(count(limits, "chat"), 200);
    assertEquals(limits.take(HERE, "history", NOW), 20);
    assertEquals(count(limits, "typing"), 2000);
    assertEquals(limits.take(HERE, "connect", NOW), 0);
    assertEquals(limits.take(THERE, "chat", NOW), 0);
  });
});

describe("W15.11 guesses", () => {
  it("cost nothing ten times, then a time of refusal that doubles up to ten minutes", () => {
    const limits = makeLimits();
    for (let failures = 0; failures < 10; failures++) {
      assertEquals(limits.fail(HERE, "guess", NOW), 0);
    }
    assertEquals(limits.penaltyMs(HERE, "guess", NOW), 0);
    const penalties = Array.from({ length: 12 }, () => limits.fail(HERE, "guess", NOW));
    assertEquals(
      penalties.map((ms) => ms / 1000),
      [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600],
    );
    assertEquals(limits.penaltyMs(HERE, "guess", NOW + 1), 600_000 - 1);
    assertEquals(limits.penaltyMs(HERE, "guess", NOW + 600_000), 0);
    assertEquals(limits.penaltyMs(THERE, "guess", NOW), 0);
  });

  it("of who guesses on whenever that may be are one in ten minutes in the long run", () => {
    const limits = makeLimits();
    let now = NOW;
    let guesses = 0;
    let longestMs = 0;
    while (now < NOW + 240 * MINUTE_MS) {
      now += Math.max(100, limits.penaltyMs(HERE, "guess", now));
      longestMs = Math.max(longestMs, limits.fail(HERE, "guess", now));
      guesses++;
    }
    assertEquals(longestMs, 10 * MINUTE_MS);
    assertLess(guesses, 240 / 10 + 30);
  });

  it("are forgiven one each 20 seconds, once they are looked at again", () => {
    const limits = makeLimits();
    while (limits.fail(HERE, "guess", NOW) < 10 * MINUTE_MS);
    for (let times = 0; times < 100; times++) limits.fail(HERE, "guess", NOW);
    const over = NOW + 10 * MINUTE_MS;
    assertEquals(limits.fail(HERE, "guess", over), 10 * MINUTE_MS);
    // Of 21 that are remembered 12 are forgiven after this time, and one comes.
    assertEquals(limits.fail(HERE, "guess", over + 14 * MINUTE_MS), 0);
    // A clock that is set back makes nothing worse.
    assertEquals(limits.fail(HERE, "guess", NOW - 60 * MINUTE_MS), 1000);
  });
});

describe("W15.11 forgeries", () => {
  it("are slowed to one a second, with no penalty, and do not touch what can be guessed", () => {
    const limits = makeLimits();
    for (let times = 0; times < 4; times++) {
      assertEquals(limits.penaltyMs(HERE, "forgery", NOW), 0);
      assertEquals(limits.fail(HERE, "forgery", NOW), 0);
    }
    assertEquals(limits.penaltyMs(HERE, "forgery", NOW), 1000);
    assertEquals(limits.penaltyMs(HERE, "guess", NOW), 0);
    assertEquals(limits.penaltyMs(HERE, "forgery", NOW + 1000), 0);
    limits.fail(HERE, "forgery", NOW + 1000);
    assertEquals(limits.penaltyMs(HERE, "forgery", NOW + 1000), 1000);
    failOut(limits, THERE);
    assertEquals(limits.penaltyMs(THERE, "forgery", NOW), 0);
  });
});

describe("W15.11 what is known of addresses is bounded:", () => {
  it("a million addresses leave the most that there may be", () => {
    const limits = makeLimits(10_000);
    for (let index = 0; index < 1_000_000; index++) {
      const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      limits.take(address, "connect", NOW + index);
      if (index % 3 === 0) limits.fail(address, "guess", NOW + index);
    }
    assertEquals(limits.size, 10_000);
  });

  it("the ones that were silent for longest are forgotten first", () => {
    const limits = makeLimits(3);
    for (const address of ["a", "b", "c"]) {
      for (let times = 0; times < 4; times++) limits.take(address, "connect", NOW);
    }
    limits.take("a", "connect", NOW + 2000);
    limits.take("d", "connect", NOW + 2000);
    assert(limits.take("a", "connect", NOW + 2000) > 0, "a is known");
    assertEquals(limits.take("b", "connect", NOW + 2000), 0);
  });

  it("an address in its penalty is never forgotten, whoever else comes", () => {
    const limits = makeLimits(100);
    failOut(limits, HERE);
    let penaltyMs = 0;
    while (penaltyMs < 600_000) penaltyMs = limits.fail(HERE, "guess", NOW);
    for (let index = 0; index < 10_000; index++) limits.take(`x${index}`, "connect", NOW + 1);
    assertEquals(limits.penaltyMs(HERE, "guess", NOW + 1), 599_999);
    assertEquals(limits.size, 100);
  });

  it("where all who are known are in their penalty, the others share one record, and no more", () => {
    const limits = makeLimits(20);
    for (let index = 0; index < 20; index++) failOut(limits, `bad${index}`);
    for (let index = 0; index < 1000; index++) failOut(limits, `more${index}`, NOW);
    assertEquals(limits.size, 20);
    for (let index = 0; index < 20; index++) {
      assert(limits.penaltyMs(`bad${index}`, "guess", NOW) > 0);
    }
    assert(limits.penaltyMs("more1", "guess", NOW) > 0, "nobody is forgiven by being forgotten");
    // When penalties end there is room again.
    const later = NOW + 11 * MINUTE_MS;
    assertEquals(limits.take("new", "connect", later), 0);
    assertEquals([limits.size, limits.penaltyMs("new", "guess", later)], [20, 0]);
  });
});
