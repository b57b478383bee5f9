import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Bucket } from "../src/bucket.ts";
import type { Limits } from "../src/protocol.ts";
import { Allowance, type Counted } from "../src/allowance.ts";
import { Counts } from "../src/counts.ts";
import { Rates } from "../src/rates.ts";
import { fuzz } from "./core/fuzz.ts";

const LIMITS = { messagesPerSecond: 5, burst: 20 } as Limits;

const makeRates = () => new Rates(new Allowance(LIMITS), undefined, new Counts());

/** How often in a row something may be done now. */
function takeAll(rates: Rates, what: Counted, now: number): number {
  let count = 0;
  while (rates.take(what, now) === 0) count++;
  return count;
}

describe("bucket", () => {
  it("W13.3 gives its burst at once, then its rate", () => {
    const bucket = new Bucket(5, 20, 0);
    for (let taken = 0; taken < 20; taken++) assertEquals(bucket.take(0), 0);
    assertEquals(bucket.take(0), 200);
    assertEquals(bucket.take(150), 50);
    assertEquals(bucket.take(200), 0);
    assertEquals(bucket.take(200), 200);
  });

  it("W13.3 never holds more than its burst", () => {
    const bucket = new Bucket(5, 3, 0);
    for (let taken = 0; taken < 3; taken++) assertEquals(bucket.take(1_000_000), 0);
    assertEquals(bucket.take(1_000_000), 200);
  });

  it("a clock that goes back neither fills nor empties it", () => {
    const bucket = new Bucket(1, 1, 10_000);
    assertEquals(bucket.take(10_000), 0);
    assertEquals(bucket.take(5000), 1000);
    assertEquals(bucket.take(5500), 500);
    assertEquals(bucket.take(6000), 0);
  });

  it("W13.3 whoever waits as long as it said is let in, and not a millisecond earlier", async () => {
    const gaps = fc.array(fc.nat(300), { maxLength: 100, size: "max" });
    const rate = fc.constantFrom(1, 3, 5, 7, 50, 333);
    const most = fc.integer({ min: 1, max: 20 });
    await fuzz(
      fc.property(rate, most, gaps, (perSecond, burst, waits) => {
        const bucket = new Bucket(perSecond, burst, 0);
        let now = 0;
        for (const gap of waits) {
          now += gap;
          const waitMs = bucket.take(now);
          if (waitMs === 0) continue;
          if (waitMs > 1) assertEquals(bucket.take(now + waitMs - 1), 1);
          now += waitMs;
          assertEquals(bucket.take(now), 0);
        }
      }),
      5,
    );
  });

  it("W13.3 never lets more in than burst and rate allow", async () => {
    const gaps = fc.array(fc.nat(100), { maxLength: 200, size: "max" });
    await fuzz(
      fc.property(gaps, (waits) => {
        const bucket = new Bucket(5, 20, 0);
        let now = 0;
        let taken = 0;
        for (const gap of waits) {
          now += gap;
          if (bucket.take(now) === 0) taken++;
          assert(taken <= 20 + now / 1000 * 5 + 1e-9);
        }
      }),
      5,
    );
  });
});

describe("rates", () => {
  it("W13.3 what costs the store shares the bucket of messages", () => {
    const rates = makeRates();
    const entries = ["chat", "edit", "delete", "react", "topic"] as const;
    const others = ["history", "members", "rooms", "auth", "kick", "mute", "ban"] as const;
    const costly = [...entries, ...others];
    for (let taken = 0; taken < 20; taken++) assertEquals(rates.take(costly[taken % 12]!, 0), 0);
    for (const what of costly) assertEquals(rates.take(what, 0), 200);
  });

  it("W13.3 what a limit beside it refuses is refused, and counts for a flood", () => {
    const asked: Counted[] = [];
    const limit = (what: Counted) => asked.push(what) > 1 ? 7 : 0;
    const rates = new Rates(new Allowance(LIMITS), limit, new Counts());
    assertEquals([rates.take("chat", 0), rates.take("typing", 0)], [0, 7]);
    assertEquals([asked, rates.refused], [["chat", "typing"], 1]);
  });

  it("W13.3 everything else shares a second bucket of ten times that", () => {
    const rates = makeRates();
    const others = ["join", "leave", "typing", "ping", "pong", "binary", "error"] as const;
    for (let taken = 0; taken < 200; taken++) assertEquals(rates.take(others[taken % 7]!, 0), 0);
    for (const what of others) assertEquals(rates.take(what, 0), 20);
    assertEquals(takeAll(rates, "chat", 0), 20);
  });

  it("W13.3 fifty rooms can be joined at once", () => {
    assert(takeAll(makeRates(), "join", 0) >= 50);
  });

  it("W11.3 typing, pong and binary are dropped without an answer, all else is answered", () => {
    for (const what of ["typing", "pong", "binary"] as const) assert(Rates.isDropped(what));
    const answered = ["chat", "history", "members", "rooms", "join", "leave", "ping", "error"];
    for (const what of answered) assert(!Rates.isDropped(what as Counted));
  });

  it("W13.3 more than 1000 refusals are a flood, of which 100 a second are forgiven", () => {
    const rates = makeRates();
    takeAll(rates, "chat", 0);
    for (let refusal = 1; refusal < 1000; refusal++) rates.take("chat", 0);
    assert(!rates.isFlooded);
    assertEquals(rates.take("join", 0), 0);
    for (let refusal = 0; refusal < 10; refusal++) rates.take("typing", 0);
    assert(!rates.isFlooded);
    assertEquals(rates.take("chat", 200), 0);
    for (let refusal = 0; refusal < 20; refusal++) rates.take("chat", 200);
    assert(!rates.isFlooded);
    rates.take("chat", 200);
    assert(rates.isFlooded);
  });
});
