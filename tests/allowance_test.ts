import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Allowances } from "../src/allowance.ts";
import type { Limits } from "../src/protocol.ts";

const LIMITS = { messagesPerSecond: 5, burst: 20 } as Limits;

describe("allowances", () => {
  it("W13.3 all connections of a token's user share one, each guest's has its own", () => {
    const allowances = new Allowances(LIMITS);
    assertStrictEquals(allowances.take("ada", 0), allowances.take("ada", 0));
    assertNotStrictEquals(allowances.take("ada", 0), allowances.take("bob", 0));
    assertNotStrictEquals(allowances.take("guest:a", 0), allowances.take("guest:a", 0));
    assertEquals(allowances.size, 2);
  });

  it("W13.3 going and coming back does not fill it", () => {
    const allowances = new Allowances(LIMITS);
    const first = allowances.take("ada", 0);
    while (first.take("chat", 0) === 0);
    allowances.release("ada");
    allowances.sweep(3999);
    const again = allowances.take("ada", 3999);
    assertStrictEquals(again, first);
    allowances.release("ada");
    allowances.sweep(4000);
    assertEquals(allowances.size, 0);
  });

  it("an allowance is kept while a connection of its user is there", () => {
    const allowances = new Allowances(LIMITS);
    allowances.take("ada", 0);
    allowances.take("ada", 0);
    allowances.release("ada");
    allowances.release("guest:nobody");
    allowances.sweep(1000);
    assertEquals(allowances.size, 1);
    allowances.release("ada");
    allowances.take("ada", 1000);
    allowances.sweep(2000);
    assertEquals(allowances.size, 1);
  });
});
