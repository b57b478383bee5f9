import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../../src/protocol.ts";
import type { Core } from "../core/core.ts";
import { type Several, withSeveral } from "../core/several.ts";

const LIMITS = { limits: { messagesPerSecond: 5, burst: 20 } };
const ADA = { uid: "ada", name: "ada" };

/** How many of a hundred messages are done that somebody sends by turns over these. */
async function spend(several: Several, cores: Core[]): Promise<number> {
  const clients = [];
  for (const core of cores) {
    clients.push(await core.enter("ada", "r", ADA));
    await several.settle();
  }
  for (let index = 0; index < 100; index++) {
    clients[index % clients.length]!.send({ type: "history", room: "r" });
    await several.settle();
  }
  return clients.flatMap((client) => client.takeAll("history")).length;
}

describe("the allowance of a user on several instances", () => {
  it(
    "W21.7 W13.3 is one: what is taken on an instance is gone on the others",
    withSeveral(3, async (several) => {
      assertEquals(await spend(several, several.cores), 20);
      // And it fills at the rate of one.
      await several.pass(1000);
      assertEquals(await spend(several, several.cores), 5);
    }, LIMITS),
  );

  it(
    "W21.7 W13.3 what was taken before somebody came to another instance is gone there too",
    withSeveral(2, async (several, one, two) => {
      assertEquals(await spend(several, [one]), 20);
      assertEquals(await spend(several, [two]), 0);
    }, LIMITS),
  );

  it(
    "W21.7 is told to those instances alone where the user spends",
    withSeveral(3, async (several, one, two) => {
      for (const name of ["i1", "i2", "i3"]) several.bus.takeTypes(name);
      await spend(several, [one, two]);
      assertEquals(several.bus.takeTypes("i3").includes("spending"), false);
    }, LIMITS),
  );

  it(
    "W21.8 instances that can't hear each other allow it each",
    withSeveral(2, async (several) => {
      several.bus.cut("i2");
      assertEquals(await spend(several, several.cores), 40);
    }, LIMITS),
  );

  it(
    "W21.7 an instance that comes later knows who spends on the others",
    withSeveral(1, async (several, one) => {
      const client = await one.enter("ada", "r", ADA);
      const two = await several.start();
      assertEquals(await spend(several, [two]), 20);
      client.send({ type: "history", room: "r" });
      await several.settle();
      assertEquals(client.takeAll("error").map(({ code }) => code), ["RATE_LIMITED"]);
    }, LIMITS),
  );

  it(
    "W21.7 what was told of already is not taken once more when an instance misses a word",
    withSeveral(2, async (several, one, two) => {
      const first = await one.enter("ada", "r", ADA);
      await several.settle();
      const second = await two.enter("ada", "r", ADA);
      await several.pass(1250);
      for (let count = 0; count < 8; count++) first.send({ type: "history", room: "r" });
      await several.settle();
      several.bus.fate = () => "lost";
      two.connect("somebody");
      await several.settle();
      several.bus.fate = () => "arrives";
      two.connect("another");
      await several.settle();
      assertEquals(one.hub.instances!.of("guest:somebody" as UserId)?.user, "somebody");
      for (let count = 0; count < 20; count++) second.send({ type: "history", room: "r" });
      await several.settle();
      assertEquals(second.takeAll("history").length, 12);
    }, { limits: { messagesPerSecond: 1, burst: 20 } }),
  );

  it(
    "W21.7 an instance that is met while somebody spends there is told what is gone",
    withSeveral(1, async (several, one) => {
      assertEquals(await spend(several, [one]), 20);
      several.bus.cut("i2");
      const two = await several.start();
      const client = await two.enter("ada", "r", ADA);
      several.bus.mend("i2");
      await several.pass(1250);
      client.send(
        { type: "history", room: "r" },
        ...Array(19).fill({ type: "history", room: "r" }),
      );
      await several.settle();
      assertEquals(client.takeAll("history").length < 20, true);
    }, { limits: { messagesPerSecond: 1, burst: 20 } }),
  );
});
