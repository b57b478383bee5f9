import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client } from "./core/client.ts";
import { withCore } from "./core/core.ts";

const CLOSED = { code: 4000, reason: "heartbeat timeout" };
const pings = (client: Client) => client.takeAll("ping").length;

describe("session heartbeat", () => {
  it(
    "W12.1 ping every HEARTBEAT_MS with the server's time, for as long as it is answered",
    withCore(async (core) => {
      const alice = core.connect("alice", { hasHeartbeat: true });
      await core.settle();
      alice.take();
      await core.pass(24_750);
      assertEquals(alice.take(), []);
      await core.pass(250);
      const { ts } = alice.takeOne("ping");
      assertEquals(ts, core.clock.nowMs);
      alice.send({ type: "pong", ts });
      for (let beat = 0; beat < 3; beat++) {
        await core.pass(25_000);
        alice.send({ type: "pong", ts: alice.takeOne("ping").ts });
      }
      await core.pass(24_000);
      assertEquals(alice.take(), []);
      assertEquals(alice.socket.closedWith, undefined);
    }),
  );

  it(
    "W12.1 HEARTBEAT_GRACE_MS after an unanswered ping the connection is closed with 4000",
    withCore(async (core) => {
      const alice = core.connect("alice", { hasHeartbeat: true });
      await core.pass(34_750);
      assertEquals([pings(alice), alice.socket.closedWith], [1, undefined]);
      await core.pass(250);
      assertEquals(alice.socket.closedWith, CLOSED);
    }),
  );

  const signs: [name: string, send: (client: Client) => void][] = [
    ["a chat", (client) => client.send({ type: "chat", room: "a", text: "t" })],
    ["nonsense", (client) => client.session.text("nonsense")],
    ["a blank frame", (client) => client.session.text("\n")],
    ["a binary frame", (client) => client.session.binary(new Uint8Array())],
    ["a pong for another ping", (client) => client.send({ type: "pong", ts: 7 })],
  ];
  for (const [name, send] of signs) {
    it(
      `W12.1 ${name} counts as life`,
      withCore(async (core) => {
        const alice = core.connect("alice", { hasHeartbeat: true });
        await core.pass(30_000);
        send(alice);
        await core.pass(19_750);
        assertEquals(alice.socket.closedWith, undefined);
        await core.pass(10_250);
        assertEquals(alice.socket.closedWith, CLOSED);
      }),
    );
  }

  it(
    "W12.1 a grace longer than the interval: pings go on and do not put the end off",
    withCore(async (core) => {
      const alice = core.connect("alice", { hasHeartbeat: true });
      await core.pass(3250);
      assertEquals([pings(alice), alice.socket.closedWith], [3, undefined]);
      await core.pass(250);
      assertEquals(alice.socket.closedWith, CLOSED);
    }, { heartbeatMs: 1000, heartbeatGraceMs: 2500 }),
  );

  it(
    "W12.1 what was lost with the heartbeat is in its grace: the user is not gone at once",
    withCore(async (core) => {
      const alice = await core.enter("alice", "general", { hasHeartbeat: true });
      const bob = await core.enter("bob", "general");
      await core.pass(35_000);
      assertEquals(alice.socket.closedWith, CLOSED);
      bob.take();
      await core.pass(9000);
      assertEquals(bob.take(), []);
      await core.pass(2000);
      assertEquals(bob.takeOne("presence").left.map(({ user }) => user), ["alice"]);
    }),
  );

  it(
    "W12.2 without a heartbeat there is no ping and no close",
    withCore(async (core) => {
      const alice = core.connect("alice", { hasHeartbeat: false });
      await core.pass(120_000);
      assertEquals([pings(alice), alice.socket.closedWith], [0, undefined]);
    }),
  );

  it(
    "W12.3 a client's ping is answered with pong, ts and ref",
    withCore(async (core) => {
      const alice = core.connect("alice");
      await core.settle();
      alice.take();
      alice.send({ type: "ping" }, { type: "ping", ts: 5 }, { type: "ping", ts: 0, ref: "r" });
      alice.send({ type: "pong", ts: 1 });
      await core.settle();
      assertEquals(alice.take(), [
        { type: "pong" },
        { type: "pong", ts: 5 },
        { type: "pong", ts: 0, ref: "r" },
      ]);
    }),
  );
});
