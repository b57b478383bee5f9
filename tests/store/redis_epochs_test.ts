import { assertEquals, assertNotEquals } from "@std/assert";
import { describe } from "@std/testing/bdd";
import { openStore, renewStore } from "../../src/store/open.ts";
import { needs } from "../harness/needs.ts";
import { drafts, EVERYTHING, seqs } from "./drafts.ts";
import { follower, open } from "./on_redis.ts";
import { retain } from "./retaining.ts";

const it = needs("redis-server");

describe("epochs in a Redis", () => {
  it("W14.1 W14.2 are new where it has lost what was given out", async () => {
    await using opened = await open();
    const { store, redis } = opened;
    await store.append(drafts("a", 3));
    await redis.cli("COPY", "snug:head:{a}", "before");
    await store.append(drafts("a", 2));
    const { follower: room, position } = follower({ epoch: "e1", seq: 0 });
    assertEquals((await store.feed!.follow("a", room)).epoch, "e1");

    // As a replica that took over without the last of it. Nobody asks before the append does.
    await redis.cli("COPY", "before", "snug:head:{a}", "REPLACE");
    position.seq = 5;
    const [next] = await store.append(drafts("a", 1));
    assertEquals(next!.seq, 4);
    assertNotEquals(next!.epoch, "e1");
    assertEquals((await store.head("a"))!.epoch, next!.epoch);

    await redis.cli("COPY", "before", "snug:head:{a}", "REPLACE");
    const head = (await store.head("a"))!;
    assertNotEquals(head.epoch, "e1");
    const [after] = await store.append(drafts("a", 1));
    assertEquals([after!.epoch, after!.seq], [head.epoch, 4]);

    await redis.cli("FLUSHALL");
    const [first] = await store.append(drafts("a", 1));
    assertEquals(first!.seq, 1);
    assertNotEquals(first!.epoch, "e1");
  });

  it("P2 W14.2 are new where something else stands in the place of what was given out", async () => {
    await using opened = await open(2);
    const { store, other, redis } = opened;
    const state = ["head", "log"].map((part) => [`snug:${part}:{a}`, `before:${part}`] as const);
    const fail = async () => {
      for (const [key, before] of state) await redis.cli("COPY", before, key, "REPLACE");
      // Somebody who never heard of what is lost.
      await other.append(drafts("a", 2, { ts: 9000 }));
    };
    const { follower: room, position } = follower({ epoch: "e1", seq: 0 });
    await store.append(drafts("a", 3));
    for (const [key, before] of state) await redis.cli("COPY", key, before);
    await store.feed!.follow("a", room);
    // When that was said is not known yet.
    Object.assign(position, { seq: 3, given: { seq: 3, ts: 0 } });
    assertEquals((await store.head("a"))!.epoch, "e1");
    const [given] = await store.append(drafts("a", 1, { ts: 5000 }));
    Object.assign(position, { seq: 4, given });
    assertEquals((await store.head("a"))!.epoch, "e1");
    await fail();
    const [next] = await store.append(drafts("a", 1));
    assertNotEquals(next!.epoch, "e1");
    await fail();
    assertNotEquals((await store.head("a"))!.epoch, "e1");
    // What retention took is not there, and nothing else is.
    await store.append(drafts("b", 3, { ts: 7 }));
    await retain(store, { messages: 0 });
    const { follower: reader, position: known } = follower({ epoch: "e1", seq: 3, ts: 7 });
    await store.feed!.follow("b", reader);
    assertEquals([(await store.head("b"))!.epoch, known.seq], ["e1", 3]);
  });

  it("W14.1 W14.2 are new where a log is gone that was given out, and nothing else is", async () => {
    await using opened = await open();
    const { store, redis } = opened;
    const { follower: room, position } = follower({ epoch: "", seq: 0 });
    const { epoch } = await store.feed!.follow("a", room);
    await store.append(drafts("a", 3, { epoch }));
    // As a replica that took over before it had any of it.
    await redis.cli("DEL", "snug:head:{a}", "snug:log:{a}");
    Object.assign(position, { epoch, seq: 3 });
    const head = (await store.head("a"))!;
    assertNotEquals(head.epoch, epoch);
    assertEquals([head.seq, head.first, head.topic], [0, 1, ""]);
    store.feed!.unfollow("a");
    const { follower: again } = follower({ epoch: "", seq: 0 });
    assertEquals(await store.feed!.follow("a", again), { ...head, ts: 0 });
    assertEquals((await store.page("a", Infinity, EVERYTHING)).messages, []);
    const [first] = await store.append(drafts("a", 1, { epoch }));
    assertEquals([first!.epoch, first!.seq], [head.epoch, 1]);
  });

  it("W14.1 W14.2 are new where others went on without what was given out", async () => {
    await using opened = await open(2);
    const { store, other, redis } = opened;
    await store.append(drafts("a", 3));
    for (const key of ["head", "log"]) await redis.cli("COPY", `snug:${key}:{a}`, `before ${key}`);
    const [, lost] = await store.append(drafts("a", 2, { ts: 2000 }));
    const { seq, ts } = lost!;
    const { follower: room, position } = follower({ epoch: "e1", seq: 0 });
    await store.feed!.follow("a", room);
    /** Asks as one who has given out what was lost, which nobody else does in between. */
    const ask = <T>(what: () => Promise<T>) => {
      Object.assign(position, { seq, given: { seq, ts } });
      const asked = what();
      position.seq = 0;
      return asked;
    };
    const goOn = async () => {
      for (const key of ["head", "log"]) {
        await redis.cli("COPY", `before ${key}`, `snug:${key}:{a}`, "REPLACE");
      }
      const appended = await other.append(drafts("a", 3, { ts: 3000 }));
      assertEquals(appended.map(({ epoch }) => epoch), ["e1", "e1", "e1"]);
      assertEquals(seqs(appended), [4, 5, 6]);
    };
    await goOn();
    assertNotEquals((await ask(() => store.head("a")))!.epoch, "e1");
    await goOn();
    assertEquals(await ask(() => store.replay("a", seq, 6, EVERYTHING)), undefined);
    assertNotEquals((await other.head("a"))!.epoch, "e1");
    await goOn();
    const [next] = await ask(() => store.append(drafts("a", 1)));
    assertEquals(next!.seq, 7);
    assertNotEquals(next!.epoch, "e1");
  });

  it("W14.1 are the same everywhere before there is a log, and others when all was lost", async () => {
    await using opened = await open(2);
    const { store, other, redis } = opened;
    const nobody = follower({ epoch: "", seq: 0 }).follower;
    const epochs = async (room: string) => {
      const heads = [
        await store.feed!.follow(room, nobody),
        await other.feed!.follow(room, nobody),
      ];
      assertEquals(heads[0], heads[1]);
      return heads[0]!.epoch;
    };
    const [a, b] = [await epochs("a"), await epochs("b")];
    assertNotEquals(a, b);
    assertEquals(await epochs("a"), a);
    await redis.cli("FLUSHALL");
    assertNotEquals(await epochs("a"), a);
  });

  it("W14.1 are renewed all at once, those of one prefix, those to come too", async () => {
    await using opened = await open();
    const { redis } = opened;
    const url = `${redis.url}?prefix=a[b]*:`;
    const nobody = follower({ epoch: "", seq: 0 }).follower;
    const rooms = Array.from({ length: 3000 }, (_, n) => `room-${n}`);
    const [one, other] = await Promise.all([url, redis.url].map((url) => openStore(url, "full")));
    try {
      await one!.append([...rooms, "@a}b,c"].flatMap((room) => drafts(room, 2)));
      await other!.append(drafts("a", 1));
      const epochs = async () => {
        const heads = await Promise.all(rooms.map((room) => one!.head(room)));
        return [...heads, await one!.feed!.follow("to-come", nobody)].map((head) => head!.epoch);
      };
      const before = await epochs();
      assertEquals(await renewStore(url), rooms.length + 1);
      const after = await epochs();
      assertEquals(new Set([...before, ...after]).size, 1 + 1 + rooms.length + 1);
      assertEquals((await other!.head("a"))!.epoch, "e1");
      const [next] = await one!.append(drafts("room-7", 1));
      assertEquals([next!.epoch, next!.seq], [after[7], 3]);
    } finally {
      await one!.close();
      await other!.close();
    }
  });
});
