import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { Batch } from "../src/batch.ts";
import type { Sent } from "./core/client.ts";
import { Core, microtasks } from "./core/core.ts";
import { fuzz } from "./core/fuzz.ts";
import type { Call } from "./core/held_store.ts";

const room = fc.constantFrom("a", "b");
const message: fc.Arbitrary<Sent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("chat" as const), room, text: room }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("chat" as const),
      room,
      text: room,
      replyTo: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("join" as const), room }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("leave", "history", "members", "rooms", "ping"),
      room,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("chat", "join"), room: fc.nat() }) },
);
const call = fc.constantFrom<Call[]>("append", "append", "page", "head", "active");
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("send"), messages: fc.array(message) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("turn") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hold"), call }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release"), call }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fail"), call }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("recover") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clog"), bytes: fc.nat(300_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function run(steps: Step[], isDrained: boolean): Promise<void> {
  const core = new Core({ limits: { historyPage: 5 } });
  const client = core.connect("alice");
  const sent: string[] = [];
  for (const step of steps) {
    if (step.do === "send") {
      const messages = step.messages.map((message) => {
        sent.push(`r${sent.length}`);
        return { ...message, ref: sent.at(-1) };
      });
      if (messages.length > 0) client.sendTogether(...messages);
    } else if (step.do === "hold") core.store.hold(step.call);
    else if (step.do === "release") core.store.release(step.call);
    else if (step.do === "fail") core.store.fail(step.call);
    else if (step.do === "recover") core.store.recover();
    else if (step.do === "clog") {
      client.socket.clogged = step.bytes;
      // A socket fills only by what it is given.
      client.session.outbox.push(Batch.of('{"type":"pong"}'), "entry");
    } else core.scheduler.turn();
    await microtasks();
  }
  if (isDrained) core.hub.drain();
  core.store.recover();
  client.socket.clogged = 0;
  const answered: string[] = [];
  for (let tries = 0; tries < 20; tries++) {
    await core.retry();
    for (const message of client.take()) {
      if (!("ref" in message) || message.ref === undefined) continue;
      assert(message.type !== "error" || message.code !== "RATE_LIMITED");
      answered.push(message.ref);
    }
  }
  assertEquals(answered, sent);
  assertEquals(client.socket.closedWith?.code, isDrained ? 1012 : undefined);
  await core.assertNothingLeft();
}

describe("session order, fuzzed", () => {
  const steps = fc.array(step, { maxLength: 30, size: "max" });

  it("W3.1 W3.2 every request is answered once and in its turn, whatever the store does", async () => {
    await fuzz(fc.asyncProperty(steps, (steps) => run(steps, false)));
  });

  it("W13.2 what waits when the server goes down is answered before the close", async () => {
    await fuzz(fc.asyncProperty(steps, (steps) => run(steps, true)));
  });
});
