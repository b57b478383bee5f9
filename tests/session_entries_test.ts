import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { Client, Sent } from "./core/client.ts";
import { type ConnectOptions, type Core, withCore } from "./core/core.ts";

const ROOM = "general";
const MODERATOR: ConnectOptions = {
  uid: "mo",
  grants: [{ pattern: ROOM, permissions: ["moderate"], from: 0 }],
};
const READER: ConnectOptions = {
  uid: "reader",
  grants: [{ pattern: ROOM, permissions: ["read"], from: 0 }],
};

const chat = (text: string): Sent => ({ type: "chat", room: ROOM, text });
const edit = (of: number, text: string, ref?: string): Sent => ({
  ...{ type: "edit", room: ROOM, of, text },
  ...(ref !== undefined && { ref }),
});
const react = (of: number, emoji: string, on = true): Sent => ({
  ...{ type: "react", room: ROOM, of, emoji, on },
});
const remove = (of: number): Sent => ({ type: "delete", room: ROOM, of });
const topic = (text: string): Sent => ({ type: "topic", room: ROOM, text });

/** Sends them and takes what they are answered with. */
async function ask(core: Core, client: Client, ...messages: Sent[]) {
  client.send(...messages.map((message) => ({ ref: crypto.randomUUID(), ...message })));
  await core.settle();
  return client.take().filter((message) => "ref" in message)
    .map((answer) => answer.type === "error" ? answer.code : answer.type);
}

/** Alice has said "one", and Bob hears. */
function withOne(run: (core: Core, alice: Client, bob: Client) => unknown) {
  return withCore(async (core) => {
    const alice = await core.enter("alice", ROOM);
    const bob = await core.enter("bob", ROOM);
    alice.send(chat("one"));
    await core.settle();
    alice.take();
    bob.take();
    await run(core, alice, bob);
  });
}

describe("session entries", () => {
  it(
    "W4.1 W4.2 W7.1 every kind is the same for all, after the sender's ack, and without the ref",
    withOne(async (core, alice, bob) => {
      const mo = await core.enter("mo", ROOM, MODERATOR);
      alice.send({ ...edit(1, "uno"), ref: "a" }, { ...react(1, "👍"), ref: "b" });
      alice.send({ ...react(1, "👍", false), ref: "c" }, { ...remove(1), ref: "d" });
      mo.send(topic("news"));
      await core.settle();
      const by = { room: ROOM, ts: core.clock.nowMs, uid: "guest:alice", user: "alice" };
      const at = (type: string, seq: number) => {
        const { room, ts, uid, user } = by;
        return { type, room, seq, ts, uid, user };
      };
      const entries = [
        { ...at("edited", 2), of: 1, text: "uno" },
        { ...at("reaction", 3), of: 1, emoji: "👍", on: true },
        { ...at("reaction", 4), of: 1, emoji: "👍", on: false },
        { ...at("deleted", 5), of: 1 },
        { ...at("topic", 6), uid: "mo", user: "mo", text: "news" },
      ].map((entry) => JSON.stringify(entry));
      assertEquals(bob.takeFrames().flatMap((frame) => String(frame).split("\n")), entries);
      const ack = (ref: string, seq: number) => ({ type: "ack", ref, room: ROOM, seq, ts: by.ts });
      const acks = [ack("a", 2), ack("b", 3), ack("c", 4), ack("d", 5)];
      assertEquals(alice.take(), [...acks, ...entries.map((line) => JSON.parse(line))] as never);
    }),
  );

  it(
    "W4.5 W4.6 W4.9 who may not, and what is not there, is refused with its ref and room",
    withOne(async (core, alice, bob) => {
      bob.send({ ...edit(1, "mine"), ref: "r" });
      await core.settle();
      assertEquals(bob.take(), [{
        type: "error",
        code: "FORBIDDEN",
        message: "only its author may edit message 1",
        room: ROOM,
        ref: "r",
      }]);
      bob.send({ ...edit(2, "nothing"), ref: "r" });
      await core.settle();
      const message = "there is no message 2 in general";
      assertEquals(bob.take(), [
        { type: "error", code: "NOT_FOUND", message, room: ROOM, ref: "r" },
      ]);
      const mo = await core.enter("mo", ROOM, MODERATOR);
      assertEquals(await ask(core, bob, remove(1), topic("x")), ["FORBIDDEN", "FORBIDDEN"]);
      assertEquals(await ask(core, mo, edit(1, "x"), remove(1)), ["FORBIDDEN", "ack"]);
      const late = [edit(1, "x"), remove(1), react(1, "👍")];
      assertEquals(await ask(core, alice, ...late), ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
    }),
  );

  it(
    "W10.4 W10.7 every kind needs a member who may write and is not muted",
    withOne(async (core, _, bob) => {
      const all = [edit(1, "x"), remove(1), react(1, "👍"), topic("x")];
      const four = (code: string) => all.map(() => code);
      const stranger = await core.enter("root", "other", { uid: "root", isAdmin: true });
      assertEquals(await ask(core, stranger, ...all), four("NOT_JOINED"));
      const reader = await core.enter("reader", ROOM, READER);
      assertEquals(await ask(core, reader, ...all), four("FORBIDDEN"));
      const mo = await core.enter("mo", ROOM, MODERATOR);
      for (const uid of ["guest:bob", "mo"]) {
        await core.hub.sanctions.mute(ROOM, uid, Infinity, "mo");
      }
      for (const client of [bob, mo]) {
        client.take();
        assertEquals(await ask(core, client, ...all), four("FORBIDDEN"));
      }
      const nobody = await core.enter("nobody", "mine", {
        uid: "nobody",
        grants: [{ pattern: "mine", permissions: ["write"], from: 0 }],
      });
      assertEquals(await ask(core, nobody, ...all), four("NOT_FOUND"));
    }),
  );

  it(
    "W4.7 a reaction that changes nothing is acknowledged where it was, and nobody hears of it",
    withOne(async (core, alice, bob) => {
      const answers = await ask(core, bob, react(1, "👍", false), react(1, "👍"), react(1, "👍"));
      assertEquals(answers, ["ack", "ack", "ack"]);
      assertEquals(alice.takeAll("reaction").map(({ seq }) => seq), [2]);
      bob.send({ ...react(1, "👍"), ref: "again" });
      await core.settle();
      assertEquals(bob.takeOne("ack").seq, 2);
      const many = Array.from({ length: 32 }, (_, index) => react(1, `e${index}`));
      assertEquals((await ask(core, bob, ...many)).at(-1), "CONFLICT");
    }),
  );

  it(
    "W4.9 W7.2 of what races in one commit the first wins, and a retry is done once",
    withOne(async (core, alice, bob) => {
      const mo = await core.enter("mo", ROOM, MODERATOR);
      alice.send({ ...edit(1, "first"), ref: "e" }, { ...edit(1, "ignored"), ref: "e" });
      mo.send({ ...remove(1), ref: "d" });
      alice.send({ ...edit(1, "late"), ref: "l" }, { ...edit(1, "again"), ref: "e" });
      await core.settle();
      assertEquals(core.store.appends.at(-1), 5);
      const told = alice.take().map((message) =>
        message.type === "error" ? message.code : "ref" in message ? message.ref : message.type
      );
      assertEquals(told, ["e", "e", "NOT_FOUND", "e", "edited", "deleted"]);
      assertEquals(bob.take().map(({ type }) => type), ["edited", "deleted"]);
    }),
  );

  it(
    "W10.5 what is hidden from somebody is not there to be changed by them",
    withOne(async (core) => {
      core.clock.advance(1000);
      const grants = [{
        pattern: ROOM,
        permissions: ["moderate" as const],
        from: core.clock.nowMs,
      }];
      const late = await core.enter("late", ROOM, { uid: "late", grants });
      late.send(chat("two"));
      await core.settle();
      const answers = await ask(core, late, react(1, "👍"), remove(1), react(2, "👍"), remove(2));
      assertEquals(answers, ["NOT_FOUND", "NOT_FOUND", "ack", "ack"]);
    }),
  );

  it(
    "W4.8 the topic is told in joined and rooms",
    withCore(async (core) => {
      const mo = await core.enter("mo", ROOM, MODERATOR);
      for (const text of ["news", ""]) {
        mo.send(topic(text), { type: "join", room: ROOM }, { type: "rooms" });
        await core.settle();
        const [entry, joined, listed] = mo.take();
        assertEquals([entry?.type, joined?.type, listed?.type], ["topic", "joined", "rooms"]);
        assertEquals(joined?.type === "joined" && joined.topic, text);
        assertEquals(listed?.type === "rooms" && listed.rooms[0]?.topic, text);
      }
    }),
  );

  it(
    "W5.10 history and joined show the present form, with the asker's own reactions",
    withOne(async (core, alice, bob) => {
      alice.send(chat("two"), edit(1, "uno"), react(1, "👍"), remove(2));
      await core.settle();
      const ts = core.clock.nowMs;
      for (const [client, mine] of [[alice, true], [bob, false]] as const) {
        client.take();
        client.send({ type: "history", room: ROOM }, { type: "join", room: ROOM });
        await core.settle();
        for (const answer of client.take()) {
          if (answer.type !== "history" && answer.type !== "joined") throw new Error(answer.type);
          const about = { type: "chat", room: ROOM, ts, uid: "guest:alice", user: "alice" };
          const users = [{ uid: "guest:alice", user: "alice" }];
          const reactions = [{ emoji: "👍", count: 1, mine, users }];
          assertEquals(answer.messages, [
            { ...about, seq: 1, text: "uno", editedTs: ts, reactions },
            { ...about, seq: 2, text: "", deleted: true },
          ] as never);
          assertEquals([answer.seq, answer.more], [5, false]);
        }
      }
    }),
  );

  it(
    "W5.3 W4.2 a resume brings every kind as it was live, but for texts that are gone",
    withOne(async (core, alice, bob) => {
      alice.send(chat("two"), edit(1, "uno"), react(1, "👍"), remove(2));
      await core.settle();
      const live = bob.take();
      bob.send({ type: "join", room: ROOM, since: { epoch: "epoch-1", seq: 1 } });
      await core.settle();
      const { messages, gap } = bob.takeOne("joined");
      const gone = { text: "", deleted: true };
      assertEquals([messages, gap], [[{ ...live[0], ...gone }, ...live.slice(1)], false] as never);
    }),
  );
});

describe("a join while entries come", () => {
  it(
    "W5.9 W5.10 what its page shows already is not sent again, what is later follows",
    withOne(async (core, alice) => {
      core.store.hold("page");
      const carol = core.connect("carol");
      carol.send({ type: "join", room: ROOM });
      await core.settle();
      alice.send(edit(1, "uno"), chat("two"));
      await core.settle();
      core.store.hold("page", "after");
      core.store.release("page", 1);
      await core.settle();
      core.store.release("page");
      await core.settle();
      alice.send(react(3, "👍"));
      await core.settle();
      const [, joined, ...later] = carol.take();
      if (joined?.type !== "joined") throw new Error(joined?.type);
      const shown = joined.messages.map((message) => "text" in message && message.text);
      assertEquals([joined.seq, shown], [3, ["uno", "two"]]);
      assertEquals(later.map(({ type }) => type), ["reaction"]);
    }),
  );

  it(
    "W5.9 the same where the store tells of the page before it tells of the commit",
    withOne(async (core, alice) => {
      const mo = await core.enter("mo", ROOM, MODERATOR);
      core.store.hold("append", "after");
      alice.send(edit(1, "uno"));
      mo.send(topic("news"));
      await core.settle();
      const carol = core.connect("carol");
      carol.send({ type: "join", room: ROOM });
      await core.settle();
      core.store.release("append");
      await core.settle();
      alice.send(chat("two"));
      await core.settle();
      const [, joined, ...later] = carol.take();
      if (joined?.type !== "joined") throw new Error(joined?.type);
      assertEquals([joined.seq, joined.topic, later.map(({ type }) => type)], [3, "news", [
        "chat",
      ]]);
    }),
  );

  it(
    "W5.9 what came after the page was read follows, also what was held back",
    withOne(async (core, alice) => {
      core.store.hold("page", "after");
      const carol = core.connect("carol");
      carol.send({ type: "join", room: ROOM });
      await core.settle();
      alice.send(edit(1, "uno"), chat("two"));
      await core.settle();
      core.store.release("page");
      await core.settle();
      const [, joined, ...later] = carol.take();
      assertEquals(joined?.type === "joined" && joined.seq, 1);
      assertEquals(later.map(({ type }) => type), ["edited", "chat"]);
    }),
  );
});
