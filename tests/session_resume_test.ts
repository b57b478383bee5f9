import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName } from "../src/protocol.ts";
import { StoreError } from "../src/store/store.ts";
import { type Client, messagesOf } from "./core/client.ts";
import { type Core, type CoreOptions, withCore } from "./core/core.ts";

const ROOM = "general";
const chat = (text: string) => ({ type: "chat" as const, room: ROOM, text });
const join = (seq: number, epoch = "epoch-1") => ({
  type: "join" as const,
  room: ROOM,
  since: { epoch, seq },
});

/** A room in which alice has said `entries` times something. */
function withLog(
  entries: number,
  run: (core: Core, alice: Client) => unknown,
  options: CoreOptions = {},
) {
  return withCore(async (core) => {
    const alice = await core.enter("alice", ROOM);
    for (let seq = 1; seq <= entries; seq++) alice.send(chat(String(seq)));
    await core.settle();
    alice.take();
    await run(core, alice);
  }, options);
}

/** What joined says when somebody new joins with this. */
async function resume(core: Core, message: ReturnType<typeof join>) {
  const bob = core.connect(`bob-${core.clients.length}`);
  bob.send(message);
  await core.settle();
  const [, joined] = bob.take();
  assert(joined?.type === "joined", `no joined: ${JSON.stringify(joined)}`);
  return joined;
}

const seqs = ({ messages }: { messages: { seq: number }[] }) => messages.map(({ seq }) => seq);

describe("session resume", () => {
  it(
    "W5.3 P3 with a since that fits come all later entries, without gap and more",
    withLog(8, async (core) => {
      for (const [since, later] of [[5, [6, 7, 8]], [7, [8]], [8, []]] as const) {
        const joined = await resume(core, join(since));
        assertEquals(seqs(joined), [...later]);
        assertEquals([joined.seq, joined.first, joined.gap, joined.more], [8, 1, false, false]);
      }
      const whole = await resume(core, join(0));
      assertEquals(seqs(whole), [1, 2, 3, 4, 5, 6, 7, 8]);
      assert(!whole.gap && !whole.more);
    }, { limits: { historyPage: 2 } }),
  );

  it(
    "W5.3 a since at the head needs no store",
    withLog(3, async (core) => {
      core.store.fail("replay");
      core.store.fail("page");
      assertEquals(seqs(await resume(core, join(3))), []);
    }),
  );

  it(
    "W5.5 in a room without a log, its epoch and seq 0 fit and any other is a gap",
    withCore(async (core) => {
      const first = await resume(core, join(0, "unknown"));
      assertEquals([first.gap, first.seq, first.epoch], [true, 0, "epoch-1"]);
      assertEquals((await resume(core, join(0))).gap, false);
      assertEquals((await resume(core, join(1))).gap, true);
    }),
  );

  for (
    const [why, since, options] of [
      ["the epoch is another", join(8, "epoch-2"), {}],
      ["since.seq is above the head", join(9), {}],
      ["more than RESUME_LIMIT entries were missed", join(4), { limits: { resume: 3 } }],
    ] as const
  ) {
    it(
      `W5.4 gap with the newest page when ${why}`,
      withLog(8, async (core) => {
        const joined = await resume(core, since);
        assertEquals(seqs(joined), [7, 8]);
        assertEquals([joined.gap, joined.more, joined.seq], [true, true, 8]);
      }, { limits: { historyPage: 2, ...("limits" in options ? options.limits : {}) } }),
    );
  }

  it(
    "W5.4 as many as RESUME_LIMIT missed entries are no gap",
    withLog(8, async (core) => {
      assertEquals(seqs(await resume(core, join(5))), [6, 7, 8]);
    }, { limits: { resume: 3, historyPage: 1 } }),
  );

  it(
    "W5.4 gap when since.seq is below first − 1, none at first − 1",
    withLog(8, async (core, alice) => {
      alice.drop(1000);
      await core.pass(1000);
      await core.store.retain({ since: -Infinity, messages: 5, bytes: Infinity });
      const fits = await resume(core, join(3));
      assertEquals([fits.gap, fits.first, seqs(fits)], [false, 4, [4, 5, 6, 7, 8]]);
      const gap = await resume(core, join(2));
      assertEquals([gap.gap, gap.first, seqs(gap)], [true, 4, [4, 5, 6, 7, 8]]);
    }),
  );

  it(
    "W5.4 W2.4 gap when more was missed than fits one frame, and the page fits one",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      for (let seq = 1; seq <= 70; seq++) {
        alice.send(chat("x".repeat(16_000)));
        if (seq % 20 === 0) {
          await core.settle();
          alice.take();
        }
      }
      await core.settle();
      alice.take();
      const bob = core.connect("bob");
      bob.send(join(0), join(30));
      await core.settle();
      const [welcomed = ""] = bob.takeFrames().map(String);
      await core.retry();
      const [resumed = ""] = bob.takeFrames().map(String);
      assert(welcomed.length <= 1_000_000 && resumed.length <= 1_000_000);
      const [, gap] = messagesOf(welcomed);
      const [fits] = messagesOf(resumed);
      assert(gap?.type === "joined" && fits?.type === "joined");
      assertEquals([gap.gap, gap.more, seqs(gap).at(-1)], [true, true, 70]);
      assertEquals([fits.gap, fits.more, seqs(fits).length], [false, false, 40]);
    }, { limits: { historyPage: 100 } }),
  );

  it(
    "W5.5 a malformed since is INVALID_FIELD, and joins nothing",
    withCore(async (core) => {
      const alice = core.connect("alice");
      alice.send({ type: "join", room: ROOM, since: { epoch: "e" }, ref: "r" });
      await core.settle();
      const [, error] = alice.take();
      assert(error?.type === "error");
      assertEquals([error.code, error.ref, error.room], ["INVALID_FIELD", "r", ROOM]);
      assertEquals(alice.session.rooms.size, 0);
    }),
  );

  it(
    "W5.9 P3 entries that come while a replay is read follow it once and in order",
    withLog(4, async (core, alice) => {
      for (const where of ["before", "after"] as const) {
        const head = core.hub.rooms.get(ROOM as RoomName)!.head.seq;
        core.store.hold("replay", where);
        const bob = core.connect(`bob-${where}`);
        bob.send(join(2));
        await core.settle();
        for (let more = 1; more <= 3; more++) {
          alice.send(chat("meanwhile"));
          await core.settle();
        }
        core.store.release("replay");
        await core.settle();
        const [, joined, ...live] = bob.take();
        assert(joined?.type === "joined");
        assertEquals([joined.seq, seqs(joined).at(-1)], [head, head]);
        assertEquals(seqs(joined).length, head - 2);
        const later = live.map((entry) => entry.type === "chat" && entry.seq);
        assertEquals(later, [head + 1, head + 2, head + 3]);
      }
    }),
  );

  it(
    "W5.9 an entry that is in the store, but not yet told, comes once behind the joined",
    withLog(2, async (core, alice) => {
      core.store.hold("append", "after");
      alice.send(chat("three"));
      await core.settle();
      const joined = await resume(core, join(0));
      assertEquals([joined.seq, seqs(joined)], [2, [1, 2]]);
      core.store.release("append");
      await core.settle();
      assertEquals(core.clients.at(-1)?.takeOne("chat").seq, 3);
    }),
  );

  it(
    "W5.9 a second join is not behind a first that told what is not yet told live",
    withLog(2, async (core) => {
      const root = await core.enter("root", ROOM, { uid: "root", isAdmin: true });
      core.store.hold("append", "after");
      root.send({ type: "topic", room: ROOM, text: "three" });
      await core.settle();
      const bob = core.connect("bob");
      bob.sendTogether({ type: "join", room: ROOM }, join(2));
      await core.settle();
      const [first, second] = bob.take().filter(({ type }) => type === "joined");
      assert(first?.type === "joined" && second?.type === "joined");
      assertEquals([first.seq, first.topic, seqs(first)], [3, "three", [1, 2]]);
      assertEquals([second.seq, second.topic, seqs(second)], [3, "three", [3]]);
      core.store.release("append");
      await core.settle();
      assertEquals(bob.take().filter(({ type }) => type === "topic"), []);
    }),
  );

  it(
    "W5.9 a member's second join gets every entry once, live or in joined",
    withLog(2, async (core, alice) => {
      core.store.hold("replay");
      alice.send(chat("three"), join(1));
      await core.settle();
      const bob = await core.enter("bob", ROOM);
      bob.send(chat("four"));
      await core.settle();
      core.store.release("replay");
      await core.settle();
      const [three, joined, four, ...none] = alice.take();
      assert(three?.type === "chat" && joined?.type === "joined" && four?.type === "chat");
      assertEquals([three.seq, joined.seq, four.seq, none.length], [3, 3, 4, 0]);
      assertEquals(seqs(joined), [2, 3]);
    }),
  );

  for (
    const [code, error] of [
      ["UNAVAILABLE", new StoreError("gone")],
      ["INTERNAL", new TypeError("a bug")],
    ] as const
  ) {
    it(
      `W5.9 a member whose second join is ${code} stays one and misses nothing`,
      withLog(2, async (core, alice) => {
        core.store.hold("replay");
        core.store.fail("replay", error);
        alice.send({ ...join(1), ref: "r" });
        await core.settle();
        const bob = await core.enter("bob", ROOM);
        bob.send(chat("three"));
        await core.settle();
        core.store.release("replay");
        await core.settle();
        bob.send(chat("four"));
        await core.settle();
        const messages = alice.take();
        const refused = messages.find((message) => message.type === "error");
        assert(refused?.type === "error");
        assertEquals([refused.code, refused.ref], [code, "r"]);
        const heard = messages.filter((message) => message.type === "chat");
        assertEquals(heard.map(({ seq }) => seq), [3, 4]);
        assertEquals(core.faults.splice(0).length, code === "INTERNAL" ? 1 : 0);
      }),
    );
  }

  it(
    "W5.9 a connection that ends while its replay is read is gone from the room",
    withLog(2, async (core, alice) => {
      core.store.hold("replay");
      const bob = core.connect("bob");
      bob.send(join(0));
      await core.settle();
      bob.drop(1000);
      core.store.release("replay");
      await core.settle();
      assertEquals(core.hub.rooms.get(ROOM as RoomName)?.size, 1);
      alice.send({ type: "members", room: ROOM });
      await core.settle();
      assertEquals(alice.takeOne("members").count, 1);
    }),
  );
});
