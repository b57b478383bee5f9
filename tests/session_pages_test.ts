import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { RoomName, UserId } from "../src/protocol.ts";
import type { Client } from "./core/client.ts";
import { type Core, type CoreOptions, withCore } from "./core/core.ts";

const ROOM = "general";

/** A room in which alice has said `entries` times something. */
function withLog(
  entries: number,
  run: (core: Core, alice: Client) => unknown,
  options: CoreOptions = {},
) {
  return withCore(async (core) => {
    const alice = await core.enter("alice", ROOM);
    for (let seq = 1; seq <= entries; seq++) {
      alice.send({ type: "chat", room: ROOM, text: String(seq) });
    }
    await core.settle();
    alice.take();
    await run(core, alice);
  }, options);
}

async function history(
  core: Core,
  client: Client,
  more: { before?: number; around?: number; limit?: number } = {},
) {
  client.send({ type: "history", room: ROOM, ...more });
  await core.settle();
  return client.takeOne("history");
}

describe("session history", () => {
  it(
    "W5.8 history pages back from the newest to the oldest, oldest first in each page",
    withLog(7, async (core, alice) => {
      const pages: [number[], boolean][] = [];
      let before: number | undefined;
      do {
        const { messages, more } = await history(core, alice, before ? { before } : {});
        pages.push([messages.map(({ seq }) => seq), more]);
        before = messages[0]?.seq;
      } while (pages.at(-1)![1]);
      assertEquals(pages, [[[5, 6, 7], true], [[2, 3, 4], true], [[1], false]]);
    }, { limits: { historyPage: 3 } }),
  );

  it(
    "W5.8 before is exclusive, and may be beyond either end",
    withLog(3, async (core, alice) => {
      const seqs = async (before: number) =>
        (await history(core, alice, { before })).messages.map(({ seq }) => seq);
      assertEquals(await seqs(3), [1, 2]);
      assertEquals(await seqs(4), [1, 2, 3]);
      assertEquals(await seqs(Number.MAX_SAFE_INTEGER), [1, 2, 3]);
      assertEquals(await seqs(1), []);
    }),
  );

  it(
    "W5.8 around gives the page in whose middle a message stands",
    withLog(9, async (core, alice) => {
      const page = async (around: number, limit: number) => {
        const { messages, more } = await history(core, alice, { around, limit });
        return [messages.map(({ seq }) => seq), more];
      };
      assertEquals(await page(5, 4), [[4, 5, 6, 7], true]);
      assertEquals(await page(5, 1), [[5], true]);
      assertEquals(await page(9, 5), [[5, 6, 7, 8, 9], true]);
      assertEquals(await page(1, 5), [[1, 2, 3], false]);
      assertEquals(await page(99, 3), [[7, 8, 9], true]);
    }),
  );

  it(
    "W5.8 around holds its message also where the newer ones fill the frame",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      const long = "x".repeat(400_000);
      for (const text of ["a", "b", long, long, long]) {
        alice.send({ type: "chat", room: ROOM, text });
        await core.settle();
        alice.take();
      }
      const { messages } = await history(core, alice, { around: 2, limit: 6 });
      assertEquals(messages.map(({ seq }) => seq), [1, 2]);
    }, { limits: { messageBytes: 1_000_000 } }),
  );

  it(
    "W5.8 around and before together are INVALID_FIELD",
    withLog(1, async (core, alice) => {
      alice.send({ type: "history", room: ROOM, around: 1, before: 2, ref: "h" });
      await core.settle();
      const { code, ref } = alice.takeOne("error");
      assertEquals([code, ref], ["INVALID_FIELD", "h"]);
    }),
  );

  it(
    "W5.8 limit is cut to HISTORY_PAGE",
    withLog(5, async (core, alice) => {
      const count = async (limit: number) =>
        (await history(core, alice, { limit })).messages.length;
      assertEquals([await count(1), await count(3), await count(1_000_000)], [1, 3, 3]);
    }, { limits: { historyPage: 3 } }),
  );

  it(
    "W5.10 history says as of which seq it is, also when that is not told live yet",
    withLog(2, async (core, alice) => {
      const bob = await core.enter("bob", ROOM);
      core.store.hold("append", "after");
      alice.send({ type: "chat", room: ROOM, text: "three" });
      await core.settle();
      const { messages, seq } = await history(core, bob);
      assertEquals([messages.map((message) => message.seq), seq], [[1, 2, 3], 3]);
      core.store.release("append");
      await core.settle();
      assertEquals(bob.takeOne("chat").seq, 3);
    }),
  );

  it(
    "W5.8 history in a room without a log is empty and needs no store",
    withCore(async (core) => {
      const alice = await core.enter("alice", ROOM);
      core.store.fail("page");
      const { messages, seq, first, more } = await history(core, alice);
      assertEquals({ messages, seq, first, more }, { messages: [], seq: 0, first: 1, more: false });
    }),
  );

  it(
    "W5.8 only members may ask, and a failing store is UNAVAILABLE",
    withLog(1, async (core, alice) => {
      const bob = await core.enter("bob", "other");
      bob.send({ type: "history", room: ROOM, ref: "r1" });
      core.store.fail("page");
      alice.send({ type: "history", room: ROOM, ref: "r2" }, { type: "ping" });
      await core.settle();
      const refused = bob.takeOne("error");
      assertEquals([refused.code, refused.ref, refused.room], ["NOT_JOINED", "r1", ROOM]);
      const [failed, pong] = alice.take();
      assert(failed?.type === "error");
      const { code, ref, room, retryAfterMs } = failed;
      assertEquals([code, ref, room, retryAfterMs], ["UNAVAILABLE", "r2", ROOM, 1000]);
      assertEquals(pong?.type, "pong");
    }),
  );
});

describe("session members", () => {
  it(
    "W9.2 members pages by 500, ordered by uid, after the uid that is named",
    withCore(async (core) => {
      const names = Array.from(
        { length: 1001 },
        (_, index) => `u${String(index).padStart(4, "0")}`,
      );
      for (const name of names.toReversed()) {
        core.connect(name, { isBatched: false }).send({ type: "join", room: ROOM });
      }
      await core.settle();
      const asker = core.clients[7]!;
      asker.take();
      const pages: [string, string, number, boolean][] = [];
      let after: UserId | undefined;
      do {
        asker.send({ type: "members", room: ROOM, ref: "r", ...(after && { after }) });
        await core.settle();
        const { members, count, more, ref } = asker.takeOne("members");
        assertEquals([count, ref], [1001, "r"]);
        pages.push([members[0]!.user, members.at(-1)!.user, members.length, more]);
        after = members.at(-1)!.uid;
      } while (pages.at(-1)![3]);
      assertEquals(pages, [
        ["u0000", "u0499", 500, true],
        ["u0500", "u0999", 500, true],
        ["u1000", "u1000", 1, false],
      ]);
    }),
  );

  it(
    "W9.2 only members may ask",
    withCore(async (core) => {
      const alice = await core.enter("alice", "other");
      alice.send({ type: "members", room: ROOM, ref: "r" });
      await core.settle();
      const { code, ref, room } = alice.takeOne("error");
      assertEquals([code, ref, room], ["NOT_JOINED", "r", ROOM]);
    }),
  );
});

const DAY_MS = 24 * 3_600_000;
const names = (list: string[]) => list as RoomName[];

describe("session rooms", () => {
  it(
    "W10.1 rooms lists ROOMS first, then by name those with a member or an entry",
    withCore(async (core) => {
      const alice = await core.enter("alice", ["used", "lobby", "quiet"]);
      await core.enter("bob", ["lobby", "empty"]);
      alice.send(
        { type: "chat", room: "used", text: "1" },
        { type: "chat", room: "lobby", text: "2" },
        { type: "chat", room: "lobby", text: "3" },
        { type: "leave", room: "used" },
        { type: "join", room: "left" },
        { type: "leave", room: "left" },
        { type: "rooms", ref: "r" },
      );
      await core.settle();
      assertEquals(alice.take().at(-1) as unknown, {
        type: "rooms",
        rooms: [
          { room: "welcome", topic: "", count: 0, seq: 0 },
          { room: "lobby", topic: "", count: 2, seq: 2 },
          { room: "empty", topic: "", count: 1, seq: 0 },
          { room: "quiet", topic: "", count: 1, seq: 0 },
          { room: "used", topic: "", count: 0, seq: 1 },
        ],
        ref: "r",
      });
    }, { rooms: names(["welcome", "lobby"]) }),
  );

  it(
    "W10.1 a room is listed for 7 days after its last entry, one of ROOMS always",
    withCore(async (core) => {
      const alice = await core.enter("alice", ["always", "used"]);
      alice.send({ type: "chat", room: "always", text: "1" }, {
        type: "chat",
        room: "used",
        text: "1",
      });
      await core.settle();
      alice.drop(1000);
      core.clock.advance(7 * DAY_MS);
      core.hub.sweep();
      const bob = core.connect("bob");
      bob.send({ type: "rooms" });
      await core.settle();
      assertEquals(bob.takeAll("rooms")[0]?.rooms.map(({ room }) => String(room)), [
        "always",
        "used",
      ]);
      core.clock.advance(1);
      bob.send({ type: "rooms" });
      await core.settle();
      const [always, ...none] = bob.takeOne("rooms").rooms;
      assertEquals([String(always?.room), always?.seq, none.length], ["always", 1, 0]);
    }, { rooms: names(["always"]) }),
  );

  it(
    "W10.1 at most 200 rooms are listed",
    withCore(async (core) => {
      const rooms = Array.from({ length: 205 }, (_, index) => `r${String(index).padStart(3, "0")}`);
      const alice = core.connect("alice");
      for (const room of rooms) alice.send({ type: "join", room });
      alice.send({ type: "rooms" });
      await core.settle();
      const listed = alice.takeAll("rooms")[0]!.rooms.map(({ room }) => String(room));
      assertEquals(listed, ["zoo", ...rooms.slice(0, 199)]);
    }, { rooms: names(["zoo"]), limits: { rooms: 300 } }),
  );
});
