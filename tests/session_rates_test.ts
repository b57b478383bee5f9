import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client, Sent } from "./core/client.ts";
import { type CoreOptions, withCore } from "./core/core.ts";

const ROOM = "general";
const DEFAULT: CoreOptions = { limits: { messagesPerSecond: 5, burst: 20 } };
const CHAT: Sent = { type: "chat", room: ROOM, text: "hi", ref: "r" };

const errors = (client: Client) => client.takeAll("error").map(({ code }) => code);

describe("session rates", () => {
  for (const type of ["chat", "direct", "nick", "history", "members", "rooms"] as const) {
    it(
      `W13.3 ${type} over its rate is RATE_LIMITED with retryAfterMs, and not done`,
      withCore(async (core) => {
        const alice = await core.enter("alice", ROOM);
        await core.enter("bob", ROOM);
        for (let count = 1; count <= 21; count++) {
          alice.send({ ...CHAT, to: "bob", name: "alice", type, ref: `r${count}` });
        }
        await core.settle();
        const { code, retryAfterMs, ref } = alice.takeAll("error")[0]!;
        assertEquals([code, retryAfterMs, ref], ["RATE_LIMITED", 200, "r21"]);
        const stored = core.store.appends.reduce((sum, drafts) => sum + drafts, 0);
        assertEquals(stored, type === "chat" || type === "direct" ? 20 : 0);
        core.clock.advance(199);
        alice.send({ ...CHAT, to: "bob", name: "alice", type });
        await core.settle();
        assertEquals(alice.takeAll("error").map(({ retryAfterMs }) => retryAfterMs), [1]);
        core.clock.advance(1);
        alice.send({ ...CHAT, to: "bob", name: "alice", type });
        await core.settle();
        assertEquals(errors(alice), []);
      }, DEFAULT),
    );
  }

  it(
    "W13.3 everything else draws on a second bucket of ten times that",
    withCore(async (core) => {
      const alice = core.connect("alice");
      const others: Sent[] = [
        { type: "join", room: ROOM },
        { type: "leave", room: ROOM },
        { type: "ping" },
        { type: "chat", room: ROOM },
        { type: "x" as "chat" },
      ];
      for (let count = 0; count < 200; count++) alice.send(others[count % 5]!);
      await core.settle();
      assert(!errors(alice).includes("RATE_LIMITED"));
      alice.send({ type: "join", room: ROOM, ref: "r" }, { type: "rooms" });
      await core.settle();
      const [limited, rooms] = alice.take();
      assert(limited?.type === "error" && rooms?.type === "rooms");
      const { code, retryAfterMs, ref } = limited;
      assertEquals([code, retryAfterMs, ref], ["RATE_LIMITED", 20, "r"]);
      assertEquals(alice.session.rooms.size, 0);
    }, DEFAULT),
  );

  it(
    "W13.3 fifty rooms can be joined at once",
    withCore(async (core) => {
      await core.enter("alice", Array.from({ length: 50 }, (_, index) => `room${index}`));
    }, DEFAULT),
  );

  it(
    "W3.2 a refusal for its rate keeps its place among the answers",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.hold("append");
      for (let count = 1; count <= 21; count++) alice.send({ ...CHAT, ref: `r${count}` });
      alice.send({ type: "ping", ref: "p" });
      await core.settle();
      assertEquals(alice.take(), []);
      core.store.release("append");
      await core.settle();
      const refs = alice.take().flatMap((message) => "ref" in message ? [message.ref] : []);
      assertEquals(refs.slice(-3), ["r20", "r21", "p"]);
    }, DEFAULT),
  );

  const floods: [name: string, send: (client: Client) => void][] = [
    ["chats", (client) => client.send(CHAT)],
    ["typings", (client) => client.send({ type: "typing", room: ROOM })],
    ["pongs", (client) => client.send({ type: "pong" })],
    ["nonsense", (client) => client.session.text("nonsense")],
    ["blank frames", (client) => client.session.text("\n")],
    ["binary frames", (client) => client.session.binary(new Uint8Array([0]))],
  ];
  for (const [name, send] of floods) {
    it(
      `W13.3 more than 1000 refusals in a row, of ${name}, close 4008`,
      withCore(async (core) => {
        const alice = await core.enter("alice", ROOM);
        const isFirst = name === "chats";
        const allowed = isFirst ? 1 : 9;
        for (let count = 0; count < allowed + 1000; count++) {
          send(alice);
          if (count % 100 === 99) {
            await core.settle();
            alice.take();
          }
        }
        await core.settle();
        assertEquals(alice.socket.closedWith, undefined);
        send(alice);
        assertEquals(alice.socket.closedWith, { code: 4008, reason: "rate limited" });
        send(alice);
        await core.settle();
        assertEquals(core.hub.rooms.get(ROOM as never)?.size, 0);
        assertEquals(core.store.appends.length, isFirst ? 1 : 0);
      }, { limits: { messagesPerSecond: 1, burst: 1 } }),
    );
  }

  it(
    "W13.3 a client that is refused 90 times a second is no flood",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      for (let second = 0; second < 60; second++) {
        for (let count = 0; count < 90; count++) alice.send(CHAT);
        await core.settle();
        alice.take();
        core.clock.advance(1000);
      }
      assertEquals(alice.socket.closedWith, undefined);
    }, { limits: { messagesPerSecond: 1, burst: 1 } }),
  );
});
