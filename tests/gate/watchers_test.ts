import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { AddressLimits } from "../../src/gate/limit.ts";
import { Proxies } from "../../src/gate/proxies.ts";
import { hashToken } from "../../src/gate/token.ts";
import { Watchers } from "../../src/gate/watchers.ts";
import { HERE, HOST, NOW, TOKEN } from "./make_gate.ts";

describe("W15.11 a guess at METRICS_TOKEN", () => {
  it("counts as any other, and W21.7 is told of to other instances while it is looked at", async () => {
    const [guesses, penalties] = [[] as string[], [] as [string, number][]];
    const watchers = new Watchers({
      proxies: new Proxies([], () => {}),
      limits: new AddressLimits({ connects: 1000, limits: { messagesPerSecond: 5, burst: 20 } }),
      tokenHash: hashToken(TOKEN),
      now: () => NOW,
      penalized: (address, ms) => penalties.push([address, ms]),
      guessed: (network) => guesses.push(network),
    });
    const status = async (token: string) => {
      const headers = { host: HOST, authorization: `Bearer ${token}` };
      const refused = await watchers.check(
        new Request(`http://${HOST}/metrics`, { headers }),
        HERE,
      );
      return refused?.status;
    };
    const statuses: unknown[] = [await status(TOKEN)];
    for (let guess = 0; guess < 12; guess++) statuses.push(await status(`guess-${guess}`));
    assertEquals(statuses, [undefined, ...Array(11).fill(401), 429]);
    assertEquals(await status(TOKEN), 429);
    assertEquals(guesses, Array(11).fill(HERE));
    assertEquals(penalties, [[HERE, 1000]]);
  });
});
