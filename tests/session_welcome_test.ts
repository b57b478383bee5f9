import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { UserId } from "../src/protocol.ts";
import { withCore } from "./core/core.ts";

describe("session welcome", () => {
  it(
    "W8.1 welcome is the first message and says who one is and what is allowed",
    withCore(async (core) => {
      const alice = core.connect("alice", {
        expires: 1_800_000_000_000,
        seal: (user) => `sealed for ${user}`,
      });
      alice.send({ type: "ping", ts: 1 });
      await core.settle();
      assertEquals(alice.take(), [
        {
          type: "welcome",
          user: "alice",
          uid: "guest:alice" as UserId,
          session: "sealed for alice",
          expires: 1_800_000_000_000,
          heartbeatMs: 25_000,
          graceMs: 10_000,
          limits: {
            messageBytes: 16384,
            fileBytes: 10_485_760,
            rooms: 50,
            messagesPerSecond: 5,
            burst: 20,
            historyPage: 50,
            resume: 1000,
          },
          version: "1.2.3",
        },
        { type: "pong", ts: 1 },
      ]);
    }, { limits: { messagesPerSecond: 5, burst: 20 } }),
  );

  it(
    "W8.1 a credential without an end and without a session says null",
    withCore(async (core) => {
      const alice = core.connect("alice");
      await core.settle();
      const { expires, session } = alice.takeOne("welcome");
      assertEquals([expires, session], [null, null]);
    }),
  );

  it(
    "W8.2 W8.3 a taken name gets -2, and the session is sealed for the name that was given",
    withCore(async (core) => {
      const seal = (user: string) => `sealed for ${user}`;
      const [one, two, three] = ["one", "two", "three"].map((id) =>
        core.connect(id, { name: id === "three" ? "ALICE" : "alice", seal })
      );
      await core.settle();
      const given = [one, two, three].map((client) => {
        const { user, session } = client!.takeOne("welcome");
        return [user, session];
      });
      assertEquals(given, [
        ["alice", "sealed for alice"],
        ["alice-2", "sealed for alice-2"],
        ["ALICE-3", "sealed for ALICE-3"],
      ]);
    }),
  );

  it(
    "W8.2 a second connection of a user has the name of the first, and keeps it",
    withCore(async (core) => {
      const first = core.connect("alice");
      const second = core.connect("alice", { name: "eve" });
      first.drop();
      const third = core.connect("alice", { name: "mallory" });
      await core.settle();
      assertEquals(second.takeOne("welcome").user, "alice");
      assertEquals(third.takeOne("welcome").user, "alice");
    }),
  );

  it(
    "W8.2 a name is free when its user is gone, also while a room still waits for them",
    withCore(async (core) => {
      const alice = await core.enter("alice", "general");
      alice.drop();
      const thief = core.connect("thief", { name: "alice" });
      const back = core.connect("alice");
      await core.settle();
      assertEquals(thief.takeOne("welcome").user, "alice");
      assertEquals(back.takeOne("welcome").user, "alice-2");
    }),
  );

  it(
    "W15.1 the joined of the address's room follows the welcome",
    withCore(async (core) => {
      const alice = core.connect("alice", { path: "lobby" });
      alice.send({ type: "ping" });
      await core.settle();
      const messages = alice.take();
      assertEquals(messages.map(({ type }) => type), ["welcome", "joined", "pong"]);
    }),
  );

  it(
    "W15.1 with a room in the address, messages may leave it out",
    withCore(async (core) => {
      const alice = core.connect("alice", { path: "lobby" });
      const bob = await core.enter("bob", "lobby");
      alice.send({ type: "chat", text: "hi" }, { type: "typing" }, { type: "history" });
      alice.send({ type: "members" }, { type: "leave" }, { type: "chat", text: "gone" });
      await core.settle();
      const types = alice.take().map(({ type }) => type);
      assertEquals(types, ["welcome", "joined", "chat", "history", "members", "left", "error"]);
      assertEquals(bob.take().map(({ type }) => type), ["chat", "typing"]);
    }),
  );

  it(
    "W1.2 W1.3 a plain client gets a frame for each message, a batched one shares them",
    withCore(async (core) => {
      const plain = core.connect("plain", { isBatched: false });
      const batched = core.connect("batched");
      for (const client of [plain, batched]) {
        client.send({ type: "ping", ts: 1 }, { type: "ping", ts: 2 });
      }
      await core.settle();
      assertEquals(plain.takeFrames().slice(1), [
        '{"type":"pong","ts":1}',
        '{"type":"pong","ts":2}',
      ]);
      const frames = batched.takeFrames();
      assertEquals(frames.length, 1);
      assertEquals(String(frames[0]).split("\n").length, 3);
    }),
  );
});
