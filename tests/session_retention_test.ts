import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Retention } from "../src/retention.ts";
import { type Core, withCore } from "./core/core.ts";

const ROOM = "general";

/** Cuts all logs of the core down to their newest so many. */
async function cut(core: Core, messages: number) {
  const retention = new Retention({
    store: core.store,
    limits: { days: 0, messages, bytes: 0 },
    now: core.clock.now,
    cut: (room, first) => core.hub.cut(room, first),
    failed: (error) => core.faults.push(error),
  });
  await retention.run();
}

async function say(core: Core, count: number) {
  const alice = core.clients[0]!;
  for (let n = 0; n < count; n++) alice.send({ type: "chat", room: ROOM, text: "x" });
  await core.settle();
  alice.take();
}

describe("a room that is cut while people are in it", () => {
  it(
    "W5.1 W5.8 says the oldest seq that is kept, in joined and in history",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await say(core, 8);
      await cut(core, 3);
      alice.send({ type: "history", room: ROOM }, { type: "history", room: ROOM, before: 5 });
      await core.settle();
      const [newest, older] = alice.take();
      assert(newest?.type === "history" && older?.type === "history");
      assertEquals([newest.first, newest.messages.length, newest.more], [6, 3, false]);
      assertEquals([older.first, older.messages.length, older.more], [6, 0, false]);

      const bob = core.connect("bob");
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      const [, joined] = bob.take();
      assert(joined?.type === "joined");
      assertEquals([joined.seq, joined.first, joined.messages.length], [8, 6, 3]);

      await say(core, 1);
      await cut(core, 1);
      const { epoch } = joined;
      bob.send(
        ...[9, 8, 7].map((seq) => ({ type: "join" as const, room: ROOM, since: { epoch, seq } })),
      );
      await core.settle();
      const again = bob.take().filter((message) => message.type === "joined");
      assertEquals(again.map(({ seq, first, gap }) => [seq, first, gap]), [
        ...[[9, 9, false], [9, 9, false], [9, 9, true]],
      ]);
      assertEquals(again.map(({ messages }) => messages.length), [0, 1, 1]);
    }),
  );

  it(
    "W5.1 W5.4 says what is true when it is cut while a joined is being made",
    withCore(async (core) => {
      await core.enter("alice", ROOM);
      await say(core, 8);
      core.store.hold("replay");
      const bob = core.connect("bob");
      bob.send({ type: "join", room: ROOM, since: { epoch: "epoch-1", seq: 2 } });
      await core.settle();
      await cut(core, 3);
      core.store.release("replay");
      await core.settle();
      const [, joined] = bob.take();
      assert(joined?.type === "joined");
      assertEquals([joined.gap, joined.first, joined.seq], [true, 6, 8]);
      assertEquals(joined.messages.map(({ seq }) => seq), [6, 7, 8]);
    }),
  );

  it(
    "W5.1 says what is true when it is cut while its room is opened",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      await say(core, 8);
      alice.send({ type: "leave", room: ROOM });
      await core.settle();
      // At the second look it is let go of.
      for (let looks = 0; looks < 2; looks++) core.hub.sweep();
      assertEquals(core.hub.rooms.has(ROOM), false);
      core.store.hold("head", "after");
      const bob = core.connect("bob");
      bob.send({ type: "join", room: ROOM });
      await core.settle();
      await cut(core, 3);
      core.store.release("head");
      await core.settle();
      const [, joined] = bob.take();
      assert(joined?.type === "joined");
      assertEquals([joined.first, joined.seq], [6, 8]);
    }),
  );
});
